import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { isoTime } from '#libs/contracts/access-row.js';
import { jsonRows } from '../clickhouse/json-rows.js';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const scorecardQuery = sql('scorecard');
const weeklyQuery = sql('weekly-verdicts');

const dayMs = 86_400_000;
const count = z.int().nonnegative();

const ruleScore = z.object({
  rule_id: z.string(),
  /** As its newest incident called it; empty where none of its cases has one. */
  title: z.string(),
  /** Cases in which it fired; those with a verdict that is not counted apart (suspicious, test, ...) among them. */
  cases: count,
  true_positive: count,
  authorised: count,
  false_positive: count,
  /** Without a verdict. */
  open: count,
  /** Median over its cases. */
  patients_at_firing: z.number().nonnegative(),
  /** The verdict of the case that was judged last, and when; empty and null where none was. */
  last_verdict: z.string(),
  last_judged_at: isoTime.nullable(),
});
export type RuleScore = z.infer<typeof ruleScore>;

const weeklyVerdict = z.object({ rule_id: z.string(), week: z.iso.date(), verdict: z.string(), cases: count });
/** Cases of a rule that were first told in a week (its Monday), with one verdict; empty is none. */
export type WeeklyVerdict = z.infer<typeof weeklyVerdict>;

export interface Verdicts {
  /** The Monday from which on cases were first told, `2026-11-23`. */
  readonly since: string;
  /** Rules with cases, those with most first. */
  readonly rules: readonly RuleScore[];
  readonly weeks: readonly WeeklyVerdict[];
}

export interface VerdictsQuery {
  readonly nowMs: number;
  /** How many weeks, this one included. */
  readonly weeks: number;
  /** One group; all where it is left out. */
  readonly groupId?: string | undefined;
}

/** What people found of the cases of each rule. Rejects with `Transient` when the store is away. */
export async function ruleVerdicts(client: ClickHouseClient, { nowMs, weeks, groupId = '' }: VerdictsQuery): Promise<Verdicts> {
  const since = mondayOf(nowMs - (weeks - 1) * 7 * dayMs);
  const asked = { params: { since, group: groupId }, failure: 'the verdicts of rules cannot be read' };
  return {
    since,
    rules: await jsonRows(client, { query: scorecardQuery, shape: ruleScore, ...asked }),
    weeks: await jsonRows(client, { query: weeklyQuery, shape: weeklyVerdict, ...asked }),
  };
}

/** The Monday of the week (UTC) of an instant. 1970 began on a Thursday. */
function mondayOf(ms: number): string {
  const day = Math.floor(ms / dayMs);
  return new Date((day - ((day + 3) % 7)) * dayMs).toISOString().slice(0, 10);
}
