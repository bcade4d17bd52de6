import type { PatientReference } from '../event.js';

/** A stay or an appointment as a source told it. It holds a clear patient identifier and never leaves the ingestor. */
export interface Stay {
  /** The source's own number of it: what comes again under it takes its place. */
  readonly id: string;
  readonly patient: PatientReference;
  /** Whose numbering the patient's number is, where clinics number their own; empty where nothing is said. */
  readonly clinicId: string;
  readonly beginMs: number;
  /** Left out while it goes on. */
  readonly endMs?: number;
  /** It has not begun: who prepares it meets the patient before. */
  readonly isPlanned: boolean;
  /** It did not take place, or was entered in error. */
  readonly isCancelled: boolean;
}
