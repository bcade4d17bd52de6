import { describe, expect, it } from '@jest/globals';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { Backtest, type BacktestOptions, warmUpMs } from './backtest.js';
import { rememberedMs } from '../rule/reach.js';
import type { Rule, Selection } from '../rule/rule.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const reads: Selection = { id: 'a'.repeat(32), fields: ['action'], sql: '', matches: (row) => row.action === 'read' };

describe('a backtest', () => {
  it('has full windows at the begin of the interval when the rows before are handed over too', () => {
    const backtest = new Backtest(options({ fromMs: aMonday }));
    backtest.take(rowsAt(-2 * minute, -1 * minute, 0));
    expect(backtest.result().comparison).toMatchObject({ new: 1, incidents: [{ tried: [{ patients: 3 }] }] });
  });

  it('leaves out what ended before the interval, and keeps what goes on into it', () => {
    const ended = new Backtest(options({ fromMs: aMonday + 1 }));
    ended.take(rowsAt(-2 * minute, -1 * minute, 0));
    expect(ended.result().comparison.incidents).toEqual([]);
    const goingOn = new Backtest(options({ fromMs: aMonday + 1 }));
    goingOn.take(rowsAt(-2 * minute, -1 * minute, 0, minute));
    expect(goingOn.result().comparison.incidents).toMatchObject([{ tried: [{ patients: 4 }] }]);
  });

  it('compares with what was told where no other rules are given, and with the other rules where they are', () => {
    const rows = rowsAt(0, 1, 2, 3, 4);
    const alone = new Backtest(options());
    alone.take(rows);
    const [found] = alone.result().comparison.incidents;
    const again = new Backtest(options());
    again.take(rows);
    expect(again.result(found?.tried).comparison).toMatchObject({ same: 1, new: 0, gone: 0 });
    const beside = new Backtest(options({ baseline: [aRule({ id: 'five', selection: reads, atLeast: 5 })] }));
    beside.take(rows);
    expect(beside.result().comparison.incidents).toMatchObject([{ kind: 'same', earlier_seconds: 0.002 }]);
  });

  it('calls an incident late whose access came behind much newer ones, and says by how much', () => {
    const backtest = new Backtest(options());
    backtest.take(rowsAt(0, 1));
    backtest.take(linesOf(row(2, { received_at: iso(6 * hour) })));
    backtest.take(linesOf(row(5 * hour, { actor_id: 'b' }), row(7 * hour, { actor_id: 'b' })));
    const [{ tried } = { tried: [] }] = backtest.result().comparison.incidents;
    expect(tried).toMatchObject([{ found: 'late', late_seconds: 5 * 3600 - 0.002, detected_at: iso(6 * hour) }]);
  });

  it('calls nothing late in a history that was fed as a whole long afterwards', () => {
    const backtest = new Backtest(options());
    const dayLater = [0, 1, 2, 60, 120].map((minutes) => row(minutes * minute, { received_at: iso(minutes * minute + day) }));
    backtest.take(linesOf(...dayLater));
    const [{ tried } = { tried: [] }] = backtest.result().comparison.incidents;
    expect(tried).toMatchObject([{ found: 'live', late_seconds: 0, detection_delay_seconds: day / 1000 }]);
  });

  it('decides what must not be met where the interval holds all of its time, and says what it leaves open and until when', () => {
    const timespanMs = 10 * minute;
    const looks: Selection = { ...reads, id: 'b'.repeat(32), matches: (one) => one.action === 'login' };
    const inputs = [reads, looks].map((selection) => ({ kind: 'rows' as const, selection, by: [], field: [], titles: [] }));
    const meeting: Rule['meeting'] = {
      op: 'and',
      of: [
        { op: 'met', input: 0 },
        { op: 'unmet', input: 1 },
      ],
    };
    // Less patient than the other rule, so that event time passes it by before the last rows could have come.
    const alone: Rule = {
      ...aRule({ id: 'alone', selection: reads, timespanMs }),
      title: 'Alone',
      type: 'temporal',
      inputs,
      meeting,
      allowedLatenessMs: 0,
    };
    const rules = [alone, aRule({ selection: reads, atLeast: 99 })];
    const found = (...rows: readonly AccessRow[]) => {
      const backtest = new Backtest(options({ rules, toMs: aMonday + hour }));
      backtest.take(linesOf(...rows));
      const { comparison, undecided } = backtest.result();
      return [comparison.incidents.flatMap(({ tried }) => tried.map(({ actor_id }) => actor_id)), undecided];
    };
    expect(found(tail(50 * minute, 'a'))).toEqual([['a'], []]);
    expect(found(tail(50 * minute + 1, 'a'))).toEqual([[], open(1, hour + 1)]);
    expect(found(tail(51 * minute, 'a'), tail(52 * minute, 'a', 'login'))).toEqual([[], []]);
    expect(
      found(tail(1, 'a'), tail(55 * minute, 'a'), tail(56 * minute, 'b'), tail(hour - 1, 'b'), tail(hour - 1, 'c', 'login')),
    ).toEqual([['a'], open(2, hour - 1 + timespanMs)]);
  });

  it('names lines that are no rows, and judges the others', () => {
    const backtest = new Backtest(options());
    const outcome = backtest.take(Buffer.concat([Buffer.from('nonsense\n'), rowsAt(0, 1, 2)]));
    expect(outcome).toMatchObject({ rows: 3, rejected: [{ line: 1, reason: 'not_json' }] });
    expect(backtest.result().comparison.new).toBe(1);
  });
});

describe('the time that reading begins before the interval', () => {
  const ten = aRule({ selection: reads, timespanMs: 10 * minute });
  const outer: Rule = { ...ten, inputs: [{ kind: 'matches', rule: ten, by: [], field: [] }], timespanMs: 60 * minute };
  it.each<readonly [string, readonly Rule[], number]>([
    ['is the longest window and the quiet time', [ten, { ...ten, timespanMs: day }], day],
    ['holds the windows of rules that a rule refers to', [outer], 70 * minute],
    ['holds the sleep after which an account wakes up', [{ ...ten, dormantMs: 30 * day }], rememberedMs + 10 * minute],
  ])('%s', (_, rules, reach) => {
    expect(warmUpMs(rules, 5 * minute)).toBe(reach + 5 * minute);
  });
});

function options(given: Partial<BacktestOptions> = {}): BacktestOptions {
  const rules = [aRule({ selection: reads, atLeast: 3 })];
  return { rules, fromMs: aMonday - day, toMs: aMonday + day, quietMs: 60 * minute, allowedLatenessMs: 15 * minute, ...given };
}

/** A row for each time, milliseconds from `aMonday`, each of another patient. */
function rowsAt(...times: readonly number[]): Buffer {
  return linesOf(...times.map((ms) => row(ms)));
}

function linesOf(...rows: readonly AccessRow[]): Buffer {
  return Buffer.from(rows.map((one) => `${JSON.stringify(one)}\n`).join(''));
}

function row(ms: number, given: Parameters<typeof anAccessRow>[0] = {}) {
  return anAccessRow({ time: iso(ms), patient_id: aPatient(ms), event_id: anEventId(ms), ...given });
}

function iso(ms: number): string {
  return new Date(aMonday + ms).toISOString();
}

function tail(ms: number, account: string, action: AccessRow['action'] = 'read'): AccessRow {
  return row(ms, { actor_id: account, action });
}

function open(subjects: number, ms: number): unknown {
  return [{ rule_id: 'alone', title: 'Alone', subjects, until: iso(ms) }];
}
