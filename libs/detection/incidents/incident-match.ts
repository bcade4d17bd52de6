import type { Rule } from '../rule/rule.js';
import type { Firing } from '../judge/firing.js';
import type { WindowCount } from '../count/window-count.js';
import type { Match } from './match.js';
import { matchAt, type MatchTimes } from './match-times.js';
import type { GrownWindows } from './windows-grown.js';
import type { Milliseconds } from '../scan/kinds.js';

/** The match of a firing that is the first one known of its rule; `lastFired` of one that was known after it. */
export function matchOf({ rule: of, first, last, least }: Firing, window: WindowCount, lastFired = last): Match {
  const { rule, selection, exceptions } = of;
  return {
    ruleId: rule.id,
    selection,
    exceptions,
    steps: rule.steps,
    shown: {
      title: rule.title,
      level: rule.level,
      threshold: Math.floor(least ?? rule.condition.atLeast),
      spread_threshold: rule.spread?.atLeast ?? 0,
      timespan_seconds: rule.timespanMs / 1000,
    },
    firstFired: first,
    lastFired: Math.max(lastFired, last),
    value: Math.floor(window.value),
    spread: window.spread,
    windowFirst: window.first,
    innerMs: of.innerMs,
    begins: window.first,
  };
}

/** Whether the rule asks for more than it did when the match was told; what is usual for an account is its own matter each day. */
export function isStricter(rule: Rule, { shown }: Match): boolean {
  const { condition, spread, timespanMs, habit, habitDays } = rule;
  if (timespanMs / 1000 < shown.timespan_seconds || (spread?.atLeast ?? 0) > shown.spread_threshold) return true;
  return !habit && habitDays !== true && Math.floor(condition.atLeast) > shown.threshold;
}

type Matches = ReadonlyMap<string, Match>;

/** What the rule is told from at its first firing turns out to be less: another role of the account was said on that day. */
function isLowered({ shown, firstFired }: Match, { first, least }: Firing): boolean {
  return first === firstFired && least !== undefined && Math.floor(least) < shown.threshold;
}
/** The match tells what it is then; false where it is no less. */
export function lowers(match: Match, firing: Firing): boolean {
  if (!isLowered(match, firing)) return false;
  match.shown = { ...match.shown, threshold: Math.floor(firing.least ?? match.shown.threshold) };
  return true;
}

/** By the time at which they held first, then by the rule's id. */
export function inOrderOf(matches: Matches): readonly Match[] {
  return [...matches.values()].toSorted((a, b) => a.firstFired - b.firstFired || (a.ruleId < b.ruleId ? -1 : 1));
}

/** Selections of the rules that fired first. */
export function firingSelectionsOf(matches: Matches): readonly number[] {
  const first = Math.min(...[...matches.values()].map(({ firstFired }) => firstFired));
  return [...matches.values()].filter(({ firstFired }) => firstFired === first).map(({ selection }) => selection);
}

/** Ids of the rules' exceptions whose selection was seen. */
export function exceptionsOf(matches: Matches, isSeen: (selection: number) => boolean): readonly string[] {
  const ids = new Set<string>();
  for (const { exceptions } of matches.values()) for (const { id, selection } of exceptions) if (isSeen(selection)) ids.add(id);
  return [...ids].toSorted();
}

/**
 * Lets the rules hold until their firings end, and windows grow that are counted later. `longer` where that is later than before for any of them, or
 * one has grown; `more`, and nothing but growth is noted, where a firing does more: it is of another rule, an earlier one, not within quiet of the last, or the
 * window of the first firing must be counted now.
 */
export function prolong(
  windows: GrownWindows,
  firings: readonly Firing[],
  held: MatchTimes,
  quietMs: Milliseconds,
): 'same' | 'longer' | 'more' {
  const lastTime = held.lastFired;
  for (let i = 0; i < firings.length; i += 1) {
    const firing = firings[i];
    if (!firing) continue;
    const match = matchAt(held, firing.rule, i);
    if (!match || firing.first < match.firstFired || firing.first - lastTime >= quietMs || isLowered(match, firing))
      return 'more';
    if (firing.first === match.firstFired && (firing.by < match.windowFirst || !windows.grows(firing))) return 'more';
  }
  let what: 'same' | 'longer' = 'same';
  for (let i = 0; i < firings.length; i += 1) {
    const firing = firings[i];
    const match = firing && matchAt(held, firing.rule, i);
    if (!match) continue;
    if (firing.last > match.lastFired) {
      match.lastFired = firing.last;
      held.lastFired = Math.max(held.lastFired, firing.last);
    } else if (firing.first !== match.firstFired) continue;
    what = 'longer';
  }
  return what;
}
