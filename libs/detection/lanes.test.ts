import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { LaneKind } from '#libs/contracts/vocabulary.js';
import { inLane } from './definition/lane-rules.suite.js';
import { naiveRecount, naiveSuppressed } from './definition/naive-recount.js';
import { isMonotone, type Rule } from './rule/rule.js';
import { isLiar } from './definition/partition-run.suite.js';
import { history, latenessIn, play, withKnownFound } from './definition/random-history.suite.js';

const { VIGIE_TEST_SEED: seed = '20261129', VIGIE_TEST_HISTORIES = '150', VIGIE_TEST_PATH: alone } = process.env;
const histories = Math.min(Number(VIGIE_TEST_HISTORIES), 3_000);
const anyLane: fc.Arbitrary<LaneKind> = fc.constantFrom('source_ip', 'source_ip', 'session_id', 'device', 'clinic_id');

function canOnlyRise(rule: Rule): boolean {
  return isMonotone(rule) && rule.inputs.every((input) => input.kind === 'rows' || canOnlyRise(input.rule));
}

describe('an engine of blocks of numbers agrees with a naive recount of the same accesses', () => {
  it(
    `for ${histories} random histories in whatever order, delayed within what is allowed, duplicated, split over partitions, killed and restarted; no store is asked`,
    () => {
      let shared = 0;
      fc.assert(
        fc.property(history, (plain) => {
          // Later than this nothing comes, and the rules are known from the beginning: what memory has lost nobody else knows. The loader refuses other rules.
          const lane = inLane(plain, 'id_block');
          const rows = lane.rows.filter((row) => !isLiar(row));
          const rules = lane.rules.filter(canOnlyRise);
          const of = { ...lane, rows, rules, allowedLatenessMs: 60 * 3_600_000, held: {}, changed: undefined };
          const run = play(of);
          expect(run.rejudged).toBe(0);
          expect(withKnownFound(of, run.current)).toEqual(
            withKnownFound(of, naiveRecount(of.rows, of.rules, of.quietMs, latenessIn(of))),
          );
          for (const { subject_kind, block_patients = [], patients } of run.said)
            expect([subject_kind, block_patients.length]).toEqual(['id_block', patients]);
          shared += Number(run.current.some(({ accounts }) => accounts.length > 1));
        }),
        { numRuns: histories, seed: Number(seed) },
      );
      if (!alone) expect(shared).toBeGreaterThan(histories / 20);
    },
    Math.max(300_000, 60 * histories),
  );
});

describe('an engine of addresses, sessions or clinics agrees with a naive recount, field by field', () => {
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
      if (!alone) expect(shared).toBeGreaterThan(histories / 10);
    },
    Math.max(300_000, 60 * histories),
  );
});
