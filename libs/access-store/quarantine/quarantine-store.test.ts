import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import { type AccountContent, accountStep } from '#libs/contracts/accounts/account-content.js';
import { quarantineRowOf, sealedBytesMax } from '#libs/contracts/quarantine-row.js';
import { systemClock } from '#libs/runtime/clock.js';
import { ClickHouseStore } from '../clickhouse/clickhouse-store.js';
import { QuarantineStore } from './quarantine-store.js';
import { storeForTests } from '../clickhouse/store.fixture.js';

const atMs = Date.parse('2026-11-28T10:30:00.000Z');
const boxes = Array.from({ length: 12 }, (_, n) => Buffer.alloc(n === 7 ? sealedBytesMax : 80 + n, n).toString('base64'));
let client: ClickHouseClient;
let end: () => Promise<void>;
let store: QuarantineStore;
const rows = boxes.map((box, n) => {
  const source = n % 2 ? 'ris' : 'dpi';
  const received_at = new Date(atMs + n * 60_000).toISOString();
  const row = {
    received_at,
    group_id: 'helix',
    source,
    step: 'admit',
    reason: n % 3 ? 'unknown_format' : 'not_json',
    field: '',
    detail: '',
    origin: `inlet:tcp/1#${n}`,
    content: `{"text":${n}}`,
  };
  return { ...quarantineRowOf(row, [String(n)]), ...(n < 10 && { sealed: box }) };
});
beforeAll(async () => {
  ({ client, end } = await storeForTests());
  store = new QuarantineStore(client);
  const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  expect(await new ClickHouseStore(client, systemClock).insert('quarantine', bytes, rows.length, 'all')).toMatchObject({
    kind: 'accepted',
  });
});
afterAll(() => end());

describe('the quarantine in ClickHouse', () => {
  it('gives sealed rows as they are, page by page, by what is asked for', async () => {
    const all = [];
    for (let after = ''; ; after = all.at(-1)?.quarantine_id ?? '') {
      const page = await store.sealed({}, after, 3);
      all.push(...page);
      if (page.length < 3) break;
    }
    const sealed = rows.flatMap((row) => ('sealed' in row && row.sealed ? [row] : []));
    expect(all).toEqual(
      sealed
        .map(({ quarantine_id, received_at, group_id, source, reason, sealed: box }) => ({
          quarantine_id,
          received_at,
          group_id,
          source,
          reason,
          sealed: box,
        }))
        .toSorted((a, b) => (a.quarantine_id < b.quarantine_id ? -1 : 1)),
    );
    expect(await store.sealed({ source: 'ris', reason: 'not_json' }, '', 10)).toHaveLength(2);
    expect(await store.sealed({ group: 'aleo' }, '', 10)).toEqual([]);
    expect(await store.sealed({ since: '2026-11-28T10:38:00.000Z' }, '', 10)).toHaveLength(2);
  });

  it('counts open and replayed rows, and a row that was replayed is not given again', async () => {
    const chosen = await store.sealed({ source: 'dpi', reason: 'unknown_format' }, '', 2);
    for (const _ of ['once', 'again'])
      await store.replayed(
        chosen.map((row) => ({ ...row, events: 1 })),
        atMs + 86,
      );
    const counts = await store.counts({ source: 'dpi' });
    expect(counts.map(({ reason, open, sealed, replayed, newest, sample }) => [reason, open, sealed, replayed, newest, sample])).toEqual([
      ['not_json', 2, 2, 0, '2026-11-28T10:36:00.000Z', '{"text":6}'],
      ['unknown_format', 2, 1, 2, '2026-11-28T10:40:00.000Z', '{"text":10}'],
    ]); // prettier-ignore
    const left = await store.sealed({ source: 'dpi', reason: 'unknown_format' }, '', 10);
    expect(left.some(({ quarantine_id: id }) => chosen.some((one) => one.quarantine_id === id))).toBe(false);
  });

  it('adds up what ingestors answered, by minute and by day, and shows none of it as set aside', async () => {
    const given = [account(0, 1, 5, { not_json: 2 }), account(0, 2, 3, { not_json: 1, bad_value: 4 }), account(1, 3, 2, {})];
    const bytes = Buffer.from([...given, ...given].map((row) => `${JSON.stringify(row)}\n`).join(''));
    await new ClickHouseStore(client, systemClock).insert('quarantine', bytes, 6, 'accounts');
    const ask = async (query: string) => (await client.query({ query, format: 'JSONEachRow' })).json<Record<string, unknown>>();
    expect(await ask("SELECT * EXCEPT (minute) FROM vigie.received WHERE source = 'his' ORDER BY minute")).toMatchObject([
      { received: 17, accepted: 8, quarantined: 2, refused: 7, refused_by_reason: { not_json: 3, bad_value: 4 } },
      { received: 3, accepted: 2, quarantined: 1, refused: 0, refused_by_reason: {} },
    ]);
    const day = "SELECT rows, events, quarantined, received, refused FROM vigie.accounting WHERE source = 'his'";
    expect(await ask(day)).toEqual([{ rows: 0, events: 0, quarantined: 0, received: 20, refused: 7 }]);
    expect(await ask("SELECT count() AS n FROM vigie.quarantine WHERE source = 'his'")).toEqual([{ n: 0 }]);
    expect(await store.counts({ source: 'his' })).toEqual([]);
  });

  it('shows no sealed bytes to who reads the view', async () => {
    const answer = await client.query({ query: 'SELECT * FROM vigie.quarantine LIMIT 1', format: 'JSONEachRow' });
    const [row] = await answer.json<Record<string, unknown>>();
    expect(Object.keys(row ?? {})).toEqual(expect.arrayContaining(['quarantine_id', 'content']));
    expect(row).not.toHaveProperty('sealed');
  });
});

const account = (minute: number, n: number, accepted: number, reasons: Record<string, number>) => {
  const received_at = new Date(atMs + minute * 60_000).toISOString();
  const refused = Object.values(reasons).reduce((sum, one) => sum + one, 0);
  const content = JSON.stringify({
    received: accepted + 1 + refused,
    accepted,
    quarantined: 1,
    refused,
    reasons,
  } satisfies AccountContent);
  return quarantineRowOf(
    {
      received_at,
      group_id: 'helix',
      source: 'his',
      step: accountStep,
      reason: 'received',
      field: '',
      detail: '',
      origin: `ingestor:a#${n}`,
      content,
    },
    [String(n)],
  );
};
