import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { naiveRecount, naiveSuppressed } from './definition/naive-recount.js';
import { history, latenessIn, play, randomHistories, withKnownFound } from './definition/random-history.suite.js';

/**
 * The same histories every time, so that a change is judged by what it changes; `VIGIE_TEST_SEED` plays others, or those of a failure, and
 * `VIGIE_TEST_HISTORIES` more of them (`npm run test:long` sets both).
 */
const { VIGIE_TEST_SEED: seed = '20261125', VIGIE_TEST_HISTORIES = '1500' } = process.env;
const histories = Number(VIGIE_TEST_HISTORIES);
const replayed = { seed: Number(seed) };

describe('the engine agrees with a naive recount, field by field', () => {
  it(
    `for ${histories} random histories, in whatever order, delay of up to two days, duplication, cut into frames, split over partitions, with rules that change and windows that are filled, killed and restarted, under a clock that jumps`,
    () => {
      let seen = 0;
      fc.assert(
        fc.property(history, (of) => {
          seen += 1;
          const run = play(of);
          expect(withKnownFound(of, run.current)).toEqual(
            withKnownFound(of, naiveRecount(of.rows, of.rules, of.quietMs, latenessIn(of))),
          );
          expect(withKnownFound(of, run.suppressed)).toEqual(
            withKnownFound(of, naiveSuppressed(of.rows, of.rules, of.quietMs, latenessIn(of))),
          );
        }),
        { numRuns: histories, ...replayed },
      );
      expect(seen).toBeGreaterThanOrEqual(histories);
    },
    Math.max(900_000, 60 * histories),
  );

  it('tells an incident under one id for ever, and each change once', () => {
    fc.assert(
      fc.property(history, (of) => {
        const ids = play({ ...of, kills: [] }).changes.map(({ change_id }) => change_id);
        expect(new Set(ids).size).toBe(ids.length);
      }),
      { numRuns: 500, ...replayed },
    );
  });
});

describe('what the random histories hold', () => {
  it('is every kind of rule, and histories that must be judged again', () => {
    const seen = randomHistories(1_000).map((of) => ({ of, run: play(of) }));
    const kinds = new Set(
      seen.flatMap(({ of, run }) =>
        run.changes.flatMap(({ rules }) => of.rules.filter(({ id }) => rules.includes(id)).map(({ type }) => type)),
      ),
    );
    expect([...kinds].toSorted()).toEqual(['event_count', 'temporal', 'temporal_ordered', 'value_count']);
    expect(seen.filter(({ run }) => run.rejudged > 0).length).toBeGreaterThan(50);
    expect(seen.filter(({ run }) => run.filled > 0).length).toBeGreaterThan(50);
    const types = new Set(seen.flatMap(({ run }) => run.changes.map(({ change_type }) => change_type)));
    for (const type of [
      'incident.merged',
      'incident.withdrawn',
      'incident.suppressed',
      'incident.rule_added',
      'incident.step',
    ] as const)
      expect([...types]).toContain(type);
  });
});
