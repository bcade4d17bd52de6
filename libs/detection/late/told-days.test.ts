import { expect, it } from '@jest/globals';
import { aPatient } from '#libs/testkit/builders.js';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { Habits } from '#libs/habits/seams.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { naiveDays, naiveRecount } from '../definition/naive-recount.js';
import type { History } from '../definition/partition-run.suite.js';
import { base, hour, is, minute } from '../definition/random-conditions.suite.js';
import { latenessIn, play, withKnownFound } from '../definition/random-history.suite.js';
import type { Rule } from '../rule/rule.js';
import { selectionOf } from '../rules/match/selection.js';

const reads = selectionOf(is('action', 'read'));
/** Days of seven hours, of which the first begins three hours before the first access; nothing is unusual on them. */
const habits: Habits = {
  dayOf: (_, time) => Math.floor((time - base + 3 * hour) / (7 * hour)),
  startOf: (_, day) => base - 3 * hour + day * 7 * hour,
  least: ({ floor }) => floor,
  evidence: () => 0,
};
const learning: Rule = {
  ...aRule({ id: 'learning', selection: reads, atLeast: 9, timespanMs: 1_000 }),
  habit: { weight: 0.5, scale: 'volume' },
};
const three = aRule({ id: 'three', selection: reads, timespanMs: 36 * hour });

/** An access: hours, and the hour of its arrival where that is another. */
type Given = readonly [at: number, patient: number, receivedAt?: number, actor?: string];

it.each<[string, Rule, Given[], boolean]>([
  [
    'its account had begun anew',
    three,
    [
      [0, 2],
      [0, 3],
      [70, 3, 70, 'b'],
      [5, 4, 70],
    ],
    true,
  ],
  [
    'its account had gone on',
    three,
    [
      [0, 2],
      [0, 3],
      [43, 3],
      [52, 3],
      [60, 3],
      [30, 4, 70],
    ],
    true,
  ],
  [
    'more than it allows undid it',
    { ...three, condition: { atLeast: 3, atMost: 3 } },
    [
      [0, 2],
      [0, 3],
      [30, 4],
      [43, 3],
      [52, 3],
      [80, 3],
      [30, 5, 80],
    ],
    false,
  ],
])(
  'a day that was let go of is given again where a late access changes whether an incident covers it: %s',
  (_, rule, given, isTold) => {
    const of = { ...plain, rules: [learning, rule], rows: given.map(rowOf) };
    const { current, days } = play(of);
    expect(withKnownFound(of, current)).toEqual(
      withKnownFound(of, naiveRecount(of.rows, of.rules, of.quietMs, latenessIn(of), habits)),
    );
    const naive = naiveDays(of.rows, of.rules, of.quietMs, habits);
    expect(days.map((day) => JSON.stringify(day)).toSorted()).toEqual(naive.map((day) => JSON.stringify(day)).toSorted());
    expect(days.find(({ day }) => day === 0)?.told).toBe(isTold);
  },
);

const plain: Omit<History, 'rows' | 'rules'> = {
  habits,
  quietMs: 5 * minute,
  allowedLatenessMs: 0,
  partitions: 1,
  frames: 20,
  snapshots: [],
  kills: [],
  clock: [],
  storeLag: 0,
  judgingFrames: 0,
  changed: undefined,
};

function rowOf([at, patient, receivedAt = at, actor = 'a']: Given, event: number): AccessRow {
  return {
    time: new Date(base + at * hour).toISOString(),
    group_id: 'aleo',
    actor_id: actor,
    patient_id: aPatient(patient),
    clinic_id: '1',
    action: 'read',
    outcome: 'success',
    event_id: String(event).padStart(32, '0'),
    source: 'test',
    received_at: new Date(base + receivedAt * hour).toISOString(),
  };
}
