import { z } from 'zod';
import { hex128 } from '../access-row.js';
import { subjectKinds } from '../vocabulary.js';

/** Version of the records of `vigie.habits.v1`; a reader passes over those of another. */
export const habitVersion = 1;

const day = z.int().nonnegative();
const subject = { group_id: z.string().min(1), subject_kind: z.enum(subjectKinds), key: z.string().min(1) };

const records = [
  /** A completed day of an account, or of another subject; said again where late accesses changed it. */
  z.strictObject({
    version: z.literal(habitVersion),
    type: z.literal('habit.day'),
    ...subject,
    /** Days since 1970-01-01 of the group's calendar. */
    day,
    actor_role: z.string(),
    actor_kind: z.string(),
    /** By id of the habit rule the largest count that any of its windows reached that ends on this day; zeros left out. */
    most: z.record(z.string().min(1), z.int().positive()),
    /** An incident of it held on this day. */
    told: z.boolean(),
  }),
  /** What was told of a subject on these days, both included, was honest: the verdict on an incident. */
  z.strictObject({
    version: z.literal(habitVersion),
    type: z.literal('habit.honest'),
    ...subject,
    incident_id: hex128,
    first_day: day,
    last_day: day,
  }),
  /** The thresholds of a day are made of everything that lies before the first of these records that names it, or a later day. */
  z.strictObject({
    version: z.literal(habitVersion),
    type: z.literal('habit.model'),
    day,
    /** Digest of the newest model of whoever wrote this, and its day; empty and 0 where it had none. */
    digest_day: day,
    digest: z.string().regex(/^([0-9a-f]{16})?$/),
    /** Digest of the habit rules, so that other rules are not taken for another model. */
    rules: z.string().regex(/^[0-9a-f]{16}$/),
  }),
] as const;

/** A row of `vigie.habits.v1`. */
export const habitRecord = z.discriminatedUnion('type', records);
export type HabitRecord = z.infer<typeof habitRecord>;
export type HabitDayRecord = Extract<HabitRecord, { readonly type: 'habit.day' }>;
