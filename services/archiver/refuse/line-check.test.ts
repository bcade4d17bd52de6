import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { accessRow } from '#libs/contracts/access-row.js';
import { topics } from '#libs/contracts/topics.js';
import { FrameScanner } from '#libs/detection/scan/frame-scanner.js';
import { ScannedRow } from '#libs/detection/scan/scanned-row.js';
import { isoOf } from '#libs/runtime/clock.js';
import { anAccessRow, anEventId } from '#libs/testkit/builders.js';
import { type Batch, OpenBatch } from '../collect/batch.js';
import { checkLines, goodLinesOf, junkLinesPerFrameMax } from './line-check.js';
import { quarantinedLineOf } from './refusal.js';

const row = (index: number, given: object = {}): string =>
  JSON.stringify({ ...anAccessRow({ event_id: anEventId(index) }), ...given });

/** One line each that is not one row of the contract. */
const badLines = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\r',
    '\t',
    '{}',
    '[]',
    'null',
    '"text"',
    '0',
    '{',
    '}',
    ';',
    '\u0000',
    '\ufeff',
    'CREATE TABLE t (a Int8) ENGINE = Memory',
  ),
  fc.constantFrom(
    `[${row(1)}]`,
    `${row(1)}${row(2)}`,
    `${row(1)} ${row(2)}`,
    `${row(1)},`,
    `${row(1)};`,
    row(1).slice(0, -1),
    `${row(1)} -- x`,
  ),
  fc
    .constantFrom('time', 'group_id', 'patient_id', 'event_id', 'outcome', 'received_at')
    .map((key) => row(1, { [key]: undefined })),
  fc
    .tuple(fc.constantFrom(...Object.keys(accessRow.shape)), fc.constantFrom(null, [null], { a: 1 }, -1, 1.5, 1e300))
    .map(([key, value]) => row(1, { [key]: value })),
  fc.constantFrom('8001234', 'A'.repeat(32), '0'.repeat(31)).map((patient_id) => row(1, { patient_id })),
  fc
    .constantFrom(
      '1969-12-31T23:59:59.999Z',
      '2300-01-01T00:00:00.000Z',
      '9999-12-31T00:00:00.000Z',
      '2026-02-30T00:00:00.000Z',
      '2026-01-01T24:00:00.000Z',
      '2026-01-01 00:00:00',
    )
    .map((time) => row(1, { time })),
  fc.string().filter((text) => !text.includes('\n')),
);

/** What a later version may say besides, which is not stored. */
const later = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 12 }).filter((key) => !(key in accessRow.shape) && key !== '__proto__'),
  fc.jsonValue(),
  { maxKeys: 2 },
);

/** A line that is one row, with whatever its texts hold. */
const goodLines = fc
  .tuple(
    fc.record(
      {
        actor_id: fc.string({ unit: 'binary' }),
        actor_role: fc.string({ unit: 'binary' }),
        extra: fc.string(),
        mfa: fc.boolean(),
        record_count: fc.nat(),
      },
      { requiredKeys: [] },
    ),
    fc.option(later, { nil: {}, freq: 4 }),
  )
  .map(([given, besides]) => row(0, { ...besides, ...given }));

describe('the lines of a batch', () => {
  it('are good or bad each by itself, in any order, over any frames', () => {
    const line = fc.oneof(
      badLines.map((text) => ({ text, good: false })),
      goodLines.map((text) => ({ text, good: true })),
    );
    fc.assert(
      fc.property(fc.array(fc.array(line, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 }), (frames) => {
        const batch = batchOf(...frames.map((lines) => lines.map(({ text }) => `${text}\n`).join('')));
        const checked = checkLines(batch);
        const good = frames.flat().filter((one) => one.good);
        expect(checked.rows).toBe(good.length);
        expect(linesIn(checked.bytes).map(parsed)).toEqual(good.map(({ text }) => knownOf(parsed(text.toWellFormed()))));
        expect(Buffer.concat(goodLinesOf(batch).map(({ bytes }) => bytes)).equals(checked.bytes)).toBe(true);
        expect(judgedRows(batch)).toBe(good.length);
        const places = frames.flatMap((lines, offset) => lines.flatMap((one, at) => (one.good ? [] : [`${offset}#${at}`])));
        expect(checked.refused.map(({ line: { offset, line: at } }) => `${offset}#${at}`)).toEqual(places);
      }),
      { numRuns: 300 },
    );
  });

  it('have the same fate beside lines that differ from them by a few bytes as alone, the rows of one event among them', () => {
    const patient = fc.constantFrom(
      '',
      'a'.repeat(32),
      '0123456789abcdef'.repeat(2),
      'A'.repeat(32),
      'g'.repeat(32),
      '0'.repeat(31),
      `${'0'.repeat(31)}"`,
    );
    const base = fc.constantFrom<object>(
      {},
      { extra: '{"patient_id":"00000000000000000000000000000000"}' },
      { extra: 'x'.repeat(2000) },
      { actor_role: 'é' },
      { actor_role: '"patient_id":"' },
      { time: '2026-02-30T00:00:00.000Z' },
    );
    const line = fc.tuple(
      base,
      patient,
      fc.constantFrom('', ' ', '\r'),
      fc.option(fc.tuple(fc.nat(), fc.integer({ min: 0x20, max: 0x7e })), { nil: undefined, freq: 4 }),
    );
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 12 }), (lines) => {
        const texts = lines.map((one) => `${textOf(one)}\n`);
        const together = checkLines(batchOf(texts.join('')));
        const alone = texts.map((text) => checkLines(batchOf(text)));
        expect(together.bytes.equals(Buffer.concat(alone.map(({ bytes }) => bytes)))).toBe(true);
        expect(together.refused.map(({ line: { line: at }, why }) => [at, why])).toEqual(
          alone.flatMap(({ refused }, at) => refused.map(({ why }) => [at, why])),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('are stored as the scorer judges them, and keep what they claim, when they are dated ahead', () => {
    const clock = fc.date({ min: new Date('1970-01-01T00:00:00Z'), max: new Date('2299-12-31T00:00:00Z'), noInvalidDate: true });
    const dated = fc.record({
      arrival: clock,
      aheadMs: fc.oneof(fc.integer({ min: 299_990, max: 300_010 }), fc.integer({ min: -1e12, max: 6e12 })),
      claimed: fc.constantFrom(undefined, '2026-01-05T09:00:00.000Z'),
    });
    fc.assert(
      fc.property(fc.array(dated, { minLength: 1, maxLength: 20 }), (all) => {
        const times = all.map(({ arrival, aheadMs, claimed }) => {
          const time = Math.min(Math.max(0, arrival.getTime() + aheadMs), Date.UTC(2299, 11, 31));
          return { received: arrival.getTime(), time, claimed };
        });
        const lines = times.map(({ received, time, claimed }, index) =>
          row(index, { time: isoOf(time), received_at: isoOf(received), ...(claimed && { time_claimed: claimed }) }),
        );
        const batch = batchOf(`${lines.join('\n')}\n`);
        const stored = linesIn(checkLines(batch).bytes).map((line) => accessRow.parse(JSON.parse(line)));
        const ahead = times.map(({ time, received }) => time > received + 300_000);
        expect(stored.map(({ time }) => Date.parse(time))).toEqual(
          times.map(({ time, received }, at) => (ahead[at] ? received : time)),
        );
        expect(stored.map((one) => one.time_claimed)).toEqual(
          times.map(({ time, claimed }, at) => (ahead[at] ? isoOf(time) : claimed)),
        );
        expect(stored.map(({ time }) => Date.parse(time))).toEqual(judgedTimes(batch));
      }),
      { numRuns: 300 },
    );
  });

  it('are refused without a trace of the value, by the scorer too, where a patient is no pseudonym', () => {
    const pseudonym = fc.stringMatching(/^[0-9a-f]{32}$/);
    const strange = fc
      .oneof(
        fc.string({ minLength: 1 }),
        fc.stringMatching(/^[0-9]{5,40}$/),
        pseudonym.map((id) => id.toUpperCase()).filter((id) => id !== id.toLowerCase()),
        fc
          .tuple(pseudonym, fc.nat(32), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }))
          .map(([id, at, more]) => id.slice(0, at) + more + id.slice(at)),
        fc.tuple(pseudonym, fc.integer({ min: 1, max: 31 })).map(([id, length]) => id.slice(0, length)),
        fc
          .tuple(pseudonym, fc.nat(31), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }))
          .map(([id, at, other]) => id.slice(0, at) + other + id.slice(at + 1)),
      )
      .filter((id) => !/^[0-9a-f]{32}$/.test(id));
    fc.assert(
      fc.property(fc.array(strange, { minLength: 1, maxLength: 5 }), (ids) => {
        const batch = batchOf(ids.map((patient_id, index) => `${row(index, { patient_id })}\n`).join(''));
        const { rows, refused } = checkLines(batch);
        expect([rows, refused.length, judgedRows(batch)]).toEqual([0, ids.length, 0]);
        for (const [at, refusal] of refused.entries()) {
          const { content, detail, reason } = quarantinedLineOf(batch, refusal, 0);
          const masked: unknown = JSON.parse(content);
          expect([reason, masked]).toEqual(['unfit_value', { ...JSON.parse(row(at)), patient_id: 'masked string' }]);
          expect(detail).toMatch(
            /^The line cannot be stored in accesses: The field patient_id is missing or holds what its contract does not allow/,
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  it('of a stretch that cannot be unpacked are none, and its place and reason are told', () => {
    const open = new OpenBatch({ topic: topics.accesses, partition: 0 });
    open.add({ offset: 0, bytes: Buffer.from(`${row(1)}\n`) });
    open.add({ offset: 1, bytes: Buffer.alloc(0), unreadable: { reason: 'too_large', last: 2 } });
    open.add({ offset: 2, bytes: Buffer.alloc(0) });
    open.add({ offset: 3, bytes: Buffer.from(`${row(2)}\n`) });
    const batch = open.seal();
    if (!batch) throw new Error('no frames');
    const { rows, refused } = checkLines(batch);
    expect([rows, refused.length]).toEqual([2, 1]);
    const told = refused.map((refusal) => quarantinedLineOf(batch, refusal, 0));
    expect(told).toMatchObject([
      {
        reason: 'unreadable_batch',
        origin: `${topics.accesses}/0/1#0`,
        detail: expect.stringContaining('up to 2 cannot be unpacked (too_large)'),
      },
    ]);
  });

  it('are the very bytes of the batch while all are plain rows', () => {
    const batch = batchOf(`${row(1)}\n${row(2, { actor_role: 'médecin' })}\n`, row(3));
    expect(checkLines(batch)).toMatchObject({ rows: 3, refused: [] });
    expect(checkLines(batch).bytes).toBe(batch.bytes);
  });

  it('keep the last of two values of one key, as every reader of JSON does', () => {
    const twice = row(1).replace('"patient_id"', '"patient_id":"8001234","patient_id"');
    const checked = checkLines(
      batchOf(`${twice}\n${row(2, { purpose: 'a' }).replace('"purpose"', '"purpose":"b","purpose"')}\n`),
    );
    expect(checked.bytes.toString()).toBe(`${row(1)}\n${row(2, { purpose: 'a' })}\n`);
  });

  it('of nothing, however many, are told of one by one up to a limit, and then together', () => {
    const { refused, rows } = checkLines(batchOf(`${'\n'.repeat(50_000)}${row(1)}\n`));
    expect([rows, refused.length]).toEqual([1, junkLinesPerFrameMax + 1]);
    expect(refused.at(-1)?.why.detail).toMatch(/^40000 more lines/);
  });
});

function batchOf(...frames: readonly string[]): Batch {
  const open = new OpenBatch({ topic: topics.accesses, partition: 0 });
  for (const [offset, text] of frames.entries()) open.add({ offset, bytes: Buffer.from(text) });
  const batch = open.seal();
  if (!batch) throw new Error('no frames');
  return batch;
}

/** How many rows of the batch the scorer judges: those that are stored. */
function judgedRows(batch: Batch): number {
  return judgedTimes(batch).length;
}

function judgedTimes(batch: Batch): readonly number[] {
  const scanner = new FrameScanner(batch.bytes);
  const row = new ScannedRow();
  const times: number[] = [];
  while (scanner.next(row)) times.push(row.time);
  return times;
}

function linesIn(bytes: Buffer): readonly string[] {
  return bytes.toString().split('\n').slice(0, -1);
}

function parsed(text: string): unknown {
  return JSON.parse(text);
}

/** What of a row this version stores. */
function knownOf(row: unknown): unknown {
  return Object.fromEntries(Object.entries(Object(row)).filter(([key]) => key in accessRow.shape));
}

/** A row, with one character changed. */
function textOf([given, patient_id, end, change]: readonly [
  object,
  string,
  string,
  readonly [number, number] | undefined,
]): string {
  const text = `${row(0, { ...given, patient_id })}${end}`;
  const at = (change?.[0] ?? 0) % text.length;
  return change ? text.slice(0, at) + String.fromCharCode(change[1]) + text.slice(at + 1) : text;
}
