import type { ActorKind } from '#libs/contracts/vocabulary.js';
import type { AccessEvent } from '../event.js';
import type { EventField } from './fields.js';
import type { PatientPlace } from './patients.js';

/** How the records of one format become events, as data: what its page in docs/formats shows. */
export interface RecordMapping {
  /** Where each field stands: paths with points, the first that has a value counts. */
  readonly places: Readonly<Partial<Record<Exclude<EventField, 'patient_id'>, readonly string[]>>>;
  readonly patients?: readonly PatientPlace[];
  /** Where requests stand that may name patients: addresses, paths, queries of FHIR. They are read and not kept. */
  readonly requests?: readonly string[];
  /** Who acted where nobody did: a program. The event is one of kind `service` then. */
  readonly services?: readonly string[];
  /** What the format's own words mean, in lower case; usual words need not be named, and `*` is any other. */
  readonly words?: Readonly<Partial<Record<EventField, Readonly<Record<string, string>>>>>;
  /** What holds for every record of the format. */
  readonly fixed?: Readonly<Partial<Pick<AccessEvent, 'action' | 'emergency' | 'application' | 'outcome' | 'categories'>>> & {
    readonly actorKind?: ActorKind;
  };
  /** The zone of times without one, where the format has one of its own. */
  readonly zone?: string;
  /** Whether a word for the action that nobody knows refuses the record, so that a wrong mapping is seen on its first day. */
  readonly strictAction?: boolean;
}
