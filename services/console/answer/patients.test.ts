import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { patientsHeading } from '#libs/dossier/patients-csv.js';
import type { MemoryLog } from '#libs/event-log/memory/memory-log.js';
import type { EventLog } from '#libs/event-log/port.js';
import { caseStateRow } from '#libs/contracts/case-state-row.js';
import { topics } from '#libs/contracts/topics.js';
import { Transient } from '#libs/runtime/outcome.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { pageLines } from '../answer/patients.js';
import { auditRowsOf, newLog, tell } from '../console-log.fixture.js';
import { type Asked, RunningConsole } from '../console.fixture.js';
import { confirmedMsMax, idleMsMax } from '../session/sealed-session.js';

const id = anIncidentId('a');
const own = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' };

describe('the patients of a case', () => {
  let log: MemoryLog;
  let one: RunningConsole;
  let isAway = false;
  beforeAll(async () => {
    log = newLog();
    await tell(log, aChange('a', 1, { clinics: ['750300123', '750300124'] }), aChange('b', 1, { actor_id: 'b' }));
    one = await RunningConsole.start(
      refusing(log.connect(), () => isAway),
      20_000,
    );
  });
  afterAll(() => one.stop());

  it.each([0, 1, pageLines - 1, pageLines, pageLines + 1, 3 * pageLines + 7])(
    'of %d lines are all of them once, in pages whose rows are what is written down',
    async (count) => {
      one.patients.invent(count);
      one.patients.counted = 0;
      const before = auditRowsOf(log).length;
      const pages = await pagesOf(one, '');
      const given = pages.flatMap(({ body }) => idsOf(body));
      expect(given).toEqual(one.patients.lines.map(({ patient_id }) => patient_id));
      // Counted once, whatever the number of pages, and the same on each of them.
      expect([one.patients.counted, new Set(pages.map(({ body }) => JSON.stringify(body['figure']))).size]).toEqual([1, 1]);
      expect(pages[0]?.body['figure']).toMatchObject({ lines: count, patients: count });
      const rows = auditRowsOf(log).slice(before);
      expect(rows.map(({ by, route, rows: shown }) => [by, route, shown])).toEqual(
        pages.map(({ body }) => ['a.durand', '/v1/cases/:id/patients', idsOf(body).length]),
      );
      // Neither an address nor the audit holds whom a page ended with.
      expect(pages.map(({ body }) => String(body['next'])).join()).not.toMatch(/[0-9a-f]{32}/);
    },
  );

  it('are given by clinic and tier, of clinics that somebody sees, and on with a cursor of the same list only', async () => {
    one.patients.invent(2 * pageLines * 3);
    const some = await pagesOf(one, 'clinic=750300124&tier=displayed&');
    expect(
      new Set(
        some.flatMap(({ body }) =>
          (body['items'] as { clinic_id: string; certainty: string }[]).map(
            ({ clinic_id, certainty }) => `${clinic_id} ${certainty}`,
          ),
        ),
      ),
    ).toEqual(new Set(['750300124 displayed']));
    const cursor = String((await one.get(path())).body['next']);
    const unfit = await Promise.all([
      one.get(path(`cursor=${cursor}`), 'dpo'),
      one.get(`/v1/cases/${anIncidentId('b')}/patients?cursor=${cursor}`),
      one.get(path(`cursor=${cursor}x`)),
      one.get(path(`tier=listed&cursor=${cursor}`)),
      one.get(path('tier=seen')),
      one.get(path('who=all')),
    ]);
    expect(unfit.map(({ body }) => body['error'])).toEqual([
      'unfit_cursor',
      'unfit_cursor',
      'unfit_cursor',
      'unfit_cursor',
      'unfit_filter',
      'unfit_filter',
    ]);
  });

  it('are of the case as it stands: the store has what was done to it before it is asked whose records they are', async () => {
    one.patients.invent(3);
    for (const [key, ask] of [
      ['of-page', () => one.get(path())],
      ['of-csv', () => download(one)],
    ] as const) {
      const { body } = await one.act(id, { type: 'case.noted', text: 'asked' }, key);
      const { version } = body['case'] as { readonly version: number };
      await ask();
      const stored = one.store
        .rows('case_states')
        .map((row) => caseStateRow.parse(row))
        .filter(({ case_id }) => case_id === id);
      expect(stored.at(-1)?.version).toBe(version);
    }
  });

  it('are given to analysts and officers who see the case, downloads to officers, and to nobody while the audit or the store is away', async () => {
    one.patients.invent(60);
    const asked = [
      await one.get(path(), 'looks'),
      await one.get(path(), 'elsewhere'),
      await one.get(path().replace('/patients', '/patients.csv')),
      await one.get(path(), ''),
    ];
    expect(asked.map(({ status }) => status)).toEqual([403, 404, 403, 401]);
    const before = auditRowsOf(log).length;
    const csv = await download(one, 'clinic=750300124');
    expect([
      csv.statusCode,
      csv.payload.split('\n').length - 2,
      patientsHeading.startsWith(csv.payload.split('\n')[0] ?? '-'),
    ]).toEqual([200, 20, true]);
    expect(auditRowsOf(log).slice(before)).toMatchObject([
      { by: 'dpo', route: '/v1/cases/:id/patients.csv', case_id: id, rows: 20, status: 200 },
    ]);
    one.patients.away = true;
    expect((await one.get(path())).body).toMatchObject({ error: 'store_away' });
    one.patients.away = false;
    isAway = true;
    const kept = [await one.get(path()), await one.get(path(), 'dpo')];
    const keptCsv = await download(one);
    isAway = false;
    expect([
      ...kept.map(({ status, body }) => [status, body['error'], body['items']]),
      [keptCsv.statusCode, keptCsv.json().error, undefined],
    ]).toEqual([
      [503, 'not_audited', undefined],
      [503, 'not_audited', undefined],
      [503, 'not_audited', undefined],
    ]);
  });

  it('are given to a session for five minutes after its person said who they are, and to none that they have left', async () => {
    one.patients.invent(3);
    let cookie = cookieOf(await ask(one, 'POST', '/v1/login', own, { token: 'dpo' }));
    const list = async () => (await ask(one, 'GET', path(), { cookie })).statusCode;
    expect(await list()).toBe(200);
    one.wait(confirmedMsMax);
    const late = await ask(one, 'GET', path(), { cookie });
    expect([late.statusCode, late.json().error]).toEqual([403, 'confirm_first']);
    expect((await ask(one, 'GET', `/v1/snapshots/${'a'.repeat(32)}/files/patients.csv`, { cookie })).json().error).toBe(
      'confirm_first',
    );
    expect(
      (await ask(one, 'POST', `/v1/cases/${id}/dossier/750300123/freeze`, { ...own, cookie, 'idempotency-key': 'k' }, {})).json()
        .error,
    ).toBe('confirm_first');
    const wrong = await Promise.all(
      [{ token: 'a.durand' }, { token: 'nobody' }, {}].map((body) => ask(one, 'POST', '/v1/confirm', { ...own, cookie }, body)),
    );
    expect(wrong.map(({ statusCode, headers }) => [statusCode, headers['set-cookie']])).toEqual([
      [401, undefined],
      [401, undefined],
      [422, undefined],
    ]);
    expect(await list()).toBe(403);
    expect((await ask(one, 'POST', '/v1/confirm', { ...own, authorization: 'Bearer dpo' }, { token: 'dpo' })).json().error).toBe(
      'no_session',
    );
    const old = cookie;
    cookie = cookieOf(await ask(one, 'POST', '/v1/confirm', { ...own, cookie }, { token: 'dpo' }));
    expect(await list()).toBe(200);
    expect(Date.parse((await ask(one, 'GET', '/v1/me', { cookie })).json().confirmed_until)).toBeGreaterThan(0);
    await ask(one, 'POST', '/v1/logout', { ...own, cookie }, {});
    expect([await list(), (await ask(one, 'GET', '/v1/cases', { cookie: old })).statusCode]).toEqual([401, 401]);
  });

  it('tell nobody what changes once their session is over or left', async () => {
    const streams = await Promise.all(
      [0, 1].map(async () => {
        const cookie = cookieOf(await ask(one, 'POST', '/v1/login', own, { token: 'a.durand' }));
        return { cookie, answer: one.app.inject({ method: 'GET', url: '/v1/stream', headers: { cookie } }) };
      }),
    );
    while (one.pipeline.feed.listening < streams.length) await new Promise(setImmediate);
    await ask(one, 'POST', '/v1/logout', { ...own, cookie: streams[0]?.cookie ?? '' }, {});
    one.pipeline.feed.beat();
    expect(one.pipeline.feed.listening).toBe(1);
    one.wait(idleMsMax);
    one.pipeline.feed.beat();
    // An answer is whole here once its stream has ended.
    expect((await Promise.all(streams.map(({ answer }) => answer))).map(({ statusCode }) => statusCode)).toEqual([200, 200]);
  });
});

function path(filter = ''): string {
  return `/v1/cases/${id}/patients?${filter}`;
}

async function pagesOf(one: RunningConsole, filter: string): Promise<readonly Asked[]> {
  const pages = [await one.get(path(filter))];
  for (let next = pages[0]?.body['next']; typeof next === 'string'; next = pages.at(-1)?.body['next'])
    pages.push(await one.get(path(`${filter}cursor=${next}`)));
  return pages;
}

function idsOf(body: Asked['body']): readonly string[] {
  return (body['items'] as readonly { patient_id: string }[]).map(({ patient_id }) => patient_id);
}

function ask(one: RunningConsole, method: 'GET' | 'POST', url: string, headers: Record<string, string>, payload?: object) {
  return one.app.inject({ method, url, headers, ...(payload && { payload }) });
}

function download(one: RunningConsole, filter = '') {
  return ask(one, 'GET', path(filter).replace('/patients', '/patients.csv'), { authorization: 'Bearer dpo' });
}

function cookieOf({ headers }: { readonly headers: Readonly<Record<string, unknown>> }): string {
  return String(headers['set-cookie']).split(';')[0] ?? '';
}

/** A log that takes no audit row while it is away. */
function refusing(log: EventLog, isAway: () => boolean): EventLog {
  const append: EventLog['append'] = async (at, bytes) => {
    if (at.topic === topics.audit && isAway()) throw new Transient('no acknowledgement');
    return log.append(at, bytes);
  };
  return {
    append,
    partitions: (topic) => log.partitions(topic),
    join: (options, reader) => log.join(options, reader),
    close: () => log.close(),
  };
}
