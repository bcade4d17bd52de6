// history/: the engine over rows of the past: backtests, and what two sets of rules find beside each other.
// Rows come in order of time, and nobody is told.

import type { IncidentChange } from '#libs/contracts/incident.js';
import { type BacktestIncident, compareIncidents, type Comparison } from './compare-incidents.js';
import type { FrameOutcome } from '../engine.js';
import { HistoryJudge, type HistoryJudgeOptions, type Undecided } from './history-judge.js';
import { readFrom, reachOf } from '../rule/reach.js';
import { habitRulesOf, type Rule } from '../rule/rule.js';
import type { Milliseconds } from '../scan/kinds.js';

export type { BacktestIncident } from './compare-incidents.js';

/** One that never was told, with the exceptions that kept it from being. */
export type SuppressedIncident = BacktestIncident & Pick<IncidentChange, 'suppressed_by'>;

export interface BacktestOptions {
  /** The rules that are tried. */
  readonly rules: readonly Rule[];
  /** Rules judged beside them over the same rows; left out where what was told is known. */
  readonly baseline?: readonly Rule[];
  /** Incidents that end before are left out, event time in milliseconds. */
  readonly fromMs: Milliseconds;
  /** End of the rows, exclusive. */
  readonly toMs: Milliseconds;
  readonly quietMs: Milliseconds;
  readonly allowedLatenessMs: Milliseconds;
  /** A model of habits, one for each set of rules. */
  readonly learner?: HistoryJudgeOptions['learner'];
  /** The same for the rules beside, where theirs is another. */
  readonly baselineLearner?: HistoryJudgeOptions['learner'];
}

export interface BacktestResult {
  readonly comparison: Comparison;
  /** What only an exception of the tried rules kept from becoming an incident. */
  readonly suppressed: readonly SuppressedIncident[];
  /** What the tried rules could not decide, because accesses after the interval do. */
  readonly undecided: readonly Undecided[];
}

/**
 * Tries rules on history: judges rows with the live engine and compares what would have fired with what the present rules fire, or with
 * what was told. Rows come as frames in order of time, from `warmUpMs` before `fromMs` on, so that windows are full when the interval begins.
 */
export class Backtest {
  readonly #tried: HistoryJudge;
  readonly #baseline: HistoryJudge | undefined;

  constructor(private readonly options: BacktestOptions) {
    this.#tried = new HistoryJudge(options.rules, options);
    const learner = options.baselineLearner ?? options.learner;
    this.#baseline = options.baseline && new HistoryJudge(options.baseline, { ...options, ...(learner && { learner }) });
  }

  take(bytes: Uint8Array): FrameOutcome {
    this.#baseline?.take(bytes);
    return this.#tried.take(bytes);
  }

  /** `told` are the incidents to compare with where no baseline rules were given. */
  result(told: readonly BacktestIncident[] = []): BacktestResult {
    const { toMs } = this.options;
    const { incidents, undecided } = this.#tried.finish(toMs);
    const tried = this.#within(incidents);
    const present = this.#within(this.#baseline?.finish(toMs).incidents ?? told);
    return {
      comparison: compareIncidents(tried.filter(isRaised), present.filter(isRaised)),
      suppressed: tried.filter((incident) => !isRaised(incident)),
      undecided,
    };
  }

  #within<T extends BacktestIncident>(incidents: readonly T[]): readonly T[] {
    const { fromMs, toMs } = this.options;
    return incidents.filter(({ first_time, last_time }) => Date.parse(last_time) >= fromMs && Date.parse(first_time) < toMs);
  }
}

/** So much of the past is learned from before a backtest begins, where rules ask for habits: as far back as the model remembers its peers. */
export const learnedMs = 35 * 86_400_000;

/** From where on to read so that windows are full, the incidents that go on known, and habits learned, at `fromMs`. */
export function warmUpFrom(fromMs: Milliseconds, rules: readonly Rule[], quietMs: Milliseconds): ReturnType<typeof readFrom> {
  const { windowsMs, sleepers } = reachOf(rules);
  const learnsMs = habitRulesOf(rules).length > 0 ? learnedMs : 0;
  return readFrom(fromMs - windowsMs - quietMs - learnsMs, sleepers);
}

/** How long before the interval reading begins where every access is read, milliseconds. */
export function warmUpMs(rules: readonly Rule[], quietMs: Milliseconds): Milliseconds {
  return -warmUpFrom(0, rules, quietMs).fromMs;
}

function isRaised({ state }: BacktestIncident): boolean {
  return state === 'open' || state === 'closed';
}
