import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { AccountDay } from '#libs/habits/seams.js';
import { naiveDays, naiveRecount, naiveSuppressed } from './definition/naive-recount.js';
import { habitsIn } from './definition/naive-days.js';
import { habitHistory } from './definition/random-habits.suite.js';
import { latenessIn, play, withKnownFound } from './definition/random-history.suite.js';
import { lanesOf } from './rule/rule.js';

const { VIGIE_TEST_SEED: seed = '20261129', VIGIE_TEST_HISTORIES = '600' } = process.env;
const histories = Number(VIGIE_TEST_HISTORIES);

describe('an engine that is given habits agrees with a naive recount that is given the same', () => {
  it(
    `for ${histories} random histories, in whatever order, delayed, duplicated, cut into frames, split over partitions, with rules that change, killed and restarted: the same incidents, and the same largest counts of every day`,
    () => {
      let habitual = 0;
      let unusual = 0;
      fc.assert(
        fc.property(habitHistory, (of) => {
          const run = play(of);
          const isLate = latenessIn(of);
          const wanted = naiveRecount(of.rows, of.rules, of.quietMs, isLate, of.habits);
          expect(withKnownFound(of, run.current)).toEqual(withKnownFound(of, wanted));
          expect(withKnownFound(of, run.suppressed)).toEqual(
            withKnownFound(of, naiveSuppressed(of.rows, of.rules, of.quietMs, isLate, of.habits)),
          );
          const days = naiveDays(of.rows, of.rules, of.quietMs, of.habits);
          if (!of.changed && lanesOf(of.rules).length === 0 && habitsIn(of.rules).length > 0)
            expect(sorted(run.days)).toEqual(sorted(days));
          const fired = new Set(wanted.flatMap(({ matches }) => matches.map(({ rule_id }) => rule_id)));
          habitual += Number(of.rules.some(({ id, habit }) => habit && fired.has(id)));
          unusual += Number(fired.has('days'));
        }),
        { numRuns: histories, seed: Number(seed) },
      );
      for (const some of [habitual, unusual]) expect(some).toBeGreaterThan(histories / 20);
    },
    Math.max(900_000, 100 * histories),
  );
});

function sorted(days: readonly AccountDay[]): readonly AccountDay[] {
  return days.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.day - b.day));
}
