import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { LaneKind } from '#libs/contracts/vocabulary.js';
import { inLane } from './definition/lane-rules.suite.js';
import { naiveRecount, naiveSuppressed } from './definition/naive-recount.js';
import { history, latenessIn, play, withKnownFound } from './definition/random-history.suite.js';

const { VIGIE_TEST_SEED: seed = '20261129', VIGIE_TEST_HISTORIES = '150' } = process.env;
const histories = Math.min(Number(VIGIE_TEST_HISTORIES), 3_000);
const anyLane: fc.Arbitrary<LaneKind> = fc.constantFrom('source_ip', 'source_ip', 'session_id');

describe('an engine of addresses or sessions agrees with a naive recount, field by field', () => {
  it(
    `for ${histories} random histories of several accounts, in whatever order, delayed, duplicated, split over partitions, with rules that change, killed and restarted`,
    () => {
      let shared = 0;
      fc.assert(
        fc.property(history, anyLane, (plain, kind) => {
          const of = inLane(plain, kind);
          const run = play(of);
          expect(withKnownFound(of, run.current)).toEqual(
            withKnownFound(of, naiveRecount(of.rows, of.rules, of.quietMs, latenessIn(of))),
          );
          expect(withKnownFound(of, run.suppressed)).toEqual(
            withKnownFound(of, naiveSuppressed(of.rows, of.rules, of.quietMs, latenessIn(of))),
          );
          shared += Number(run.current.some(({ accounts }) => accounts.length > 1));
        }),
        { numRuns: histories, seed: Number(seed) },
      );
      // Incidents of one account alone would be found by an engine of accounts, too.
      expect(shared).toBeGreaterThan(histories / 10);
    },
    Math.max(300_000, 60 * histories),
  );
});
