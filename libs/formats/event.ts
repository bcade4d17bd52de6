import type { Action, ActorKind, Category, Outcome } from '#libs/contracts/vocabulary.js';

/** A patient as the source names it: canonical identifier, and its assigning authority where the source gives one. */
export interface PatientReference {
  readonly id: string;
  readonly authority?: string;
}

/**
 * One access as a source told it, in Vigie's words: what every format is turned into, before pseudonyms. It still holds clear patient
 * identifiers and never leaves the ingestor.
 */
export interface AccessEvent {
  /** The source's own record id. */
  readonly id?: string;
  readonly timeMs: number;
  /** The group that the event itself names. */
  readonly groupId?: string;
  readonly clinicId: string;
  readonly actorId: string;
  readonly action: Action;
  readonly outcome: Outcome;
  readonly patients: readonly PatientReference[];
  /** Fields in which a patient stands who cannot be told apart from others: there was an access to somebody, and nobody knows to whom. */
  readonly unreadablePatients?: readonly string[];
  /** Where the account is a patient's own: its pseudonym stands for the account then, because `actorId` is the patient's number. */
  readonly actorPatient?: PatientReference;
  readonly actorRole?: string;
  readonly actorKind?: ActorKind;
  readonly privileged?: boolean;
  readonly recordCount?: number;
  readonly categories?: readonly Category[];
  readonly purpose?: string;
  readonly emergency?: boolean;
  readonly sourceIp?: string;
  readonly device?: string;
  readonly userAgent?: string;
  readonly sessionId?: string;
  readonly auth?: string;
  readonly mfa?: boolean;
  readonly application?: string;
  /** Unknown fields of the source. */
  readonly extra?: Readonly<Record<string, unknown>>;
}
