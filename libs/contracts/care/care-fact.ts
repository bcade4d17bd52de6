import { z } from 'zod';
import { hex128, isoTime } from '../access-row.js';

const text = z.string().min(1);

/** Ten minutes since 1970: the grain of what is remembered of care. */
const step = z.int().nonnegative();

/**
 * An account met a patient, or was there at all: a line of a frame of `vigie.care.v1`. Written once for each pair and step that says anything
 * new; a touch that comes again says the same.
 */
export const careTouch = z.strictObject({
  what: z.literal('touch'),
  group_id: text,
  actor_id: text,
  /** Pseudonym; empty where the access links nobody: a list, a service account, behind the glass, an event without patient. */
  patient_id: z.union([hex128, z.literal('')]),
  /** Left out where it is known already that the account was there on this day. */
  clinic_id: text.optional(),
  /** `192.0.2.0/24`, `2001:db8:1::/48`; left out likewise, and where the address is not known. */
  network: text.optional(),
  /** The step in which the access lies. */
  step,
  /** The first step whose accesses are stamped with it: it lies so far behind time and arrival that every ingestor has read it by then. */
  visible: step,
});
export type CareTouch = z.infer<typeof careTouch>;

/** A version of a stay or an appointment, as a feed of them says: the newest that is visible counts. */
export const careStay = z.strictObject({
  what: z.literal('stay'),
  group_id: text,
  patient_id: hex128,
  /** Keyed hash of the sender's own number of the stay. */
  stay_id: hex128,
  /** The first step in which it links its patient. */
  from: step,
  /** The step from which on it does no longer; `from` or less for one that was cancelled. */
  until: step,
  visible: step,
  received_at: isoTime,
});
export type CareStay = z.infer<typeof careStay>;

/** A line of a frame of `vigie.care.v1`. */
export const careFact = z.discriminatedUnion('what', [careTouch, careStay]);
export type CareFact = z.infer<typeof careFact>;
