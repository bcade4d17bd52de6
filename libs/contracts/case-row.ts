import { z } from 'zod';
import { hex128, isoTime } from './access-row.js';
import { verdicts } from './case-action.js';
import { levels } from './incident.js';
import { subjectKinds } from './vocabulary.js';

/** Where a case stands with people; the scorer's `state` of its incidents runs beside it. */
export const caseStatuses = ['new', 'acknowledged', 'on_hold', 'resolved'] as const;
export type CaseStatus = (typeof caseStatuses)[number];

/** A case as it stands: a row of the table `cases`, and what the console and every channel know of it. It never holds a patient. */
export const caseRow = z.strictObject({
  /** Id of its first told incident: it exists without anybody doing anything. */
  case_id: hex128,
  group_id: z.string(),
  /** Whose its first incident is: an account's, or of what several accounts have in common. */
  subject_kind: z.enum(subjectKinds),
  /** The account, address, device or session of its first incident; the others are in their incidents. */
  actor_id: z.string(),
  /** Accounts of its incidents, each once; at least so many where one of them names only the first of its accounts. */
  account_count: z.int().nonnegative(),
  title: z.string(),
  status: z.enum(caseStatuses),
  verdict: z.union([z.enum(verdicts), z.literal('')]),
  owner: z.string(),
  /** The highest of its incidents, or what a person set. */
  level: z.enum(levels),
  controllers: z.array(z.string()),
  incident_ids: z.array(hex128),
  /** `rule_id` of every rule that fired, in order of first firing. */
  rules: z.array(z.string()),
  /** What people call each of them, in the same order: its title, or its id where it has none. */
  rule_titles: z.array(z.string()),
  clinics: z.array(z.string()),
  /** Distinct patients of its incidents: as many as its list has, unless `patients_settled` is false. */
  patients: z.int().nonnegative(),
  /**
   * False while it is not known how many patients several incidents of it have in common: then `patients` is the most that they can be together. What the
   * scorer has not judged yet is said of each incident, not here.
   */
  patients_settled: z.boolean(),
  /** Largest step that one of its incidents has reached. */
  step: z.int().nonnegative(),
  /** Event times: first and last access of its incidents. */
  first_time: isoTime,
  last_time: isoTime,
  /** Wall clock of the first told change. */
  opened_at: isoTime,
  acknowledge_by: isoTime.nullable(),
  acknowledged_at: isoTime.nullable(),
  acknowledged_by: z.string(),
  resolved_at: isoTime.nullable(),
  resolved_by: z.string(),
  on_hold_until: isoTime.nullable(),
  /** How many times it came back after being resolved or acknowledged. */
  reopened: z.int().nonnegative(),
  /** Changes and actions that count so far: grows by one with each. */
  version: z.int().nonnegative(),
  changed_at: isoTime,
});
export type CaseRow = z.infer<typeof caseRow>;
