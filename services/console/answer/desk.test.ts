import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { CaseAction } from '#libs/contracts/case-action.js';
import type { DossierSnapshot } from '#libs/contracts/dossier.js';
import { accessRow } from '#libs/contracts/access-row.js';
import { topics } from '#libs/contracts/topics.js';
import { aDossierInput } from '#libs/dossier/dossier.fixture.js';
import { routingText } from '#libs/routing/routing.fixture.js';
import { systemClock } from '#libs/runtime/clock.js';
import { aPatient } from '#libs/testkit/builders.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { auditRowsOf, tell } from '../console-log.fixture.js';
import { type RunningConsole, SharedLog } from '../console.fixture.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-desk-'));
const routing = join(folder, 'routing.yml');
writeFileSync(routing, routingText);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const id = anIncidentId('a');
const anIncident = (name: string, given: Parameters<typeof aChange>[2] = {}) =>
  aChange(name, 1, { changed_at: inHours(0), ...given });

const shared = new SharedLog({ VIGIE_ROUTING_FILE: routing });

describe('mutes', () => {
  const mute = { group_id: 'aleo', clinic_id: '750300123', owner: 'it', reason: 'migration of the archive' };

  it('are made once for one click, listed, and ended', async () => {
    const one = await shared.start();
    const post = (key: string, body: object = { ...mute, ends_at: inHours(4) }) =>
      one.ask('POST', '/v1/mutes', 'a.durand', body, { 'idempotency-key': key });
    const made = await post('1');
    expect(made).toMatchObject({
      status: 200,
      body: { mute: { ...mute, created_by: 'a.durand', removed: false, covers_critical: false } },
    });
    expect((await post('1')).body).toEqual(made.body);
    expect((await one.get('/v1/mutes')).body).toMatchObject({ mutes: [{ ...mute, state: 'runs' }] });
    const { mute_id } = made.body['mute'] as { mute_id: string };
    expect((await one.ask('DELETE', `/v1/mutes/${mute_id.slice(0, 8)}`, 'a.durand')).body).toMatchObject({
      mute: { removed: true },
    });
    expect((await one.get('/v1/mutes')).body).toMatchObject({ mutes: [{ state: 'over' }] });
    expect((await one.ask('DELETE', '/v1/mutes/ffff', 'a.durand')).status).toBe(404);
  });

  it.each([
    ['without an end', mute, 'ends_at'],
    ['without a reason', { ...mute, reason: ' ', ends_at: inHours(4) }, 'reason'],
    ['without an owner', { ...mute, owner: undefined, ends_at: inHours(4) }, 'owner'],
    ['for more than a week', { ...mute, ends_at: inHours(24 * 8) }, 'ends_at'],
    ['that is over', { ...mute, ends_at: inHours(-1) }, 'ends_at'],
    ['that names a patient', { ...mute, reason: 'for IPP-123456', ends_at: inHours(4) }, 'reason'],
    ['with what nobody knows', { ...mute, colour: 'red', ends_at: inHours(4) }, 'colour'],
  ])('are refused %s', async (_name, body, field) => {
    const one = await shared.start();
    const answer = await one.ask('POST', '/v1/mutes', 'a.durand', body, { 'idempotency-key': 'k' });
    expect(answer).toMatchObject({ status: 422, body: { field } });
    expect(one.mutes.rows.size).toBe(0);
  });

  it('are for those who may, about what they see, while the store answers', async () => {
    const one = await shared.start();
    const body = { ...mute, ends_at: inHours(4) };
    const post = (as: string, given: object = body) => one.ask('POST', '/v1/mutes', as, given, { 'idempotency-key': 'k' });
    expect([(await post('looks')).status, (await post('')).status, (await post('elsewhere')).status]).toEqual([403, 401, 403]);
    expect((await post('elsewhere', { ...body, clinic_id: '990000009' })).status).toBe(200);
    await post('a.durand', { ...body, clinic_id: '' });
    await post('b.leroy');
    const seen = async (as: string) =>
      ((await one.get('/v1/mutes', as)).body['mutes'] as { clinic_id: string }[]).map(({ clinic_id }) => clinic_id).toSorted();
    expect([await seen('looks'), await seen('elsewhere')]).toEqual([
      ['', '750300123', '990000009'],
      ['', '990000009'],
    ]);
    const given = async (as: string) =>
      ((await one.get('/v1/mutes', as)).body['mutes'] as { clinic_id: string }[]).find(({ clinic_id }) => clinic_id === '');
    await post('dpo', { ...body, clinic_id: '', actor_id: 'dr.of.another.clinic' });
    expect(await given('looks')).toMatchObject({ owner: mute.owner, reason: mute.reason, created_by: 'a.durand' });
    // Of what is kept back in all clinics only that it is, and until when.
    expect(await given('elsewhere')).toMatchObject({
      owner: null,
      reason: null,
      created_by: null,
      ends_at: body.ends_at,
      state: 'runs',
    });
    expect(JSON.stringify((await one.get('/v1/mutes', 'elsewhere')).body)).not.toContain('dr.of.another.clinic');
    one.mutes.away = true;
    expect(await one.get('/v1/mutes')).toMatchObject({ status: 503, body: { error: 'store_away' } });
  });
});

describe('who is on call', () => {
  it('is who the file says, at an instant', async () => {
    const one = await shared.start();
    const { body } = await one.get('/v1/oncall?at=2026-12-24T20:00:00.000Z');
    expect(body).toMatchObject({
      at: '2026-12-24T20:00:00.000Z',
      schedules: [
        { schedule: 'night', person: 'dpo' },
        { schedule: 'nobody', person: null },
      ],
    });
    const { schedules } = body as {
      readonly schedules: readonly {
        readonly turns: readonly { readonly from: string; readonly until: string; readonly person: string | null }[];
      }[];
    };
    for (const { turns } of schedules) {
      // The week is told without a gap, and no handover is one to the same person.
      expect([turns[0]?.from, turns.at(-1)?.until]).toEqual(['2026-12-24T20:00:00.000Z', '2026-12-31T20:00:00.000Z']);
      expect(turns.slice(1).map(({ from }) => from)).toEqual(turns.slice(0, -1).map(({ until }) => until));
      expect(turns.some(({ person }, place) => place > 0 && person === turns[place - 1]?.person)).toBe(false);
    }
    expect((await one.get('/v1/oncall?at=tomorrow')).status).toBe(422);
    writeFileSync(routing, 'routes: [');
    expect(await one.get('/v1/oncall')).toMatchObject({ status: 503, body: { error: 'routing_unreadable' } });
    writeFileSync(routing, routingText);
  });
});

describe('whose leak a sample is', () => {
  const question = {
    group_id: 'aleo',
    from: '2026-01-01T00:00:00.000Z',
    to: '2026-02-01T00:00:00.000Z',
    patients: [aPatient(1)],
  };

  it('is answered to a data-protection officer of all clinics, with what it does not say', async () => {
    const one = await shared.start();
    const answer = await one.ask('POST', '/v1/leaks', 'dpo', question);
    expect(answer).toMatchObject({ status: 200, body: { verdict: 'unopened', given: 1, caveat: expect.any(String) } });
    expect((await one.ask('POST', '/v1/leaks', 'a.durand', question)).status).toBe(403);
  });

  it.each([
    ['clear identifiers', { ...question, patients: ['1850578006084'] }],
    ['no patient', { ...question, patients: [] }],
    ['a period that ends before it begins', { ...question, to: question.from }],
  ])('refuses %s, and quotes nothing', async (_name, body) => {
    const one = await shared.start();
    const answer = await one.ask('POST', '/v1/leaks', 'dpo', body);
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([422, expect.not.stringContaining('1850578006084')]);
  });
});

const snapshot = (snapshot_id: string, controller_id: string, number = 1): DossierSnapshot => ({
  snapshot_id,
  group_id: 'aleo',
  case_id: id,
  controller_id,
  number,
  kind: 'initial',
  frozen_at: inHours(-number),
  frozen_by: 'dpo',
  scope_version: 0,
  patients: 60,
  exposed: 58,
  per_tier: {},
  unnamed_records: 0,
  list_sha256: 'e'.repeat(64),
  manifest: '{}',
  manifest_sha256: 'f'.repeat(64),
  previous_sha256: '',
});

describe('what is frozen', () => {
  const [first, second] = ['1'.repeat(32), '2'.repeat(32)];
  const startFrozen = async () => {
    await tell(shared.log, anIncident('a'));
    const one = await shared.start();
    one.shelf.frozen = [snapshot(first, '750300123'), snapshot(second, 'aleo-south')];
    return one;
  };

  it('has its tables for a French spreadsheet where that is asked for', async () => {
    const one = await startFrozen();
    one.shelf.made = aDossierInput();
    // Those of programs stay, and so does the list, whose digest was frozen.
    const table = async (name: string) =>
      (await one.app.inject({ url: `/v1/snapshots/${first}/files/${name}`, headers: { authorization: 'Bearer dpo' } })).payload;
    expect([(await table('timeline.csv')).split('\n')[0], (await table('timeline.csv?spreadsheet=fr')).split('\r\n')[0]]).toEqual(
      ['at,by,what,detail', '\uFEFFat;by;what;detail'],
    );
    expect(await table('patients.csv?spreadsheet=fr')).toBe(await table('patients.csv'));
  });

  it('is listed, and its list given out and written down with its rows', async () => {
    const one = await startFrozen();
    const { body } = await one.get(`/v1/cases/${id.slice(0, 8)}/snapshots`, 'dpo');
    expect(body).toMatchObject({ case_id: id, snapshots: [{ patients: 60 }, { patients: 60 }] });
    expect(JSON.stringify(body)).not.toContain('manifest"');
    const answer = await one.app.inject({
      url: `/v1/snapshots/${first}/files/patients.csv`,
      headers: { authorization: 'Bearer dpo' },
    });
    expect([answer.statusCode, answer.headers['content-type'], answer.headers['cache-control'], answer.body]).toEqual([
      200,
      'text/csv; charset=utf-8',
      'no-store',
      `${first}\n`,
    ]);
    const rows = [0, 1]
      .flatMap((partition) => shared.log.frames({ topic: topics.audit, partition }))
      .map(String)
      .join('');
    expect(rows).toContain(`"route":"/v1/snapshots/:id/files/:name","case_id":"${id}","rows":60,"status":200`);
    // What was read in bulk is an access to Vigie's own platform, which names nobody.
    const read = [0, 1]
      .flatMap((partition) => shared.log.frames({ topic: topics.accesses, partition }))
      .map((bytes) => accessRow.parse(JSON.parse(String(bytes))));
    expect(read).toMatchObject([
      { group_id: 'vigie', actor_id: 'console:dpo', patient_id: '', action: 'export', record_count: 60, source_ip: '127.0.0.1' },
    ]);
    expect(rows).toContain(`"audit_id":"${read[0]?.event_id}"`);
  });

  it('is looked at again, and compared with another of its controller, without a patient', async () => {
    const one = await startFrozen();
    one.shelf.frozen = [...one.shelf.frozen, snapshot('4'.repeat(32), '750300123', 2)];
    const moved = [
      { level: 'clinic' as const, clinic_id: '750300123', added: 14, removed: 0, tier_changed: 1, category_added: 0 },
    ];
    one.shelf.found = { mistakes: ['the digest of the list is another'], moved, late: ['750300123'] };
    const { status, body } = await one.get(`/v1/snapshots/${first}/verification`, 'dpo');
    expect([status, body]).toMatchObject([
      200,
      {
        snapshot: { snapshot_id: first },
        whole: false,
        mistakes: ['the digest of the list is another'],
        moved,
        late_clinics: ['750300123'],
      },
    ]);
    expect((await one.get(`/v1/snapshots/${first}/difference/${'4'.repeat(32)}`, 'dpo')).body).toMatchObject({
      from: { number: 1 },
      to: { number: 2 },
      differences: moved,
    });
    expect((await one.get(`/v1/snapshots/${first}/difference/${second}`, 'dpo')).body).toMatchObject({
      error: 'other_controller',
    });
    for (const path of [`${first}/verification`, `${first}/difference/${first}`])
      expect((await one.get(`/v1/snapshots/${path}`)).status).toBe(403);
    expect((await one.get(`/v1/snapshots/${'3'.repeat(32)}/verification`, 'dpo')).status).toBe(404);
    expect(auditRowsOf(shared.log).map(({ route, rows }) => `${route} ${rows}`)).toEqual(
      expect.arrayContaining(['/v1/snapshots/:id/verification 1', '/v1/snapshots/:id/difference/:to 2']),
    );
  });

  it("is a data-protection officer's, of what is there, while the store answers", async () => {
    const one = await startFrozen();
    const paths = [`/v1/cases/${id}/snapshots`, `/v1/cases/${id}/dossier/750300123`, `/v1/snapshots/${first}/files/patients.csv`];
    for (const path of paths)
      expect([(await one.get(path)).status, (await one.get(path, 'looks')).status, (await one.get(path, '')).status]).toEqual([
        403, 403, 401,
      ]);
    expect(await one.get(`/v1/cases/${id}/dossier/elsewhere`, 'dpo')).toMatchObject({
      status: 404,
      body: { error: 'nothing_frozen' },
    });
    expect(await one.get(`/v1/cases/${id}/dossier/750300123`, 'dpo')).toMatchObject({
      status: 503,
      body: { error: 'store_away' },
    });
    for (const [path, status] of [
      [`${first}/files/keys`, 404],
      [`${'3'.repeat(32)}/files/patients.csv`, 404],
      ['1111/files/patients.csv', 422],
      [`${first}/files/cnil.pdf?language=de`, 422],
    ] as const)
      expect((await one.get(`/v1/snapshots/${path}`, 'dpo')).status).toBe(status);
  });
});

const cause = (value: string, seen_at?: string) => ({ 'nature.cause': { value, ...(seen_at !== undefined && { seen_at }) } });

const startDossier = async () => {
  await tell(shared.log, anIncident('a'));
  const [one, two] = [await shared.start(), await shared.start()];
  for (const { shelf } of [one, two])
    Object.assign(shelf, { frozen: [snapshot('1'.repeat(32), '750300123')], made: aDossierInput() });
  return [one, two] as const;
};

describe('a dossier over HTTP', () => {
  const path = `/v1/cases/${id}/dossier/750300123`;
  const patch = (one: RunningConsole, fields: object, key: string, user = 'dpo') =>
    send(one, 'PATCH', path, { fields }, key, user);

  it('takes answers of a data-protection officer once, and lets nobody write over what they have not seen', async () => {
    const [one, two] = await startDossier();
    const taken = await patch(one, cause('external_malicious', ''), 'k1');
    expect(taken).toMatchObject({ status: 200, body: { effect: 'counted' } });
    for (let again = 0; again < 4; again += 1)
      expect(await patch(one, cause('external_malicious', ''), 'k1')).toMatchObject({
        status: 200,
        body: { case: { version: 2 } },
      });
    const { lines } = (await one.get(`/v1/cases/${id}/timeline`, 'dpo')).body as {
      lines: { what: string; action: CaseAction }[];
    };
    const [answered] = lines.filter(({ what }) => what === 'dossier.answered');
    expect(answered?.action).toMatchObject({
      by: 'dpo',
      answers: { 'nature.cause': '"external_malicious"' },
      answers_seen: { 'nature.cause': '' },
    });
    // All or none: the second field is nobody's, and is not taken either.
    expect(await patch(one, { ...cause('other', ''), 'nature.origin': { value: 'hacking', seen_at: '' } }, 'k2')).toMatchObject({
      status: 409,
      body: { error: 'superseded' },
    });
    expect(await patch(one, cause('other', answered?.action.at), 'k3')).toMatchObject({ status: 200 });
    const both = await Promise.all([
      patch(one, { 'nature.origin': { value: 'hacking', seen_at: '' } }, 'k4'),
      patch(two, { 'nature.origin': { value: 'other', seen_at: '' } }, 'k5'),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  });

  it.each([
    ['an unknown field', { 'nature.casue': { value: 'x' } }, 422, 'dpo'],
    ['nothing', {}, 422, 'dpo'],
    ['a value that is none', { 'nature.cause': { value: { a: 1 } } }, 422, 'dpo'],
    ['a patient', { 'measures.before': { value: ['asked 1850578006084'] } }, 422, 'dpo'],
    ['an analyst', { 'nature.cause': { value: 'other' } }, 403, 'a.durand'],
  ])('refuses %s, and quotes nothing', async (_name, fields, status, user) => {
    const [one] = await startDossier();
    const answer = await patch(one, fields, 'k', user);
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([status, expect.not.stringContaining('1850578006084')]);
  });

  it('freezes once a key, and has the case say so', async () => {
    const [one] = await startDossier();
    const freeze = (key: string, body: object = {}, user = 'dpo') => send(one, 'POST', `${path}/freeze`, body, key, user);
    expect(await freeze('k')).toMatchObject({ status: 503, body: { error: 'store_away' } });
    one.shelf.freezes = snapshot('0'.repeat(32), '');
    const frozen = await freeze('k', { kind: 'complementary' });
    expect(frozen).toMatchObject({
      status: 200,
      body: {
        effect: 'counted',
        snapshot: { controller_id: '750300123', frozen_by: 'dpo', kind: 'complementary', patients: 60 },
      },
    });
    expect(JSON.stringify(frozen.body)).not.toContain('"manifest"');
    for (let again = 0; again < 4; again += 1) expect((await freeze('k')).status).toBe(200);
    const lines = (await one.get(`/v1/cases/${id}/timeline`, 'dpo')).body['lines'] as { what: string }[];
    expect([one.shelf.freezings, lines.filter(({ what }) => what === 'dossier.frozen').length]).toEqual([1, 1]);
    expect((await freeze('k', {}, 'a.durand')).status).toBe(403);
    expect((await freeze('other', { kind: 'first' })).status).toBe(422);
    expect((await send(one, 'POST', `/v1/cases/${id}/dossier/999/freeze`, {}, 'other', 'dpo')).status).toBe(422);
    expect(one.shelf.freezings).toBe(1);
  });
});

async function send(
  one: RunningConsole,
  method: 'PATCH' | 'POST',
  url: string,
  payload: object,
  key: string,
  user: string,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await one.app.inject({
    method,
    url,
    payload,
    headers: { authorization: `Bearer ${user}`, 'idempotency-key': key },
  });
  return { status: answer.statusCode, body: answer.json() };
}

describe('the stream', () => {
  it('says which cases change, to whoever may see them, and what came while somebody was away', async () => {
    await tell(shared.log, anIncident('a'));
    const one = await shared.start();
    one.pipeline.feed.look(systemClock.now());
    const [ours, elsewhere] = [await listen(one), await listen(one, 'elsewhere')];
    await one.act(id, { type: 'case.acknowledged' }, '1');
    one.pipeline.feed.look(systemClock.now());
    const [first] = await ours.events(1);
    expect(first).toMatchObject({ event: 'case', data: { case_id: id, version: 2, status: 'acknowledged' } });
    expect(Object.keys(first?.data ?? {}).toSorted()).toEqual(['case_id', 'changed_at', 'status', 'version']);
    ours.stream.destroy();
    for (const key of ['2', '3']) {
      await one.act(id, { type: 'case.noted', text: 'asked' }, key);
      one.pipeline.feed.look(systemClock.now());
    }
    const again = await listen(one, 'a.durand', first?.id);
    expect((await again.events(2)).map(({ data }) => data['version'])).toEqual([3, 4]);
    for (const lost of ['nonsense', '', '0'.repeat(32), String(first?.id).replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))])
      expect((await (await listen(one, 'a.durand', lost)).events(1))[0]?.event).toBe('reset');
    expect(elsewhere.text()).not.toContain('case_id');
  });

  it('counts nothing by its ids: who sees one clinic does not learn how much happens in the others', async () => {
    await tell(shared.log, anIncident('a'));
    const one = await shared.start();
    one.pipeline.feed.look(systemClock.now());
    const [ours, elsewhere] = [await listen(one), await listen(one, 'elsewhere', 'nonsense')];
    const [before] = await elsewhere.events(1);
    for (const key of ['1', '2', '3']) {
      await one.act(id, { type: 'case.noted', text: 'asked' }, key);
      one.pipeline.feed.look(systemClock.now());
    }
    const ids = (await ours.events(3)).map((event) => String(event.id));
    expect(new Set(ids).size).toBe(3);
    for (const told of ids) expect(told).toMatch(/^[0-9a-f]{32}$/);
    // Nothing of it was told elsewhere, and the id of now says no more than the one of before did.
    const after = await listen(one, 'elsewhere', 'nonsense');
    expect((await after.events(1))[0]).toMatchObject({ event: 'reset', id: expect.not.stringMatching(String(before?.id)) });
    expect((await (await listen(one, 'a.durand', ids[0])).events(2)).map(({ data }) => data['version'])).toEqual([3, 4]);
  });

  it('is for users, is written down when it begins, and ends with the process', async () => {
    const one = await shared.start();
    expect((await one.get('/v1/stream', '')).status).toBe(401);
    const { stream } = await listen(one);
    const ended = new Promise((resolve) => void stream.once('end', resolve));
    const rows = [0, 1]
      .flatMap((partition) => shared.log.frames({ topic: topics.audit, partition }))
      .map(String)
      .join('');
    expect(rows).toContain('"route":"/v1/stream","case_id":"","rows":0,"status":200');
    await one.stop();
    shared.running.pop();
    await ended;
  });
});

interface Heard {
  readonly event: string | undefined;
  readonly id: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A listener, and what it has heard. */
async function listen(one: RunningConsole, as = 'a.durand', lastId?: string) {
  const headers = { authorization: `Bearer ${as}`, ...(lastId !== undefined && { 'last-event-id': lastId }) };
  const answer = await one.app.inject({ method: 'GET', url: '/v1/stream', headers, payloadAsStream: true });
  const stream: Readable = answer.stream();
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  stream.on('error', () => {});
  const heard = (): readonly Heard[] =>
    text
      .split('\n\n')
      .filter((block) => block.includes('data: '))
      .map((block) => {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
        return { event: field('event'), id: field('id'), data: JSON.parse(field('data') ?? '{}') as Heard['data'] };
      });
  const events = async (count: number) => {
    while (heard().length < count) await systemClock.sleep(2);
    return heard();
  };
  return { stream, events, text: () => text };
}

function inHours(n: number): string {
  return new Date(systemClock.now() + n * 3_600_000).toISOString();
}
