import {
  type BacktestIncident,
  type BacktestOptions,
  type BacktestResult,
  warmUpFrom,
} from '#libs/detection/history/backtest.js';
import { HabitModel } from '#libs/habits/habit-model.js';
import type { HabitRule } from '#libs/habits/seams.js';
import { disorderMsMax } from '#libs/detection/history/history-judge.js';
import { type Rule, rulesOf } from '#libs/detection/rule/rule.js';
import type { CommandConfig } from '../config.js';
import { BadLines } from './files/bad-lines.js';
import type { RowFilter } from './files/row-block.js';
import type { RowSource } from './row-source.js';
import { type BacktestTools, runBacktest } from './run-backtest.js';

/** Where rows come from, and what was told of them. */
export interface JudgedPlace {
  readonly told: (filter: RowFilter) => Promise<readonly BacktestIncident[]>;
  readonly open: (filter: RowFilter, disorderMs: number, bad: BadLines) => RowSource;
}

/** The rules that are tried, over which accesses. Times in milliseconds, `fromMs <= time < toMs`. */
export interface JudgedInterval {
  readonly rules: readonly Rule[];
  /** Rules judged beside them; left out where what was told stands beside. */
  readonly present: readonly Rule[] | undefined;
  readonly fromMs: number;
  readonly toMs: number;
  readonly groupId?: string | undefined;
  readonly actorId?: string | undefined;
  /** False incidents a week with which the rules are tried; VIGIE_FALSE_INCIDENTS_PER_WEEK, which those beside have, where it is left out. */
  readonly budget?: number | undefined;
  /** VIGIE_QUIET_HOURS where it is left out. */
  readonly quietHours?: number | undefined;
}

export interface IntervalOutcome {
  readonly result: BacktestResult;
  readonly rows: number;
  readonly source: string;
  /** From when on every access was read. */
  readonly readFromMs: number;
  readonly bad: BadLines;
  readonly seconds: number;
}

/** Judges an interval of history, read from so long before that windows are full when it begins. */
export async function judgeInterval(
  { fromMs, toMs, groupId, actorId, budget, quietHours, ...given }: JudgedInterval,
  place: JudgedPlace,
  config: CommandConfig,
  tools: BacktestTools,
): Promise<IntervalOutcome> {
  // Of one account alone nobody can tell what others do from its address.
  const judged = (of: readonly Rule[]) => (actorId === undefined ? of : rulesOf({ rules: of }));
  const rules = judged(given.rules);
  const present = given.present && judged(given.present);
  const all = [...rules, ...(present ?? [])];
  const quietMs = (quietHours ?? config.VIGIE_QUIET_HOURS) * 3_600_000;
  const allowedLatenessMs = config.VIGIE_ALLOWED_LATENESS_MINUTES * 60_000;
  const { fromMs: earliestMs, outline } = warmUpFrom(fromMs, all, quietMs);
  const readFromMs = Math.max(0, earliestMs);
  const learnerWith = (falseIncidentsPerWeek: number) => (of: readonly HabitRule[]) =>
    new HabitModel({ rules: of, falseIncidentsPerWeek, zone: config.VIGIE_ZONE });
  const options: BacktestOptions = {
    rules,
    ...(present && { baseline: present, baselineLearner: learnerWith(config.VIGIE_FALSE_INCIDENTS_PER_WEEK) }),
    fromMs,
    toMs,
    quietMs,
    allowedLatenessMs,
    learner: learnerWith(budget ?? config.VIGIE_FALSE_INCIDENTS_PER_WEEK),
  };
  const bad = new BadLines();
  const source = place.open({ fromMs: readFromMs, toMs, groupId, actorId, outline }, disorderMsMax(all, allowedLatenessMs), bad);
  const told = () => place.told({ fromMs, toMs, groupId, actorId });
  const startedAt = tools.clock.monotonic();
  const { result, rows } = await runBacktest({ options, source, bad, told }, tools);
  const seconds = (tools.clock.monotonic() - startedAt) / 1000;
  return { result, rows, source: source.name, readFromMs: Math.max(readFromMs, outline?.toMs ?? 0), bad, seconds };
}
