import { z } from 'zod';
import { actions, actorKinds, careLinks, categories, outcomes } from './vocabulary.js';

/** UTC with milliseconds and nothing else, so that it sorts as text and a scanner finds it at fixed places: `2024-11-19T08:12:03.120Z`. */
export const isoTime = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

/** 128 bits as 32 lower-case hexadecimal digits: event ids and pseudonyms. */
export const hex128 = z.string().regex(/^[0-9a-f]{32}$/);

/** 64 bits as 16 lower-case hexadecimal digits. */
export const hex64 = z.string().regex(/^[0-9a-f]{16}$/);

const text = z.string().min(1);

/**
 * An access row: one event times one patient, as it lies in a frame of `vigie.accesses.v1` and in ClickHouse.
 *
 * The order of the keys is the order on the wire. The first ten are always present, so that the scorer reads them without
 * `JSON.parse`; the others are left out when they are not known. An event without patient is one row with an empty `patient_id`.
 * `event_id` and `patient_id` together identify a row.
 */
export const accessRow = z.strictObject({
  /** Event time, UTC: as the source gave it, or `received_at` where that lay too far ahead (`time_claimed`). */
  time: isoTime,
  group_id: text,
  actor_id: text,
  /** Pseudonym, or empty. Never a clear identifier. */
  patient_id: z.union([hex128, z.literal('')]),
  clinic_id: text,
  action: z.enum(actions),
  outcome: z.enum(outcomes),
  event_id: hex128,
  /** The feed, from the credential. */
  source: text,
  /** When the ingestor took it, UTC. */
  received_at: isoTime,
  actor_role: text.optional(),
  actor_kind: z.enum(actorKinds).optional(),
  privileged: z.boolean().optional(),
  /** Records the event touched, as the source says; absent when it does not. The same on every row of the event. */
  record_count: z.int().nonnegative().optional(),
  categories: z.array(z.enum(categories)).optional(),
  purpose: text.optional(),
  /** Break-the-glass. */
  emergency: z.boolean().optional(),
  source_ip: text.optional(),
  device: text.optional(),
  user_agent: text.optional(),
  session_id: text.optional(),
  auth: text.optional(),
  mfa: z.boolean().optional(),
  application: text.optional(),
  /** Which pseudonym key made `patient_id`; present when it is not empty. */
  key_id: text.optional(),
  /** While keys overlap: the same patient's pseudonym under the key before, by which windows link the two. */
  former_id: hex128.optional(),
  /** Unknown fields of the source as one JSON object in text, patient identifiers removed. */
  extra: z.string().optional(),
  /** The event time that the source gave, where it lay more than `aheadMsMax` ahead of `received_at` and was not believed. */
  time_claimed: isoTime.optional(),
  /**
   * Whom the patient belonged to as the account came, by the memory of the ingestors (`libs/care`). Absent where it is not known: the event
   * names no patient, the memory was off or still being read, or `time` lies before what it remembers.
   */
  care_link: z.enum(careLinks).optional(),
  /** False only: the account is not regularly in this clinic. */
  own_clinic: z.boolean().optional(),
  /** True only: the account was never seen from this network on an earlier day of the last 30, and this is not its first day. */
  new_network: z.boolean().optional(),
  /** True only: at least three accounts used this network on earlier days. */
  house_network: z.boolean().optional(),
  /** How many distinct patients the event names, where they are more than one. The same on every row of the event. */
  event_patients: z
    .int()
    .nonnegative()
    .max(2 ** 32 - 1)
    .optional(),
  /**
   * Which block of a hundred numbers the patient's number lies in, as a keyed hash whose key lives a day: the same in two rows of a day says the
   * same block, and nothing else does. It lives as long as the frames of the log: no store has it and no page shows it.
   */
  id_block: hex64.optional(),
});
export type AccessRow = z.infer<typeof accessRow>;

/** Times of rows lie from 1970 up to, and without, this one (the columns of ClickHouse end there), milliseconds. */
export const endOfTimeMs = Date.UTC(2300, 0, 1);

/** How far `time` may lie ahead of `received_at` and be believed: no two clocks are alike. Milliseconds. */
export const aheadMsMax = 5 * 60_000;

/**
 * When an access is taken to have happened. A time that lies further ahead of the arrival is no time at which anything was done: the access
 * counts as of its arrival, and what was claimed is kept beside. Setting it aside instead would hide whoever turns a clock, and believing it
 * would close everyone's windows.
 */
export function believedTime(timeMs: number, receivedMs: number): { readonly timeMs: number; readonly claimedMs?: number } {
  if (timeMs <= receivedMs + aheadMsMax) return { timeMs };
  return { timeMs: receivedMs, claimedMs: Math.min(timeMs, endOfTimeMs - 1) };
}

/** The same for a row, whoever wrote it. */
export function believedRow<Row extends Pick<AccessRow, 'time' | 'received_at'>>(
  row: Row,
): Row & { readonly time_claimed?: string } {
  const { claimedMs } = believedTime(Date.parse(row.time), Date.parse(row.received_at));
  return claimedMs === undefined ? row : { ...row, time: row.received_at, time_claimed: row.time };
}

/** A day of the calendar that fits its column. */
export const storableTime = isoTime.refine((text) => {
  const time = Date.parse(text);
  return time >= 0 && time < endOfTimeMs && new Date(time).toISOString() === text;
});

const anyText = z.string();

/**
 * What a row must be to be judged and to be stored, so that a figure and its list are made from the same rows: the contract, but for texts
 * that may be empty, which the rules have a word for, and fields of a later version, which are left out. It comes out as it is judged and stored.
 */
export const usableAccessRow = accessRow
  .extend({
    time: storableTime,
    received_at: storableTime,
    time_claimed: storableTime.optional(),
    group_id: anyText,
    actor_id: anyText,
    clinic_id: anyText,
    source: anyText,
    actor_role: anyText.optional(),
    purpose: anyText.optional(),
    source_ip: anyText.optional(),
    device: anyText.optional(),
    user_agent: anyText.optional(),
    session_id: anyText.optional(),
    auth: anyText.optional(),
    application: anyText.optional(),
    key_id: anyText.optional(),
  })
  .strip()
  .transform(believedRow);
