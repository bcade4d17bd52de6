import { describe, expect, it } from '@jest/globals';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { askedRows } from '#libs/testkit/asked-rows.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { Backtest, warmUpFrom } from '../history/backtest.js';
import { Engine } from '../engine.js';
import { naiveRecount } from '../definition/naive-recount.js';
import { readFrom, reachOf } from './reach.js';
import type { Selection } from './rule.js';

const minute = 60_000;
const day = 86_400_000;
const selection: Selection = { id: 'a'.repeat(32), fields: ['action'], matches: (row) => row.action === 'read', sql: '' };
const rules = [aRule({ id: 'dormant', selection, atLeast: 20, timespanMs: day, dormantMs: 30 * day })];
const options = { rules, quietMs: day, allowedLatenessMs: 15 * minute };

/** Somebody who works every day, and an account that was there once and comes back to read 25 patients. */
function rowsOf(asleepDays: number): { readonly past: readonly AccessRow[]; readonly attack: readonly AccessRow[] } {
  const work = Array.from({ length: Math.ceil(asleepDays) + 1 }, (_, n) => row(`work ${n}`, aMonday - n * day - 1, 'nurse'));
  const past = [row('old', aMonday - asleepDays * day, 'left'), ...work];
  const attack = Array.from({ length: 25 }, (_, n) => row(`attack ${n}`, aMonday + n * minute, 'left'));
  return { past: past.toSorted((a, b) => (a.time < b.time ? -1 : 1)), attack };
}

/** How many incidents each way of judging finds. */
const ways: readonly (readonly [string, (asleepDays: number) => number])[] = [
  [
    'the definition',
    (asleep) => {
      const { past, attack } = rowsOf(asleep);
      return naiveRecount([...past, ...attack], rules, day).length;
    },
  ],
  [
    'live',
    (asleep) => {
      const { past, attack } = rowsOf(asleep);
      const engine = new Engine(options);
      engine.apply({ offset: 0, bytes: bytesOf([...past, ...attack]) }, 0);
      return opened(engine);
    },
  ],
  [
    'live, and restored from a snapshot before',
    (asleep) => {
      const { past, attack } = rowsOf(asleep);
      const before = new Engine(options);
      before.apply({ offset: 0, bytes: bytesOf(past) }, 0);
      const engine = Engine.restore([...before.snapshot()], options);
      engine.apply({ offset: 1, bytes: bytesOf(attack) }, 0);
      return opened(engine);
    },
  ],
  [
    'a backtest over what its reach asks for',
    (asleep) => {
      const { past, attack } = rowsOf(asleep);
      const toMs = aMonday + day;
      const backtest = new Backtest({ ...options, fromMs: aMonday, toMs });
      backtest.take(bytesOf(askedRows([...past, ...attack], { ...warmUpFrom(aMonday, rules, day), toMs })));
      return backtest.result().comparison.incidents.length;
    },
  ],
  [
    'windows that were filled, and what comes then',
    (asleep) => {
      const { past, attack } = rowsOf(asleep);
      const engine = new Engine(options);
      engine.apply({ offset: 0, bytes: bytesOf([row('now', aMonday - 1, 'nurse')]) }, 0);
      fill(engine, past);
      engine.apply({ offset: 1, bytes: bytesOf(attack) }, 0);
      return opened(engine);
    },
  ],
  [
    'windows that are filled when it is over, and the history of whom they show to have slept',
    (asleep) => {
      const { past, attack } = rowsOf(asleep);
      const engine = new Engine(options);
      engine.apply({ offset: 0, bytes: bytesOf(attack) }, 0);
      fill(engine, [...past, ...attack]);
      for (const asked of engine.rejudgements()) {
        const own = [...past, ...attack].filter(({ actor_id }) => actor_id === asked.actorId);
        engine.rejudge(asked, [bytesOf(askedRows(own, asked))], 0);
      }
      return opened(engine);
    },
  ],
  [
    'a rule that comes later over a selection that is known, and windows that are filled',
    (asleep) => {
      const { past, attack } = rowsOf(asleep);
      const before = new Engine({ ...options, rules: [aRule({ id: 'other', selection, atLeast: 99 })] });
      before.apply({ offset: 0, bytes: bytesOf([row('now', aMonday - 1, 'nurse')]) }, 0);
      const { engine, backfillFromMs } = before.withRules(rules);
      if (backfillFromMs !== undefined) fill(engine, past, backfillFromMs);
      engine.apply({ offset: 1, bytes: bytesOf(attack) }, 0);
      return opened(engine);
    },
  ],
];

describe('an account that wakes up after so many days', () => {
  const cases = [29, 30, 31, 200, 799, 800, 801].map((asleep) => [asleep, asleep >= 30 && asleep <= 800 ? 1 : 0] as const);
  describe.each(cases)('%d: %d incidents', (asleep, wanted) => {
    it.each(ways)('%s', (_, found) => expect(found(asleep)).toBe(wanted));
  });
});

/** As the filler does: the outline of what lies before, then all rows that windows need, those that were judged already among them. */
function fill(engine: Engine, past: readonly AccessRow[], fromMs = aMonday - day - 15 * minute): void {
  const filling = engine.beginFill(fromMs);
  filling.recall(bytesOf(askedRows(past, { ...readFrom(fromMs, reachOf(rules).sleepers), toMs: fromMs })));
  filling.take(bytesOf(askedRows(past, { fromMs, toMs: aMonday + day })));
  for (let more = true; more;) more = filling.moveNext();
}

function opened(engine: Engine): number {
  return engine.takeChanges({ includeUpdates: true }).filter(({ change_type }) => change_type === 'incident.opened').length;
}

function row(name: string, time: number, actor: string): AccessRow {
  const iso = new Date(time).toISOString();
  return anAccessRow({ time: iso, received_at: iso, actor_id: actor, patient_id: aPatient(name), event_id: anEventId(name) });
}

function bytesOf(rows: readonly AccessRow[]): Buffer {
  return Buffer.from(rows.map((one) => `${JSON.stringify(one)}\n`).join(''));
}
