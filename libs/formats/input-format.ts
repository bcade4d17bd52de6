import type { Accepted, Rejected } from '#libs/runtime/outcome.js';
import type { AccessEvent } from './event.js';
import type { WorkMeter } from './work-meter.js';
import type { Payload } from './payload.js';

/** What the configuration of a source says of how its records are read. */
export interface Reading {
  /** The format of every record of the source, instead of finding it out. */
  readonly format?: string;
  /** IANA name of the zone of times without one, `Europe/Paris` where nothing is said. */
  readonly zone: string;
  /** How its times are written, as `parseLooseTime` takes it, where days and months would be mistaken: `MM/dd/yyyy HH:mm`. */
  readonly timeFormat?: string;
  /** Character set of its tables, such as `windows-1252`; found out where nothing is said. */
  readonly charset?: string;
  /** Where the clinic is not what a record says: one for all, or what stands in the record by another name. */
  readonly clinic?: { readonly fixed: string } | { readonly map: Readonly<Record<string, string>> };
  /** Assigning authorities, best first: of several identifiers of one patient the first of these counts. */
  readonly authorities: readonly string[];
  /**
   * Field of an event -> where it stands in the record: the name of a column, or keys with points between. Fields are named as in Vigie's
   * own format (`actor_id`) or in `AccessEvent`; `patient_id|AUTHORITY` names the place of a further number of the same patients.
   */
  readonly columns?: Readonly<Record<string, string>>;
  /** Field, as in Vigie's own format -> what words of the source mean in Vigie's: `action: { Consultation: 'read' }`; `*` is any other word. */
  readonly values?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export const plainReading: Reading = { zone: 'Europe/Paris', authorities: [] };

/** One format of records: a folder with its parser, its mapping as a table, and its cases. */
export interface InputFormat {
  /** The word of the configuration, of metrics, of the page: `atna`, `cef`. */
  readonly name: string;
  /** The kind of payload in which alone it is recognised. */
  readonly kind: Payload['kind'];
  /** Whether a record is in this format, by its structure. Cheap, and never throws. */
  readonly recognises: (payload: Payload, reading: Reading) => boolean;
  /** The event of a record, or why there is none; never throws but by the meter. Values are not quoted: they may be a patient's. */
  readonly read: (payload: Payload, reading: Reading, meter: WorkMeter) => Accepted<AccessEvent> | Rejected;
}

/** What carries records of any format: its own names of time, host and sender are the envelope of what it carries. */
export interface Wrapper {
  readonly name: string;
  /** The kind of payload in which alone it is recognised. */
  readonly kind: Payload['kind'];
  readonly recognises: (payload: Payload) => boolean;
  /** The records inside, in order; a part that cannot be taken out is refused by itself. */
  readonly unwrap: (payload: Payload, reading: Reading) => Iterable<Accepted<Payload> | Rejected>;
}
