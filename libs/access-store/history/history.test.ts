import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import * as fc from 'fast-check';
import { type AccessRow, accessRow } from '#libs/contracts/access-row.js';
import { actions, actorKinds, careLinks, categories, outcomes } from '#libs/contracts/vocabulary.js';
import { systemClock } from '#libs/runtime/clock.js';
import { Transient } from '#libs/runtime/outcome.js';
import { anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { ClickHouseHistory } from './clickhouse-history.js';
import { ClickHouseStore } from '../clickhouse/clickhouse-store.js';
import { createStoreClient } from '../clickhouse/client.js';
import type { AccessHistory, HistoryQuery } from '../contract/history.js';
import { framesOf } from './history-frames.js';
import { slicesOf } from './history-slices.js';
import { MemoryHistory } from '../memory/memory-history.js';
import { MemoryStore } from '../memory/memory-store.js';
import type { AccessStore } from '../contract/port.js';
import { storeForTests } from '../clickhouse/store.fixture.js';

let client: ClickHouseClient;
let end: () => Promise<void>;
beforeAll(async () => {
  ({ client, end } = await storeForTests());
});
afterAll(() => end());

interface Both {
  readonly store: AccessStore;
  readonly history: AccessHistory;
}
const memory = new MemoryStore();

const outlineAt = Date.UTC(2021, 0, 1);

describe.each<readonly [string, () => Both]>([
  ['memory', () => ({ store: memory, history: new MemoryHistory(memory) })],
  ['ClickHouse', () => ({ store: new ClickHouseStore(client, systemClock), history: new ClickHouseHistory(client) })],
])('every history (%s)', (_, open) => {
  it('gives rows back byte for byte as they lay in their frame, whatever characters they hold', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { minLength: 1, maxLength: 20 }), async (some) => {
        run += 1;
        const { store, history } = open();
        const groupId = `bytes ${run}`;
        const rows = some.map((row, n) => ({ ...row, group_id: groupId, event_id: anEventId(`${run} ${n}`) }));
        const lines = rows.map((row) => `${JSON.stringify(accessRow.parse(row))}\n`);
        expect(await store.insert('accesses', Buffer.from(lines.join('')), rows.length, `bytes ${run}`)).toMatchObject({
          kind: 'accepted',
        });
        const all = await linesOf(history, { fromMs: 0, toMs: Date.UTC(2200, 0, 1) });
        expect(all.filter((line) => line.includes(`"group_id":"${groupId}"`)).toSorted()).toEqual(lines.toSorted());
      }),
      { numRuns: casesOf(10, 100) },
    );
  });

  it('gives of what only the outline is asked for the last access of each account that a selection takes', async () => {
    const { store, history } = open();
    const row = (n: number, actor: string, action: AccessRow['action']) =>
      anAccessRow({
        time: new Date(outlineAt + n).toISOString(),
        group_id: 'outline',
        actor_id: actor,
        action,
        event_id: anEventId(`o${n}`),
      });
    const rows = [
      row(1, 'a', 'read'),
      row(2, 'a', 'read'),
      row(3, 'a', 'print'),
      row(4, 'b', 'print'),
      row(5, 'b', 'read'),
      row(6, 'a', 'read'),
    ];
    await store.insert('accesses', bytesOf(rows), rows.length, 'outline');
    const of = [
      {
        id: 'r',
        fields: ['action' as const],
        matches: ({ action }: Partial<AccessRow>) => action === 'read',
        sql: "action = 'read'",
      },
    ];
    const query = { fromMs: outlineAt, toMs: outlineAt + 6, groupId: 'outline', outline: { toMs: outlineAt + 4, of } };
    expect(await linesOf(history, query)).toEqual([1, 4, 5].map((at) => bytesOf(rows.slice(at, at + 1)).toString()));
    expect(await history.count(query)).toBe(2);
    const one = { ...query, accounts: { groupId: 'outline', actorIds: ['b'] } };
    expect(await linesOf(history, one)).toEqual([bytesOf(rows.slice(4, 5)).toString()]);
    const prints = {
      id: 'p',
      fields: ['action' as const],
      matches: ({ action }: Partial<AccessRow>) => action === 'print',
      sql: "action = 'print'",
    };
    const both = { ...query, outline: { toMs: outlineAt + 4, of: [...of, prints] } };
    expect((await linesOf(history, both)).length).toBe(5);
  });

  it('gives each row once and in order of time, inside its half-open interval, of all accounts or of one', async () => {
    const { store, history } = open();
    const from = Date.UTC(2023, 0, 1);
    const row = (n: number, actor: string) =>
      anAccessRow({
        time: new Date(from + n * 1000).toISOString(),
        actor_id: actor,
        patient_id: aPatient(n),
        event_id: anEventId(`h${n}`),
      });
    const rows = Array.from({ length: 300 }, (_, n) => row((n * 7) % 300, n % 3 ? 'nurse/1' : 'dr. "o\'x"'));
    for (const token of ['once', 'and again']) await store.insert('accesses', bytesOf(rows), rows.length, `interval ${token}`);
    const asked = { fromMs: from + 10_000, toMs: from + 250_000 };
    const all = times(await linesOf(history, asked));
    expect(all).toEqual(Array.from({ length: 240 }, (_, n) => new Date(from + (n + 11) * 1000).toISOString()));
    expect(await history.count(asked)).toBe(240);
    const odd = 'dr. "o\'x"';
    const accounts = { groupId: 'helix', actorIds: [odd] };
    const own = rows.filter(({ actor_id, time }) => actor_id === odd && all.includes(time)).map(({ time }) => time);
    expect(times(await linesOf(history, { ...asked, accounts }))).toEqual(own.toSorted());
    expect(await history.count({ ...asked, accounts })).toBe(own.length);
    const several = { groupId: 'helix', actorIds: ['nobody', 'nurse/1', odd] };
    expect(times(await linesOf(history, { ...asked, accounts: several }))).toEqual(all);
    for (const actorIds of [['nobody'], []])
      expect(await linesOf(history, { ...asked, accounts: { groupId: 'helix', actorIds } })).toEqual([]);
    expect(await linesOf(history, { ...asked, accounts: { ...several, groupId: 'aleo' } })).toEqual([]);
  });

  it('gives the rows of the accounts that are named and of no others, whatever characters their names hold', async () => {
    let run = 0;
    const names = fc.uniqueArray(text, { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(names, fc.nat(2 ** 30 - 1), text, async (actors, chosen, group) => {
        run += 1;
        const { store, history } = open();
        const row = (actor: string, n: number) =>
          anAccessRow({
            time: new Date(Date.UTC(2024, 0, 1) + n).toISOString(),
            group_id: `${run} ${group}`,
            actor_id: actor,
            event_id: anEventId(`named ${run} ${n}`),
          });
        const rows = actors.map((actor, n) => row(accessRow.shape.actor_id.parse(actor), n));
        await store.insert('accesses', bytesOf(rows), rows.length, `named ${run}`);
        const wanted = rows.filter((_, n) => (chosen >> n) % 2 === 1);
        const accounts = { groupId: `${run} ${group}`, actorIds: wanted.map(({ actor_id }) => actor_id) };
        const query = { fromMs: 0, toMs: Date.UTC(2200, 0, 1), accounts };
        expect(await linesOf(history, query)).toEqual(wanted.map((one) => bytesOf([one]).toString()));
        expect(await history.count(query)).toBe(wanted.length);
      }),
      { numRuns: 30 },
    );
  });

  it('says up to which offset everything is stored: no further than the first hole, overlaps and repetitions notwithstanding', async () => {
    const { store, history } = open();
    const at = { topic: 'vigie.accesses.v1', partition: 41 };
    const record = (first: number, last: number) =>
      store.recordBatch({ ...at, first, last, rows: 1, refused: 0, token: `${first}-${last}` });
    expect(await history.storedThrough(at)).toBe(-1);
    await record(0, 9);
    expect(await history.storedThrough(at)).toBe(9);
    await record(20, 29);
    expect(await history.storedThrough(at)).toBe(9);
    for (const [first, last] of [
      [5, 12],
      [10, 11],
      [13, 18],
    ] as const)
      await record(first, last);
    expect(await history.storedThrough(at)).toBe(18);
    await record(19, 19);
    expect(await history.storedThrough(at)).toBe(29);
    expect(await open().history.storedThrough(at)).toBe(29);
  });

  it('takes the beginning of the ledger for the beginning: older frames may have left the log', async () => {
    const { store, history } = open();
    const at = { topic: 'vigie.accesses.v1', partition: 42 };
    await store.recordBatch({ ...at, first: 700, last: 709, rows: 1, refused: 0, token: 'late' });
    expect(await history.storedThrough(at)).toBe(709);
  });
});

describe('history in ClickHouse', () => {
  it('is away where nobody answers, and says so as Transient', async () => {
    const nobody = createStoreClient({ url: 'http://127.0.0.1:1', user: 'default', password: '' });
    const history = new ClickHouseHistory(nobody);
    const all = { fromMs: 0, toMs: 1 };
    await expect(history.storedThrough({ topic: 't', partition: 0 })).rejects.toThrow(Transient);
    await expect(history.count(all)).rejects.toThrow(Transient);
    await expect(linesOf(history, all)).rejects.toThrow(Transient);
    await nobody.close();
  });
});

describe('frames of history', () => {
  const line = `${JSON.stringify(anAccessRow())}\n`;
  it('hold whole lines, wherever the pieces were cut', async () => {
    const text = line.repeat(3000);
    for (const every of [1000, 65_536, 2_000_000]) {
      const frames = await cut(text, every);
      expect(Buffer.concat(frames).toString()).toBe(text);
      for (const frame of frames) expect(frame.at(-1)).toBe(10);
    }
  });

  it.each([
    ['an error told behind the rows', `${line}Code: 159. DB::Exception: Timeout exceeded (TIMEOUT_EXCEEDED)\n`],
    ['an error with a marker', `${line}__exception__\r\nabc\r\nCode: 241\n10 abc\r\n__exception__\r\n`],
    ['a line that was cut', `${line}${line.slice(0, 60)}`],
  ])('do not take %s for a row', async (_, text) => {
    await expect(cut(text, 100)).rejects.toThrow(Transient);
  });
});

describe('slices', () => {
  it('cover every row once, in order, and hold no more than was asked where minutes allow', async () => {
    const minute = 60_000;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 4 * 86_400_000 }), { maxLength: 200 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 86_400_000 }),
        async (times, rowsMax, fromMs) => {
          const inside = (from: number, to: number) => times.filter((time) => time > from && time <= to).length;
          const whole = { fromMs, toMs: 3 * 86_400_000 };
          const spread = async (slice: { fromMs: number; toMs: number }, stepMs: number) => {
            const buckets: { atMs: number; rows: number }[] = [];
            for (let atMs = Math.floor(slice.fromMs / stepMs) * stepMs; atMs < slice.toMs; atMs += stepMs) {
              const rows = inside(Math.max(atMs, slice.fromMs), Math.min(atMs + stepMs, slice.toMs));
              if (rows > 0) buckets.push({ atMs, rows });
            }
            return buckets;
          };
          let before = fromMs;
          let rows = 0;
          for await (const slice of slicesOf(whole, rowsMax, spread)) {
            expect(slice.fromMs).toBeGreaterThanOrEqual(before);
            before = slice.toMs;
            const held = inside(slice.fromMs, slice.toMs);
            if (slice.toMs - slice.fromMs > minute) expect(held).toBeLessThanOrEqual(rowsMax);
            rows += held;
          }
          expect(rows).toBe(inside(whole.fromMs, whole.toMs));
        },
      ),
    );
  });
});

function times(lines: readonly string[]): readonly string[] {
  return lines.map((line) => accessRow.parse(JSON.parse(line)).time);
}

async function cut(text: string, every: number): Promise<readonly Buffer[]> {
  const bytes = Buffer.from(text);
  const chunks = Array.from({ length: Math.ceil(bytes.length / every) }, (_, n) => bytes.subarray(n * every, (n + 1) * every));
  const frames: Buffer[] = [];
  for await (const frame of framesOf(streamed(chunks))) frames.push(frame);
  return frames;
}

async function* streamed(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function linesOf(history: AccessHistory, query: HistoryQuery): Promise<string[]> {
  const lines: string[] = [];
  for await (const frame of history.rows(query)) lines.push(...frame.toString('utf8').split(/(?<=\n)/));
  return lines;
}

function bytesOf(rows: readonly AccessRow[]): Buffer {
  return Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

/** Unicode as JSON can carry it and UTF-8 can store it, with what is escaped more often than chance would have it. */
const text = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom('/', '\\', '"', '\n', '\u0001', '\u001f', '\u007f', '\u2028', '\u2029', 'é', 'u', '0'),
    minLength: 1,
  }),
);
const moment = fc.integer({ min: 1, max: Date.UTC(2100, 0, 1) }).map((ms) => new Date(ms).toISOString());
const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 32 });
const maybe = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: undefined });
const anyRow = fc
  .record({
    time: moment,
    actor_id: text,
    patient_id: fc.oneof(hex, fc.constant('')),
    clinic_id: text,
    action: fc.constantFrom(...actions),
    outcome: fc.constantFrom(...outcomes),
    source: text,
    received_at: moment,
    actor_role: maybe(text),
    actor_kind: maybe(fc.constantFrom(...actorKinds)),
    privileged: maybe(fc.boolean()),
    record_count: maybe(fc.maxSafeNat()),
    categories: maybe(fc.subarray([...categories], { minLength: 1 })),
    purpose: maybe(text),
    emergency: maybe(fc.boolean()),
    source_ip: maybe(text),
    device: maybe(text),
    user_agent: maybe(text),
    session_id: maybe(text),
    auth: maybe(text),
    mfa: maybe(fc.boolean()),
    application: maybe(text),
    key_id: maybe(text),
    former_id: maybe(hex),
    extra: maybe(text),
    time_claimed: maybe(moment),
    care_link: maybe(fc.constantFrom(...careLinks)),
    own_clinic: maybe(fc.boolean()),
    new_network: maybe(fc.boolean()),
    house_network: maybe(fc.boolean()),
    event_patients: maybe(fc.nat()),
  })
  .map((row) => anAccessRow(row as Partial<AccessRow>));
