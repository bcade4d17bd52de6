import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { naiveRecount, naiveSuppressed } from './definition/naive-recount.js';
import type { History } from './definition/partition-run.suite.js';
import { history, latenessIn, play, type Played, withKnownFound } from './definition/random-history.suite.js';
import { ruleTypes } from './rule/rule-kinds.js';

/**
 * The same histories every time, so that a change is judged by what it changes; `VIGIE_TEST_SEED` plays others, or those of a failure, and
 * `VIGIE_TEST_HISTORIES` more of them (`npm run test:long` sets both). `VIGIE_TEST_PATH=937` plays the 938th alone.
 */
const { VIGIE_TEST_SEED: seed = '20261125', VIGIE_TEST_HISTORIES = '700', VIGIE_TEST_PATH: alone } = process.env;
const histories = Number(VIGIE_TEST_HISTORIES);
/** So many hold whatever a history can. */
const enough = 700;

describe('the engine agrees with a naive recount, field by field', () => {
  it(
    `for ${histories} random histories, in whatever order, delay of up to two days, duplication, cut into frames, split over partitions, with rules that change and windows that are filled, killed and restarted, under a clock that jumps, and tells each change once`,
    () => {
      const held = new Held();
      fc.assert(
        fc.property(history, (of) => {
          const run = play(of);
          held.note(of, run);
          expect(withKnownFound(of, run.current)).toEqual(
            withKnownFound(of, naiveRecount(of.rows, of.rules, of.quietMs, latenessIn(of))),
          );
          expect(withKnownFound(of, run.suppressed)).toEqual(
            withKnownFound(of, naiveSuppressed(of.rows, of.rules, of.quietMs, latenessIn(of))),
          );
          // One that was killed tells again what it told after its last snapshot.
          if (of.kills.length > 0) return;
          const ids = run.changes.map(({ change_id }) => change_id);
          expect(new Set(ids).size).toBe(ids.length);
        }),
        { numRuns: histories, seed: Number(seed) },
      );
      if (alone) return;
      expect(held.histories).toBeGreaterThanOrEqual(histories);
      if (histories >= enough) held.expectEverything();
    },
    Math.max(900_000, 60 * histories),
  );
});

/** What the histories held, so that none of it is missing from what was compared. */
class Held {
  histories = 0;
  #rejudged = 0;
  #filled = 0;
  #neverKilled = 0;
  readonly #types = new Set<string>();
  readonly #ruleTypes = new Set<string>();

  note({ kills, rules }: History, { rejudged, filled, changes }: Played): void {
    this.histories += 1;
    this.#rejudged += Number(rejudged > 0);
    this.#filled += Number(filled > 0);
    this.#neverKilled += Number(kills.length === 0 && changes.length > 0);
    for (const change of changes) {
      this.#types.add(change.change_type);
      for (const { id, type } of rules) if (change.rules.includes(id)) this.#ruleTypes.add(type);
    }
  }

  /** Every kind of rule, histories that must be judged again, and all that can become of an incident. */
  expectEverything(): void {
    expect([...this.#ruleTypes].toSorted()).toEqual(ruleTypes.toSorted());
    for (const some of [this.#rejudged, this.#filled]) expect(some).toBeGreaterThan(this.histories / 20);
    expect(this.#neverKilled).toBeGreaterThan(this.histories / 10);
    expect([...this.#types]).toEqual(
      expect.arrayContaining([
        'incident.merged',
        'incident.withdrawn',
        'incident.suppressed',
        'incident.rule_added',
        'incident.step',
      ]),
    );
  }
}
