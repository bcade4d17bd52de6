import type { Meeting } from '../rule/meeting.js';
import type { CountCondition } from '../rule/rule.js';

export const reaching = (atLeast: number): CountCondition => ({ atLeast, atMost: Number.POSITIVE_INFINITY });
/** What one more access can undo. */
export const bounded: readonly CountCondition[] = [
  { atLeast: 2, atMost: 3 },
  { atLeast: 3, atMost: 3 },
  { atLeast: 1, atMost: Number.POSITIVE_INFINITY, except: 2 },
];

/** Of numbers: sums up to what a few events say, and what averages and percentiles may be asked for besides. */
export const ofAmounts: readonly CountCondition[] = [
  ...[1, 2, 7, 20, 51, 100].map(reaching),
  { atLeast: 3, atMost: 60 },
  { atLeast: 1, atMost: Number.POSITIVE_INFINITY, except: 7 },
];
export const ofFigures: readonly CountCondition[] = [
  ...ofAmounts,
  { atLeast: 0, atMost: 3 },
  { atLeast: 2.5, atMost: Number.POSITIVE_INFINITY },
  { atLeast: 3, atMost: Number.POSITIVE_INFINITY, above: true },
  { atLeast: 0, atMost: 3, below: true },
];

/** What a `temporal` asks for, over so many inputs; undefined for all of them. */
export const meetings: Readonly<Record<string, (inputs: number) => Meeting | undefined>> = {
  all: () => undefined,
  'all but the last': (n) => ({ op: 'and', of: [...each(0, n - 1, 'met'), ...each(n - 1, n, 'unmet')] }),
  'the first alone': (n) => ({ op: 'and', of: [...each(0, 1, 'met'), ...each(1, n, 'unmet')] }),
  'the last alone': (n) => ({ op: 'and', of: [...each(n - 1, n, 'met'), ...each(0, n - 1, 'unmet')] }),
  'any, or the last without the first': (n) => ({
    op: 'or',
    of: [...each(1, n - 1, 'met'), { op: 'and', of: [...each(n - 1, n, 'met'), ...each(0, 1, 'unmet')] }],
  }),
  either: (n) => ({ op: 'or', of: each(0, n, 'met') }),
};

function each(from: number, until: number, op: 'met' | 'unmet'): readonly Meeting[] {
  return Array.from({ length: Math.max(0, until - from) }, (_, n) => ({ op, input: from + n }));
}
