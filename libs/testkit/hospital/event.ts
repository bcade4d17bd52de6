import type { Action, ActorKind, Category } from '#libs/contracts/vocabulary.js';
import type { Clinic } from './clinics.js';

/** A patient as a source names it: the group's own number, or a number with the authority that assigned it. */
export type PatientName = string | { readonly id: string; readonly authority: string };

/** An event as a hospital sends it: Vigie's own input format, with clear (invented) patient identifiers. */
export interface SourceEvent {
  readonly id: string;
  readonly time: string;
  readonly group_id: string;
  readonly clinic_id: string;
  readonly actor_id: string;
  readonly actor_role: string;
  readonly actor_kind: ActorKind;
  readonly privileged: boolean;
  readonly action: Action;
  readonly outcome: 'success' | 'failure';
  readonly patient_ids: readonly PatientName[];
  readonly record_count?: number;
  readonly categories?: readonly Category[];
  readonly purpose?: string;
  readonly emergency?: boolean;
  readonly source_ip: string;
  readonly device: string;
  readonly user_agent?: string;
  readonly session_id: string;
  readonly auth: string;
  readonly mfa: boolean;
  readonly application: string;
}

/** An event as a poorer feed sends it: what the feed does not tell is left out. */
export type SentEvent = Partial<SourceEvent> &
  Pick<SourceEvent, 'id' | 'time' | 'group_id' | 'clinic_id' | 'actor_id' | 'action' | 'patient_ids'>;

/** Who can sign in: a person, a service, a vendor. */
export interface Account {
  readonly id: string;
  readonly role: string;
  readonly kind: ActorKind;
  readonly privileged: boolean;
  readonly auth: 'smartcard' | 'password' | 'certificate';
  readonly mfa: boolean;
}

/** From one sign-in to the next. */
export interface Session {
  readonly account: Account;
  readonly id: string;
  readonly sourceIp: string;
  readonly device: string;
  readonly application: string;
  readonly userAgent?: string;
  /** Where they differ from the account's own: a stolen password is no smart card. */
  readonly auth?: Account['auth'];
  readonly mfa?: boolean;
}

/** Why an access that stands out was made. It is never part of the event; the truth is counted from it. */
export interface Cause {
  readonly kind: 'attack' | 'legitimate';
  readonly name: string;
}

/** One access before it is written as an event. Patients by their number in the group's population. */
export interface Access {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly session: Session;
  readonly clinic: Clinic;
  readonly action: Action;
  readonly outcome?: 'failure';
  readonly patients: readonly number[];
  readonly recordCount?: number;
  readonly categories?: readonly Category[];
  readonly purpose?: string;
  readonly emergency?: true;
  readonly cause?: Cause;
}
