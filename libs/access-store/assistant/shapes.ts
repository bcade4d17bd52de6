import { z } from 'zod';
import { isoTime } from '#libs/contracts/access-row.js';

const count = z.number();
const texts = z.array(z.string());
const byWord = z.record(z.string(), count);

export const tiers = z.object({
  patients: count,
  exposed: count,
  attempted: count,
  listed: count,
  displayed: count,
  exported: count,
});
export type Tiers = z.infer<typeof tiers>;
export const leveledTiers = tiers.extend({ level: z.enum(['case', 'clinic']), clinic_id: z.string() });

export const shapeBin = z.object({ level: z.enum(['case', 'clinic']), clinic_id: z.string(), bin: count, patients: count });
export type ShapeBin = z.infer<typeof shapeBin>;

export const incidentContext = z.object({
  events: count,
  events_before: count,
  actions: byWord,
  patients_named: count,
  with_mfa: count,
  without_mfa: count,
  failures: count,
  exports: count,
  clinics: texts,
  addresses: texts,
  devices: texts,
  user_agents: texts,
  applications: texts,
  sessions: count,
  clinics_before: texts,
  addresses_before: texts,
  devices_before: texts,
  user_agents_before: texts,
  applications_before: texts,
  /** Events by hour of the day in Paris, `0` to `23`. */
  hours: byWord,
  hours_before: byWord,
});
export type IncidentContext = z.infer<typeof incidentContext>;

export const closedClinic = z.object({ clinic_id: z.string() });

export const accountDay = z.object({ day: z.iso.date(), events: count, patients: count, clinics: count });
export type AccountDay = z.infer<typeof accountDay>;

export const accountHabit = z.object({ kind: z.enum(['clinic', 'hour']), value: z.string(), events: count });
export type AccountHabit = z.infer<typeof accountHabit>;

const quantiles = z.tuple([count, count, count]);
export const accountPeers = z.object({
  role: z.string(),
  accounts: count,
  patients_quantiles: quantiles,
  fullest_quantiles: quantiles,
  patients: count,
  fullest: count,
  patients_rank: count,
  fullest_rank: count,
});
export type AccountPeers = z.infer<typeof accountPeers>;

export const accountingDay = z.object({ source: z.string(), day: z.iso.date(), events: count, rows: count, quarantined: count });
export type AccountingDay = z.infer<typeof accountingDay>;

export const leakFigures = z.object({
  leak_id: z.string(),
  period_from: isoTime,
  period_to: isoTime,
  given: count,
  known: count,
  touched: count,
  accounts: count,
  patients: count,
  verdict: z.enum(['named', 'nobody', 'too_small', 'unopened']),
  unexplained: count,
  control_samples: count,
  control_named: count,
  asked_at: isoTime,
});
export type LeakFigures = z.infer<typeof leakFigures>;

export const leakFinding = z.object({
  rank: count,
  actor_id: z.string(),
  kind: z.enum(['period', 'day', 'incident', 'export']),
  first_time: isoTime,
  last_time: isoTime,
  matched: count,
  size: count,
  share: count,
  ln_bayes: count,
  support: z.string(),
  alike: count,
});
export type LeakFinding = z.infer<typeof leakFinding>;
