import { forwardMsOf, inputsOf } from './meeting.js';
import { habitRulesOf, type Rule, type Selection } from './rule.js';
import type { Milliseconds } from '../scan/kinds.js';

const dayMs = 86_400_000;

/** The longest day of a calendar: one on which clocks are set back an hour. */
export const dayMsMax = dayMs + 3_600_000;

/**
 * An account that a `dormant` rule has not seen for longer has never been there, event time: what is remembered of accounts ends somewhere, and
 * it must end at the same place in memory, in what is read from the store, and in the definition. Twice the longest `dormant`.
 */
export const rememberedMs = 800 * dayMs;

/** Whether a silence of `silentMs` is one that a rule waits for. */
export function isSleep(silentMs: Milliseconds, dormantMs: Milliseconds): boolean {
  return silentMs >= dormantMs && silentMs <= rememberedMs;
}

/** Whether the rule, or one whose matches it counts, waits for the end of a silence. */
export function wakesUp(rule: Rule): boolean {
  return withInner(rule).some(({ dormantMs }) => dormantMs !== undefined);
}

/** Accesses that decide about one at a time t. */
export interface Reach {
  /** All that lie in `(t - windowsMs, t]`: the windows, through the rules whose matches are counted. */
  readonly windowsMs: Milliseconds;
  /** And all up to `t + forwardMs`, of rules that ask for what is not met. */
  readonly forwardMs: Milliseconds;
  /** Before that, of each account the last access that each of these selects, when it lies less than `rememberedMs` back: was it asleep? */
  readonly sleepers: readonly Selection[];
}

/** How far back rules look: the one definition for memory, filling, judging again and backtests. */
export function reachOf(rules: readonly Rule[]): Reach {
  const sleepers = new Map<string, Selection>();
  for (const rule of rules.flatMap(withInner)) if (rule.dormantMs !== undefined) sleepers.set(rule.selection.id, rule.selection);
  // What several days show is seen from the counts of all that day.
  const habitsMs = rules.some(({ habitDays }) => habitDays) ? Math.max(0, ...habitRulesOf(rules).map(habitMsOf)) : 0;
  const reached = { windowsMs: Math.max(habitsMs, ...rules.map(windowsMsOf)), forwardMs: Math.max(0, ...rules.map(forwardOf)) };
  return { ...reached, sleepers: [...sleepers.values()] };
}

/** How far back every access decides about one of the rule. */
export function windowsMsOf(rule: Rule): number {
  const ownMs = rule.habit || rule.habitDays === true ? habitMsOf(rule) : rule.timespanMs;
  return ownMs + Math.max(0, ...rule.inputs.map((input) => (input.kind === 'matches' ? windowsMsOf(input.rule) : 0)));
}

/**
 * How far before the first match that it counts the windows of a rule's inner rules reach, milliseconds; 0 for a rule over accesses alone. What must
 * not be met is nothing that it counts.
 */
export function innerMsOf({ inputs, meeting }: Rule): number {
  const met = meeting && inputsOf(meeting, 'met');
  return Math.max(
    0,
    ...inputs.map((input, place) => (input.kind === 'matches' && (met?.has(place) ?? true) ? windowsMsOf(input.rule) : 0)),
  );
}

/** Windows of the whole day: the largest count of it is known then. */
function habitMsOf({ timespanMs }: Pick<Rule, 'timespanMs'>): number {
  return timespanMs + dayMsMax;
}

/** The same for how far forward: of rules on top of one another, the sum. */
export function forwardOf(rule: Rule): number {
  return forwardMsOf(rule) + Math.max(0, ...rule.inputs.map((input) => (input.kind === 'matches' ? forwardOf(input.rule) : 0)));
}

/** Up to `toMs` only the outline of each account is needed: the last access that each of the selections takes. */
export interface Outline {
  readonly toMs: Milliseconds;
  readonly of: readonly Selection[];
}

/** From where on to read so that whatever happens after `fullFromMs` is judged right, when windows need every access since `fullFromMs`. */
export function readFrom(
  fullFromMs: Milliseconds,
  sleepers: readonly Selection[],
): { readonly fromMs: Milliseconds; readonly outline?: Outline } {
  if (sleepers.length === 0) return { fromMs: fullFromMs };
  return { fromMs: fullFromMs - rememberedMs, outline: { toMs: fullFromMs, of: sleepers } };
}

function withInner(rule: Rule): readonly Rule[] {
  const inner = rule.inputs.flatMap((input) => (input.kind === 'matches' ? withInner(input.rule) : []));
  return [rule, ...inner, ...(rule.unfiltered ? withInner(rule.unfiltered) : [])];
}
