import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { AccountDay } from '#libs/habits/seams.js';
import { naiveDays, naiveRecount, naiveSuppressed } from './definition/naive-recount.js';
import { habitsIn } from './definition/naive-days.js';
import { inLane } from './definition/lane-rules.suite.js';
import { type HabitHistory, habitHistory, habitHistoryInCommon } from './definition/random-habits.suite.js';
import { latenessIn, play, type Played, withKnownFound } from './definition/random-history.suite.js';

const { VIGIE_TEST_SEED: seed = '20261129', VIGIE_TEST_HISTORIES = '150', VIGIE_TEST_PATH: alone } = process.env;
const histories = Number(VIGIE_TEST_HISTORIES);
/** Of a few histories of another seed it says nothing that something was not among them. */
const saysWhatWasThere = !alone && (histories >= 500 || process.env.VIGIE_TEST_SEED === undefined);

describe('an engine that is given habits agrees with a naive recount that is given the same', () => {
  it(
    `for ${histories} random histories, in whatever order, delayed, duplicated, cut into frames, split over partitions, with rules that change, killed and restarted: the same incidents, and the same largest counts of every day`,
    () => {
      const held = { habitual: 0, excusing: 0, unusual: 0, unusualAgain: 0, told: 0, given: 0 };
      fc.assert(
        fc.property(habitHistory, (of) => {
          const run = play(of);
          const fired = agree(of, run);
          held.habitual += Number(of.rules.some(({ id, habit }) => habit && fired.has(id)));
          held.excusing += Number(of.rules.some(({ id, habit }) => habit?.excuses && fired.has(id)));
          held.unusual += Number(fired.has('days'));
          held.unusualAgain += Number(fired.has('days') && run.rejudged > 0);
          held.told += Number(run.days.some(({ told }) => told));
          held.given += Number(run.days.some(({ most }) => Object.keys(most).length > 1));
        }),
        { numRuns: histories, seed: Number(seed) },
      );
      // Whatever is compared has been there.
      if (saysWhatWasThere) expect(Object.entries(held).filter(([, some]) => some <= histories / 40)).toEqual([]);
    },
    Math.max(900_000, 100 * histories),
  );
});

describe('an engine of addresses, sessions or clinics that is given habits', () => {
  it(
    `agrees for ${Math.ceil(histories / 3)} random histories`,
    () => {
      const held = { habitual: 0, excusing: 0, unusual: 0, shared: 0 };
      fc.assert(
        fc.property(
          habitHistoryInCommon,
          fc.constantFrom('source_ip' as const, 'session_id' as const, 'clinic_id' as const),
          (plain, kind) => {
            const of = { ...inLane(plain, kind), habits: plain.habits };
            const run = play(of);
            const fired = agree(of, run);
            held.habitual += Number(of.rules.some(({ id, habit }) => habit && fired.has(id)));
            held.excusing += Number(of.rules.some(({ id, habit }) => habit?.excuses && fired.has(id)));
            held.unusual += Number(fired.has('days'));
            held.shared += Number(run.current.some(({ accounts }) => accounts.length > 1));
          },
        ),
        { numRuns: Math.ceil(histories / 3), seed: Number(seed) },
      );
      if (saysWhatWasThere) expect(Object.entries(held).filter(([, some]) => some < histories / 150)).toEqual([]);
    },
    Math.max(600_000, 100 * histories),
  );
});

/** The ids of the rules that fired. Where rules change, days before that were counted by fewer rules, or by none. */
function agree(of: HabitHistory, run: Played): ReadonlySet<string> {
  const isLate = latenessIn(of);
  const wanted = naiveRecount(of.rows, of.rules, of.quietMs, isLate, of.habits);
  expect(withKnownFound(of, run.current)).toEqual(withKnownFound(of, wanted));
  expect(withKnownFound(of, run.suppressed)).toEqual(
    withKnownFound(of, naiveSuppressed(of.rows, of.rules, of.quietMs, isLate, of.habits)),
  );
  const counted = habitsIn(of.rules).length > 0;
  const days = counted
    ? naiveDays(of.rows, of.rules, of.quietMs, of.habits).filter(({ subject }) => subject === subjectIn(of))
    : [];
  if (!of.changed) expect(sorted(run.days)).toEqual(sorted(days));
  else for (const one of run.days) expect(days.some((naive) => isNoMore(one, naive))).toBe(true);
  return new Set(wanted.flatMap(({ matches }) => matches.map(({ rule_id }) => rule_id)));
}

function subjectIn({ subject = 'account' }: HabitHistory): AccountDay['subject'] {
  return subject;
}

/** Whether the one says no more of the day than the other. */
function isNoMore(one: AccountDay, of: AccountDay): boolean {
  if (one.groupId !== of.groupId || one.key !== of.key || one.day !== of.day) return false;
  return Object.entries(one.most).every(([id, count]) => count <= (of.most[id] ?? 0));
}

function sorted(days: readonly AccountDay[]): readonly AccountDay[] {
  return days.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : a.day - b.day));
}

function nameOf({ groupId, key }: AccountDay): string {
  return `${groupId} ${key}`;
}
