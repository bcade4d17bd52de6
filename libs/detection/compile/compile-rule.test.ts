import { describe, expect, it } from '@jest/globals';
import { aRule } from '#libs/testkit/a-rule.js';
import type { HabitTerms, Rule } from '../rule/rule.js';
import { test } from '../rules/match/match.js';
import { selectionOf } from '../rules/match/selection.js';
import { compileSeries } from './compile-series.js';

describe('what makes two rules over the same inputs differ', () => {
  const selection = selectionOf(test({ kind: 'present', field: 'actor_id' }));
  const first: HabitTerms = { weight: 0.1, scale: 'volume', own: 0.02 };

  it('is each share of the budget that one of them has', () => {
    expect(keysOf(first, { ...first })).toBe(1);
    expect(keysOf(first, { ...first, weight: 0.2 })).toBe(2);
    expect(keysOf(first, { ...first, own: 0.05 })).toBe(2);
    expect(keysOf(first, { weight: 0.1, scale: 'volume' })).toBe(2);
    expect(keysOf(first, { weight: 0.1, scale: 'own' })).toBe(2);
  });

  /** How many rules are judged where both are asked for under one id, as when the first takes the place of the second. */
  function keysOf(...habits: readonly HabitTerms[]): number {
    const rules: readonly Rule[] = habits.map((habit) => ({ ...aRule({ id: 'r', selection }), habit }));
    return compileSeries(rules, [], { quietMs: 3_600_000, allowedLatenessMs: 900_000 }).rules.length;
  }
});
