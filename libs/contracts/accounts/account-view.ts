import { z } from 'zod';
import { subjectKinds } from '../vocabulary.js';
import { isoTime } from '../access-row.js';
import { levels } from '../incident.js';

/** What the model of habits says of an account and a rule on a day; counts are a day's largest ones, of days at work. */
export const usualView = z.object({
  /** What the account does, and what its role does. */
  own: z.number().nonnegative(),
  role: z.number().nonnegative(),
  /** Above this habit excuses nothing; null where peers are too few, or somebody has called honest what lay above. */
  ceiling: z.number().nonnegative().nullable(),
  /** What the day's count is compared with. */
  compared_with: z.number().nonnegative(),
  /** The share of honest account-days that go as far beyond what is usual for them. */
  p: z.number().min(0).max(1),
  /** Of so many account-days of peers, so many went as far. */
  peer_days: z.int().nonnegative(),
  as_far: z.int().nonnegative(),
  /** It is compared with what newcomers did in their first weeks. */
  is_newcomer: z.boolean(),
  /** No day of it is known, so that it is compared by this role, which its accesses of the day say. */
  as_role: z.string().optional(),
  /** The account beside its own full days, where the rule asks for them and enough are known. */
  own_days: z
    .object({
      /** How many of them are known, what they usually hold, and their standard deviation. */
      days: z.int().positive(),
      mean: z.number().nonnegative(),
      deviation: z.number().nonnegative(),
      /** From where on a day is told for going beyond them; null while thresholds wait. */
      told_from: z.int().nonnegative().nullable(),
      /** The share of honest account-days that go as far beyond their account's own. */
      p: z.number().min(0).max(1),
    })
    .optional(),
});
export type UsualView = Readonly<z.infer<typeof usualView>>;

/** What a rule sees of one account now: the window that ends at the newest access of the account's partition. */
export const ruleView = z.object({
  /** The rule's `id`, else its `name`. */
  rule_id: z.string(),
  title: z.string(),
  type: z.enum([
    'value_count', 'event_count', 'value_sum', 'value_avg', 'value_median', 'value_percentile', 'temporal', 'temporal_ordered',
  ]), // prettier-ignore
  level: z.enum(levels),
  timespan_seconds: z.number().positive(),
  /** Values of the rule's group-by fields besides `group_id` and `actor_id`, name by name; empty for none. */
  by: z.record(z.string(), z.string()),
  /** What is counted, or what the numbers of events come to; an average without what lies behind the point. */
  value: z.int().nonnegative(),
  threshold: z.int().nonnegative(),
  /** The second distinct count (`spread`), zero where the rule has none. */
  spread: z.int().nonnegative(),
  spread_threshold: z.int().nonnegative(),
  holds: z.boolean(),
  /** Values, or how much, that are missing until it holds, 0 when it holds. */
  missing: z.int().nonnegative(),
  /** Clinics, or other values of the spread field, that are missing. */
  missing_spread: z.int().nonnegative(),
  /**
   * Of a rule that is told from where it is more than usual, as `threshold` says then: the day of the group's calendar, counted from 1970-01-01, the largest count that a window
   * reached on it, and the threshold itself, null while nothing is known and nothing told.
   */
  habit: z
    .object({
      day: z.int(),
      most: z.int().nonnegative(),
      told_from: z.int().nonnegative().nullable(),
      /** What the account's accesses of the day say of its role, empty text where one says none. */
      roles: z.array(z.string()).optional(),
      usual: usualView.optional(),
    })
    .optional(),
  /** The next times at which the count falls if nothing more comes, soonest first, and the count from then on. */
  expiring: z.array(z.object({ time: isoTime, value: z.int().nonnegative() })),
});
export type RuleView = Readonly<z.infer<typeof ruleView>>;

/**
 * What the windows of an account hold: the answer of the scorer to `GET /v1/accounts/{group_id}/{actor_id}`. Fields may be added; a reader
 * leaves those aside that it does not know.
 */
export const accountView = z.object({
  group_id: z.string(),
  /** What `actor_id` is. */
  subject_kind: z.enum(subjectKinds).default('account'),
  actor_id: z.string(),
  /** Event time of the account's newest access that a rule looks at, and of the newest access of its partition. */
  newest_time: isoTime,
  watermark: isoTime,
  rules: z.array(ruleView),
  /** Incidents that may still grow. */
  incidents: z.array(
    z.object({ incident_id: z.string(), state: z.string(), patients: z.int().nonnegative(), rules: z.array(z.string()) }),
  ),
});
export type AccountView = Readonly<z.infer<typeof accountView>>;
