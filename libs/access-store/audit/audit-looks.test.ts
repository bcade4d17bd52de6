import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditChain } from '#libs/audit/chain.js';
import { isoOf, systemClock } from '#libs/runtime/clock.js';
import { ClickHouseStore } from '../clickhouse/clickhouse-store.js';
import { storeForTests } from '../clickhouse/store.fixture.js';
import { AuditLooks, type LookPlace, type LooksWanted } from './audit-looks.js';

const began = Date.UTC(2026, 10, 28);
const caseId = 'c'.repeat(32);
const routes = ['/v1/cases/:id', '/v1/cases/:id/patients', '/v1/login', '/v1/cases/:id/actions'];
const all: LooksWanted = { fromMs: began, toMs: began + 86_400_000, by: '', caseId: '', kind: '' };

describe('who looked, in the store', () => {
  let client: ClickHouseClient;
  let end: () => Promise<void>;
  let looks: AuditLooks;
  beforeAll(async () => {
    ({ client, end } = await storeForTests());
    looks = new AuditLooks(client);
    const chain = new AuditChain('a'.repeat(32));
    // Several in each millisecond, one of another day.
    const rows = Array.from({ length: 41 }, (_, n) =>
      chain.next({
        at: isoOf(n === 40 ? began - 1 : began + Math.floor(n / 4) * 1_000),
        by: n % 2 ? 'a.durand' : 'dpo',
        via: 'console',
        method: n % 4 < 2 ? 'GET' : 'POST',
        route: routes[n % 4] ?? '',
        case_id: n % 8 === 1 ? caseId : '',
        rows: n,
        status: n % 10 === 0 ? 403 : 200,
        remote_address: '::1',
      }),
    );
    const store = new ClickHouseStore(client, systemClock);
    await store.insert('audit', Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')), rows.length, 'rows');
  });
  afterAll(() => end());

  it.each([1, 3, 7, 40, 100])(
    'is given in pages of %i, each row once, the newest first, and none of another day',
    async (limit) => {
      const given = [];
      let place: LookPlace | undefined;
      for (;;) {
        const page = await looks.page(all, place, limit);
        given.push(...page);
        const last = page.at(-1);
        if (!last || page.length < limit) break;
        place = { timeMs: Date.parse(last.at), auditId: last.audit_id };
      }
      expect([given.length, new Set(given.map(({ audit_id }) => audit_id)).size]).toEqual([40, 40]);
      expect(given.map(({ at }) => at)).toEqual(
        given
          .map(({ at }) => at)
          .toSorted()
          .toReversed(),
      );
    },
  );

  it('has what begins with a route, was a success, and came since an instant', async () => {
    const [from, to] = [began + 2_000, began + 9_000];
    const rows = await looks.providerLogouts('/v1/cases/:id/act', from);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every(({ route, at }) => route === '/v1/cases/:id/actions' && Date.parse(at) >= from)).toBe(true);
    expect(rows.map(({ at }) => at)).toEqual(rows.map(({ at }) => at).toSorted());
    expect(await looks.providerLogouts('/v1/cases/:id/act', to + 1_000)).toEqual([]);
    expect(await looks.providerLogouts('/auth/', began)).toEqual([]);
  });

  it.each<[Partial<LooksWanted>, number]>([
    [{ by: 'dpo' }, 20],
    [{ by: 'nobody' }, 0],
    [{ caseId }, 5],
    [{ kind: 'lists' }, 10],
    [{ kind: 'changes' }, 10],
    [{ kind: 'refused' }, 4],
    [{ kind: 'refused', by: 'a.durand' }, 0],
    [{ fromMs: began + 5_000 }, 20],
    [{ toMs: began + 1_000 }, 4],
  ])('is found by %j', async (given, count) => {
    expect((await looks.page({ ...all, ...given }, undefined, 100)).length).toBe(count);
  });
});
