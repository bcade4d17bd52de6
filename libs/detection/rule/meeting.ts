// rule/: what a rule is once it has been read, and how far back it looks.
// Values and types alone; every room above speaks in them.

import type { Milliseconds } from '../scan/kinds.js';

/** Which inputs of a `temporal` must be met, and which must not: `not` stands before single inputs only. Inputs by their place. */
export type Meeting =
  { readonly op: 'and' | 'or'; readonly of: readonly Meeting[] } | { readonly op: 'met' | 'unmet'; readonly input: number };

/** Whether it holds where `isMet` says which inputs lie in the window, and `isNear` which lie in it or as long after it. */
export function holdsOf(meeting: Meeting, isMet: (input: number) => boolean, isNear: (input: number) => boolean): boolean {
  switch (meeting.op) {
    case 'and':
      return meeting.of.every((one) => holdsOf(one, isMet, isNear));
    case 'or':
      return meeting.of.some((one) => holdsOf(one, isMet, isNear));
    case 'met':
      return isMet(meeting.input);
    default:
      return !isNear(meeting.input);
  }
}

/** The inputs that it asks for, or those whose absence it asks for. */
export function inputsOf(meeting: Meeting, op: 'met' | 'unmet'): ReadonlySet<number> {
  if (meeting.op === 'and' || meeting.op === 'or') return new Set(meeting.of.flatMap((one) => [...inputsOf(one, op)]));
  return new Set(meeting.op === op ? [meeting.input] : []);
}

/** How many inputs must be met at least. */
export function leastOf(meeting: Meeting): number {
  switch (meeting.op) {
    case 'and':
      return meeting.of.reduce((sum, one) => sum + leastOf(one), 0);
    case 'or':
      return Math.min(...meeting.of.map(leastOf));
    default:
      return meeting.op === 'met' ? 1 : 0;
  }
}

/**
 * How far after a time accesses decide about whether the rule holds there, milliseconds: what must not be met must not follow within the timespan
 * either, since nobody says first why he will look.
 */
export function forwardMsOf({ meeting, timespanMs }: { readonly meeting?: Meeting; readonly timespanMs: Milliseconds }): number {
  return meeting && inputsOf(meeting, 'unmet').size > 0 ? timespanMs : 0;
}
