import { expect, it } from '@jest/globals';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { aMonday, anAccessRow, aPatient } from '#libs/testkit/builders.js';
import { naiveRecount } from '../definition/naive-recount.js';
import { Engine } from '../engine.js';
import type { Rule } from '../rule/rule.js';
import { test } from '../rules/match/match.js';
import { selectionOf } from '../rules/match/selection.js';

const minute = 60_000;
const quietMs = 60 * minute;
const reading = selectionOf(test({ kind: 'glob', field: 'action', parts: [{ literal: 'read' }], cased: false }));

/** Two to five patients in ten minutes: more accesses could undo it, so it waits. */
const inner: Rule = {
  ...aRule({ id: 'inner', selection: reading }),
  timespanMs: 10 * minute,
  condition: { atLeast: 2, atMost: 5 },
  raises: false,
};

/** Over the firings of the inner rule; with an upper bound it waits as well. */
function outerUpTo(atMost: number): Rule {
  const inputs = [{ kind: 'matches', rule: inner, by: [], field: [] }] as const;
  return { ...inner, type: 'event_count', id: 'outer', raises: true, field: [], inputs, condition: { atLeast: 1, atMost } };
}

it.each([
  ['one that waits, when event time jumps past both', 10, [0, 1000, 5 * 60 * minute]],
  ['one that waits, when the stream ends', 10, [0, 1000]],
  ['one that waits, when event time goes on in steps', 10, [0, 1000, 16 * minute, 27 * minute, 5 * 60 * minute]],
  ['one that does not wait', Infinity, [0, 1000, 5 * 60 * minute]],
])('a rule that waits is heard by %s', (_, atMost, times) => {
  const rules = [inner, outerUpTo(atMost)];
  const rows = times.map((at, index) => row(index, at, index < 2 ? 'watched' : 'other'));
  const engine = new Engine({ rules, quietMs, allowedLatenessMs: 15 * minute });
  for (const [offset, one] of rows.entries()) engine.apply({ offset, bytes: Buffer.from(`${JSON.stringify(one)}\n`) }, 0);
  engine.finish(0);
  const opened = engine.takeChanges({ includeUpdates: false }).filter((change) => change.change_type === 'incident.opened');
  expect(opened.map(({ actor_id }) => actor_id)).toEqual(['watched']);
  expect(naiveRecount(rows, rules, quietMs)).toHaveLength(1);
});

it.each([
  ['in time, before the newest of its account', 5 * minute, 0],
  ['after what it could undo was judged', 5 * 60 * minute, 1],
])(
  'an access that comes %s has the account judged again only where a rule that waits was judged without it',
  (_, othersAt, asked) => {
    const rule = { ...inner, raises: true };
    const engine = new Engine({ rules: [rule], quietMs, allowedLatenessMs: 15 * minute });
    const rows = [row(0, 0, 'watched'), row(1, 2 * minute, 'watched'), row(2, othersAt, 'other'), row(3, minute, 'watched')];
    for (const [offset, one] of rows.entries()) engine.apply({ offset, bytes: Buffer.from(`${JSON.stringify(one)}\n`) }, 0);
    expect(engine.rejudgements().map(({ actorId }) => actorId)).toEqual(asked ? ['watched'] : []);
  },
);

function row(index: number, atMs: number, actor_id: string): AccessRow {
  const time = new Date(aMonday + atMs).toISOString();
  return anAccessRow({ time, received_at: time, actor_id, patient_id: aPatient(index) });
}
