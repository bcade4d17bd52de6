import { z } from 'zod';
import { hex128, isoTime } from './access-row.js';
import { categories, subjectKinds } from './vocabulary.js';

/**
 * `merged`: joined to another incident. `withdrawn`: accesses that came later show that no rule holds. `suppressed`: only an exception kept
 * its rules from holding; recorded, told to nobody.
 */
export const incidentStates = ['open', 'closed', 'merged', 'withdrawn', 'suppressed'] as const;
export const levels = ['informational', 'low', 'medium', 'high', 'critical'] as const;

/**
 * What an incident change can be. All but the last two are told to people; `incident.updated` only carries new figures to the store, so
 * that `incidents` is current between two notifications, and `incident.suppressed` says what an exception kept from becoming an incident.
 */
export const changeTypes = [
  'incident.opened', 'incident.step', 'incident.rule_added', 'incident.merged', 'incident.closed', 'incident.withdrawn',
  'incident.updated', 'incident.suppressed',
] as const; // prettier-ignore
export type ChangeType = (typeof changeTypes)[number];

/** One rule that fired for the incident. */
export const ruleMatch = z.strictObject({
  /** The rule's `id`, else its `name`. */
  rule_id: z.string(),
  title: z.string(),
  level: z.enum(levels),
  /** Distinct values counted in the window of the first firing, and the threshold it was compared with. */
  value: z.int().nonnegative(),
  threshold: z.int().nonnegative(),
  /** The second distinct count (`spread`), zero where the rule has none. */
  spread: z.int().nonnegative(),
  spread_threshold: z.int().nonnegative(),
  timespan_seconds: z.int().positive(),
  first_fired: isoTime,
  last_fired: isoTime,
});
export type RuleMatch = z.infer<typeof ruleMatch>;

/** `dr.martin`, `source_ip 203.0.113.7`: whose an incident is, in one word or two. */
export function subjectName({ subject_kind, actor_id }: Pick<IncidentChange, 'subject_kind' | 'actor_id'>): string {
  return subject_kind === 'account' ? actor_id : `${subject_kind} ${actor_id}`;
}

/** Accounts that a change names; the others are in `incident_accounts`. */
export const accountsListedMax = 200;

/** Patients that a change of a block of numbers names; a block has about a hundred. */
export const blockPatientsMax = 200;

/** The state of an incident after one change: a row of `vigie.incidents.v1`. Times are event times unless said otherwise. */
export const incidentChange = z.strictObject({
  /** Derived from the event whose arrival opened it: the same after a replay, and never changed once told. */
  incident_id: hex128,
  group_id: z.string(),
  /** Whose it is: of an account, or of what several accounts have in common. */
  subject_kind: z.enum(subjectKinds),
  /** The account; where `subject_kind` is another, the address, the device, the session or the block of numbers. */
  actor_id: z.string(),
  /** Of another subject than an account: the accounts whose accesses count, the first `accountsListedMax` of them as texts sort; else empty. */
  accounts: z.array(z.string()),
  /** How many accounts those are in all; 1 for an account. */
  account_count: z.int().nonnegative(),
  /**
   * Of a block of numbers: the pseudonyms of its patients, the first `blockPatientsMax` as texts sort, since no store knows the block. Left out elsewhere, and where none is
   * held any more: what changes before this one named stays.
   */
  block_patients: z.array(hex128).min(1).optional(),
  state: z.enum(incidentStates),
  /** First access in the first window that fired. */
  first_time: isoTime,
  /** Last access at which a rule held. */
  last_time: isoTime,
  /** Wall clock when the scorer decided; the earliest told one is kept. */
  detected_at: isoTime,
  /** Exact number of distinct patients touched by selected accesses between `first_time` and `last_time`. */
  patients: z.int().nonnegative(),
  /** How many of them had been touched when the first window was complete, in event time. */
  patients_at_firing: z.int().nonnegative(),
  /** How many were known when the incident was told. */
  patients_at_detection: z.int().nonnegative(),
  clinics: z.array(z.string()),
  categories: z.array(z.enum(categories)),
  /** `rule_id` of every rule that fired, in order of first firing. */
  rules: z.array(z.string()),
  rule_matches: z.array(ruleMatch),
  /** For each of `rules` the id of its selection: the accesses that it looks at. */
  rule_selections: z.array(hex128),
  /** The selections whose accesses count, see `incident_patients`: hexadecimal digests of the rules' event conditions. */
  selections: z.array(z.string()),
  level: z.enum(levels),
  /** The largest step of its rules that `patients` has reached. */
  step: z.int().nonnegative(),
  /** `late` when an access of its rules up to the first firing came later than allowed. */
  found: z.enum(['live', 'late']),
  /** By how much the latest of them came late: behind the newest access of its partition and after it happened, whichever is less, in seconds; 0 when live. */
  late_seconds: z.number().nonnegative(),
  /** From `time` of the access that completed the first window to `detected_at`, in seconds. */
  detection_delay_seconds: z.number(),
  /** The incident this one was joined to, else empty. */
  merged_into: z.union([hex128, z.literal('')]),
  /** Ids of the exceptions that took accesses out of a suppressed match, else empty. */
  suppressed_by: z.array(z.string()),
  change_type: z.enum(changeTypes),
  /** Derived from the incident, the type and what changed: the same after a replay. It is the `webhook-id` of its notification. */
  change_id: hex128,
  /** Wall clock of this change. */
  changed_at: isoTime,
  /** Place in the log that produced it, times 65,536, plus a counter: grows along the life of an incident. */
  version: z.int().nonnegative(),
  /** `received_at` of the row that caused the change: start of the end-to-end delay. */
  received_at: isoTime,
});
export type IncidentChange = z.infer<typeof incidentChange>;

/** What a change that was told before these were said leaves out. */
const ofAnAccount = { subject_kind: 'account', accounts: [], account_count: 1 } as const;

const oldChange = z.looseObject({ patients_at_detection: z.number(), patients_at_firing: z.undefined().optional() });

/** A change as the log has it: what a later version says besides is left out, since whoever reads may be the older one of an upgrade. */
export const readableChange = incidentChange.extend({ rule_matches: z.array(ruleMatch.strip()) }).strip();

/** Reads a change of the log; one that lies there since before an upgrade lacks what changes say since, and is read all the same. */
export function parseIncidentChange(parsed: unknown): z.ZodSafeParseResult<IncidentChange> {
  const told: unknown = isObject(parsed) ? { ...ofAnAccount, ...parsed } : parsed;
  const old = oldChange.safeParse(told);
  if (!old.success) return readableChange.safeParse(told);
  const added = { patients_at_firing: old.data.patients_at_detection, rule_selections: [], late_seconds: 0, suppressed_by: [] };
  return readableChange.safeParse({ ...old.data, ...added });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
