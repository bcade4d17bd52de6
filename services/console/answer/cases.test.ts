import { describe, expect, it } from '@jest/globals';
import { topics } from '#libs/contracts/topics.js';
import { MemoryLists } from '#libs/access-store/memory/memory-lists.js';
import { ControllerRegister } from '#libs/case-log/controller-register.js';
import type { Clinic } from '#libs/contracts/list-entry.js';
import { Transient } from '#libs/runtime/outcome.js';
import type { EventLog, Position } from '#libs/event-log/port.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { systemClock } from '#libs/runtime/clock.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { tell } from '../console-log.fixture.js';
import { RunningConsole, SharedLog } from '../console.fixture.js';

const id = anIncidentId('a');
const resolve = { type: 'case.resolved', verdict: 'false_positive', reason: 'a recall of the ward' };
/** An incident of just now, so that no clock of the case runs out during a test. */
const anIncident = (name: string, given: Parameters<typeof aChange>[2] = {}) =>
  aChange(name, 1, { changed_at: new Date(systemClock.now()).toISOString(), ...given });

describe('the console', () => {
  const shared = new SharedLog();

  it('lets two resolve one case at once: the first counts, the second is told so', async () => {
    await tell(shared.log, anIncident('a'));
    const consoles = [await shared.start(), await shared.start()];
    const answers = await Promise.all(consoles.map((one, n) => one.act(id, resolve, `key-${n}`, n ? 'b.leroy' : 'a.durand')));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    const [won, lost] = answers.toSorted((one, other) => one.status - other.status);
    expect(lost?.body).toMatchObject({ error: 'superseded', case: { status: 'resolved' } });
    for (const one of consoles) {
      await all(one, 2);
      expect((await one.get(`/v1/cases/${id}`)).body['case']).toEqual(won?.body['case']);
      const { body } = await one.get(`/v1/cases/${id}/timeline`);
      expect(body['lines']).toMatchObject([
        { what: 'incident.opened' },
        { what: 'case.resolved', effect: 'counted' },
        { what: 'case.resolved', effect: 'superseded' },
      ]);
    }
  });

  it('takes the same click once, however often and wherever it comes', async () => {
    await tell(shared.log, anIncident('a'));
    const consoles = [await shared.start(), await shared.start()];
    const clicks = [0, 1, 0, 1, 0].map((n) => consoles[n]?.act(id, { type: 'case.assigned', owner: 'b.leroy' }, 'one'));
    expect((await Promise.all(clicks)).map((answer) => answer?.status)).toEqual([200, 200, 200, 200, 200]);
    for (const one of consoles) {
      await all(
        one,
        shared.log.frames({ topic: topics.actions, partition: 0 }).length +
          shared.log.frames({ topic: topics.actions, partition: 1 }).length,
      );
      expect((await one.get(`/v1/cases/${id}/timeline`)).body['lines']).toHaveLength(2);
      expect((await one.get(`/v1/cases/${id}`)).body['case']).toMatchObject({ owner: 'b.leroy', version: 2 });
    }
    expect((await consoles[0]?.act(id, { type: 'case.acknowledged' }, 'one'))?.body).toMatchObject({ error: 'key_used' });
  });

  it('counts a click once, however often it comes again', async () => {
    await tell(shared.log, anIncident('a'));
    const one = await shared.start();
    for (const key of ['one', 'one', 'two', 'one', 'two']) await one.act(id, { type: 'case.noted', text: 'asked the ward' }, key);
    const text = await one.app.get(Metrics).registry.metrics();
    expect(text).toMatch(/vigie_case_actions_total\{type="case.noted",effect="counted"[^}]*\} 2\n/);
  });

  it('measures how long a case waited for somebody, again when it came again, and nothing that took nobody', async () => {
    await tell(shared.log, anIncident('a', { changed_at: new Date(systemClock.now() - 100_000).toISOString() }));
    const one = await shared.start();
    for (const [key, body] of Object.entries({
      1: { type: 'case.noted', text: 'asked the ward' },
      2: { type: 'case.acknowledged' },
      3: { type: 'case.assigned', owner: 'b.leroy' },
      4: resolve,
      5: { type: 'case.reopened', reason: 'more' },
      6: { type: 'case.acknowledged' },
    }))
      await one.act(id, body, key);
    const text = await one.app.get(Metrics).registry.metrics();
    const of = (name: string) =>
      Number(
        new RegExp(`^vigie_case_acknowledge_seconds_${name}\\{.*level="high",policy="everybody".*\\} (.*)$`, 'm').exec(text)?.[1],
      );
    expect(of('count')).toBe(2);
    expect(Math.floor(of('sum') / 100)).toBe(1);
  });

  it('knows after a restart what was done before, from the log alone', async () => {
    await tell(shared.log, anIncident('a'));
    const first = await shared.start();
    await first.act(id, { type: 'case.noted', text: 'asked the ward' }, 'n');
    const before = await first.get(`/v1/cases/${id}`);
    await first.stop();
    shared.running.pop();
    expect((await (await shared.start()).get(`/v1/cases/${id}`)).body).toEqual(before.body);
  });

  it('finds a case by its first digits, leads on from what was linked, and asks for more where several begin so', async () => {
    const other = `${id.slice(0, 8)}${'0'.repeat(24)}`;
    await tell(
      shared.log,
      anIncident('a'),
      anIncident('b', { actor_id: 'nurse.2' }),
      anIncident('c', { incident_id: other, change_id: other }),
    );
    const one = await shared.start();
    expect((await one.get(`/v1/cases/${id.slice(0, 9)}`)).body).toMatchObject({ case: { case_id: id } });
    const several = await one.get(`/v1/cases/${id.slice(0, 4)}`);
    expect([several.status, several.body['error'], several.body['cases']]).toEqual([409, 'ambiguous', [id, other].toSorted()]);
    const b = anIncidentId('b');
    expect((await one.act(id, { type: 'case.linked', incident_ids: [b] }, 'l')).status).toBe(200);
    for (const below of ['', '/timeline', '/notifications'])
      expect(await one.get(`/v1/cases/${b}${below}`)).toMatchObject({ status: 303, location: `/v1/cases/${id}${below}` });
    expect((await one.get('/v1/cases/ab')).status).toBe(422);
    expect((await one.get('/v1/cases/0123456789')).status).toBe(404);
  });

  it('finds a case by each account that was linked to it', async () => {
    await tell(shared.log, anIncident('a', { actor_id: 'coder.1' }), anIncident('b', { actor_id: 'coder.2' }));
    const one = await shared.start();
    await one.pipeline.readToEnd();
    const casesOf = async (query: string) =>
      ((await one.get(`/v1/cases?${query}`)).body['cases'] as { case_id: string }[]).map(({ case_id: found }) => found);
    expect(await casesOf('account=coder.2')).toEqual([anIncidentId('b')]);
    expect((await one.act(id, { type: 'case.linked', incident_ids: [anIncidentId('b')] }, 'one')).status).toBe(200);
    for (const query of ['account=coder.1', 'account=coder.2', 'q=ODER.2']) expect(await casesOf(query)).toEqual([id]);
    expect(await casesOf('account=coder')).toEqual([]);
  });

  it('lists in pages of a hundred, the newest first, each case once', async () => {
    const minutes = Array.from({ length: 230 }, (_, n) => n);
    await tell(shared.log, ...minutes.map((minute) => aChange(`p${minute}`, 1, { minute, level: minute % 2 ? 'low' : 'high' })));
    const one = await shared.start();
    const seen: string[] = [];
    let path = '/v1/cases?level=low,high';
    for (let pages = 0; pages < 4; pages += 1) {
      const { body } = await one.get(path);
      const cases = body['cases'] as readonly { case_id: string; opened_at: string }[];
      expect(cases.map(({ opened_at }) => opened_at)).toEqual(
        cases
          .map(({ opened_at }) => opened_at)
          .toSorted()
          .toReversed(),
      );
      seen.push(...cases.map(({ case_id }) => case_id));
      if (body['next'] === null) break;
      path = `/v1/cases?level=low,high&cursor=${String(body['next'])}`;
    }
    expect([seen.length, new Set(seen).size]).toEqual([230, 230]);
    expect(((await one.get('/v1/cases?level=low')).body['cases'] as unknown[]).length).toBe(100);
    const message = async (query: string) => (await one.get(`/v1/cases?${query}`)).body['message'];
    expect((await one.get('/v1/cases?colour=red')).body).toMatchObject({ error: 'unfit_filter' });
    expect(await message('colour=red')).toMatch(/^there is no filter colour; there are status, level, owner, /);
    expect(await message('status=new,nope')).toBe(
      'the filter status has a value that it does not take: give new, acknowledged, on_hold, resolved',
    );
    expect(await message('from=yesterday')).toMatch(/^the filter from has .* as 2026-11-29T08:00:00Z$/);
    expect((await one.get(`/v1/cases?q=${anIncidentId('p7')}`)).body['cases']).toHaveLength(1);
  });

  it('gives what must be looked at first on the first of its pages, however much was opened since, where it is asked so', async () => {
    const minutes = Array.from({ length: 230 }, (_, n) => n);
    await tell(
      shared.log,
      aChange('worst', 1, { minute: 0, level: 'critical', patients: 12 }),
      ...minutes.map((minute) => aChange(`p${minute}`, 1, { minute: minute + 1, level: 'low', patients: minute })),
    );
    const one = await shared.start();
    await one.act(anIncidentId('p229'), { type: 'case.acknowledged' }, 'taken');
    const seen: { readonly case_id: string; readonly patients: number }[] = [];
    for (let next: unknown = ''; next !== null;) {
      const { body } = await one.get(`/v1/cases?order=urgent${next === '' ? '' : `&cursor=${String(next)}`}`);
      seen.push(...(body['cases'] as typeof seen));
      ({ next } = body);
    }
    expect(seen.map(({ patients }) => patients)).toEqual([12, ...minutes.slice(0, 229).toReversed(), 229]);
    expect(seen[0]?.case_id).toBe(anIncidentId('worst'));
    const { next } = (await one.get('/v1/cases?order=urgent')).body;
    expect((await one.get(`/v1/cases?cursor=${String(next)}`)).body).toMatchObject({ error: 'unfit_filter' });
  });

  it('asks who it is, shows what they may see, and lets do what they may', async () => {
    await tell(shared.log, anIncident('a'));
    const one = await shared.start();
    expect((await one.get('/v1/cases', '')).status).toBe(401);
    expect((await one.get('/v1/cases', 'nobody')).status).toBe(401);
    expect((await one.get(`/v1/cases/${id}`, 'elsewhere')).status).toBe(404);
    expect((await one.get('/v1/cases', 'elsewhere')).body['cases']).toEqual([]);
    expect((await one.get(`/v1/cases/${id}`, 'looks')).status).toBe(200);
    expect((await one.act(id, { type: 'case.acknowledged' }, 'k', 'looks')).status).toBe(403);
    const noBreach = { type: 'breach.qualified', controller_id: '750300123', is_breach: false, risk: 'none', reason: 'a test' };
    expect((await one.act(id, noBreach, 'k', 'a.durand')).status).toBe(403);
    expect((await one.act(id, noBreach, 'k', 'dpo')).status).toBe(200);
  });

  it('refuses what was sent after its clock ran out without a word why, and instants that cannot be', async () => {
    await tell(shared.log, anIncident('a', { clinics: ['990000001'], first_time: hours(100) }));
    const one = await shared.start();
    const breach = { controller_id: '990000001', is_breach: true, risk: 'high', reason: 'read', type: 'breach.qualified' };
    expect((await one.act(id, { ...breach, aware_at: hours(-9) }, '1', 'dpo')).body).toMatchObject({ field: 'aware_at' });
    expect((await one.act(id, { ...breach, aware_at: hours(74) }, '2', 'dpo')).status).toBe(200);
    const sent = {
      type: 'dossier.sent',
      controller_id: '990000001',
      authority: 'cnil',
      phase: 'initial',
      sent_at: hours(1),
      reference: 'N-1',
    };
    expect(await one.act(id, sent, '3', 'dpo')).toMatchObject({ status: 422, body: { field: 'delay_reason' } });
    expect((await one.act(id, { ...sent, delay_reason: 'the portal was down' }, '4', 'dpo')).status).toBe(200);
    expect((await one.act(id, { ...sent, phase: 'complementary' }, '5', 'dpo')).status).toBe(200);
  });

  it('takes an awareness of more than a day after somebody took the case, and says that an authority will ask why', async () => {
    await tell(shared.log, anIncident('a', { clinics: ['990000001'] }));
    const one = await shared.start();
    const breach = { controller_id: '990000001', is_breach: true, risk: 'high', reason: 'read', type: 'breach.qualified' };
    await one.act(id, { type: 'case.acknowledged' }, '1');
    one.wait(20 * 3_600_000);
    await one.act(id, { type: 'case.noted', text: 'asked the ward' }, '2');
    expect((await one.act(id, { ...breach, aware_at: hours(-20) }, '3', 'dpo')).body).not.toHaveProperty('warnings');
    one.wait(6 * 3_600_000);
    const { status, body } = await one.act(id, { ...breach, aware_at: hours(-26) }, '4', 'dpo');
    expect([status, body['warnings']]).toEqual([200, [expect.stringContaining('an authority will ask why')]]);
  });

  it.each([
    { type: 'breach.qualified', is_breach: false, risk: 'none', reason: 'a test' },
    { type: 'breach.informed', informed_at: hours(0), by_whom: 'the dpo' },
    { type: 'dossier.sent', authority: 'cnil', phase: 'initial', sent_at: hours(0), reference: 'N-1' },
    { type: 'dossier.people_informed', mode: 'letter', count: 3, first_at: hours(0), last_at: hours(0) },
  ])('takes of a breach what is said of a controller of the case only: $type', async (body) => {
    await tell(shared.log, anIncident('a', { first_time: hours(100) }));
    const one = await shared.start();
    const of = (controller_id: string) => one.act(id, { ...body, controller_id }, controller_id, 'dpo');
    expect(await of('990000009')).toMatchObject({ status: 422, body: { error: 'unfit_action', field: 'controller_id' } });
    expect((await of('750300123')).body).not.toMatchObject({ field: 'controller_id' });
  });

  it('knows of whom a breach is said by the register, also by one that was changed just now', async () => {
    await tell(shared.log, anIncident('a', { clinics: ['990000001', '990000002'], first_time: hours(100) }));
    const one = await shared.start();
    const of = (controller: string, key: string) => one.act(id, qualified(controller), key, 'dpo');
    expect((await of('aleo-north', '1')).body).toMatchObject({ field: 'controller_id' });
    await one.lists.putClinics([aClinic('990000001', 'aleo-north'), aClinic('990000003', 'aleo-south')]);
    expect((await of('aleo-north', '2')).body).toMatchObject({ case: { controllers: ['990000002', 'aleo-north'] } });
    expect((await of('990000001', '3')).body).toMatchObject({ field: 'controller_id' });
    const found = { type: 'case.resolved', verdict: 'true_positive', reason: 'it was' };
    expect((await one.act(id, found, '4')).body).toMatchObject({ controllers: ['990000002'] });
    await one.pipeline.writer.flush();
    expect(one.store.rows('case_states')).toMatchObject([{ controllers: ['990000002', 'aleo-north'] }]);
  });

  it('takes a list of a wider scope of any controller of the group, and what is said of that list', async () => {
    await tell(shared.log, anIncident('a', { clinics: ['990000001'], first_time: hours(100) }));
    const one = await shared.start();
    await one.lists.putClinics([aClinic('990000003', 'aleo-south')]);
    const digests = { snapshot_id: 'd'.repeat(32), list_sha256: 'e'.repeat(64) };
    const frozen = { type: 'dossier.frozen', ...digests, number: 1, manifest_sha256: 'f'.repeat(64), patients: 3, exposed: 3 };
    const result = { type: 'dossier.resolution', ...digests, pseudonyms: 3, matched: 3, unmatched: 0, persons: 2 };
    const of = (body: object, controller_id: string, key: string) => one.act(id, { ...body, controller_id }, key, 'dpo');
    expect((await of(frozen, 'elsewhere', '1')).body).toMatchObject({ field: 'controller_id' });
    expect((await of(result, 'aleo-south', '2')).body).toMatchObject({ field: 'controller_id' });
    expect((await of(frozen, 'aleo-south', '3')).status).toBe(200);
    expect((await of(result, '990000001', '4')).body).toMatchObject({ field: 'controller_id' });
    expect((await of({ ...result, list_sha256: '0'.repeat(64) }, 'aleo-south', '5')).body).toMatchObject({
      field: 'list_sha256',
    });
    expect((await of(result, 'aleo-south', '6')).status).toBe(200);
    expect((await one.act(id, qualified('aleo-south'), '7', 'dpo')).status).toBe(200);
  });

  it('says nothing of a breach before it knows of whom', async () => {
    await tell(shared.log, anIncident('a'));
    const lists = new MemoryLists();
    const { clinics } = lists;
    lists.clinics = () => Promise.reject(new Transient('the store does not answer'));
    const one = await shared.start(lists);
    expect(await one.act(id, qualified('750300123'), '1', 'dpo')).toMatchObject({ status: 503, body: { error: 'store_away' } });
    const found = { type: 'case.resolved', verdict: 'true_positive', reason: 'it was' };
    expect((await one.act(id, found, '2')).status).toBe(503);
    expect((await one.act(id, { type: 'case.acknowledged' }, '3')).status).toBe(200);
    lists.clinics = clinics;
    await one.app.get(ControllerRegister).read();
    expect((await one.act(id, qualified('750300123'), '1', 'dpo')).status).toBe(200);
  });

  it('does not link what was never told, though its id leads to a case', async () => {
    const merged = anIncident('m', { change_type: 'incident.merged', state: 'merged', merged_into: id });
    await tell(shared.log, anIncident('a'), anIncident('b', { actor_id: 'nurse.2' }), merged);
    const one = await shared.start();
    expect(
      (await one.act(anIncidentId('b'), { type: 'case.linked', incident_ids: [anIncidentId('m')] }, 'l')).body,
    ).toMatchObject({
      error: 'unknown_incident',
      field: 'incident_ids',
    });
  });

  it('links what is in the log, though it has not read it yet', async () => {
    await tell(shared.log, anIncident('a'));
    const log = shared.log.connect();
    const gate = holdBack(log);
    const one = await RunningConsole.start(log, 20_010);
    shared.running.push(one);
    const names = ['b', 'c', 'd', 'e'];
    gate.closed = true;
    for (const name of names) {
      await tell(shared.log, anIncident(name, { actor_id: `nurse.${name}` }));
      gate.closed = true;
      const answer = await one.act(id, { type: 'case.linked', incident_ids: [anIncidentId(name)] }, name);
      expect([name, answer.status, answer.body['effect']]).toEqual([name, 200, 'counted']);
    }
  });

  it.each<[string, (positions: Positions) => ReturnType<Positions>]>([
    ['is away', () => Promise.reject(new Transient('Kafka did not answer'))],
    ['refuses', () => Promise.reject(new Error('the group may not be described'))],
    ['never answers', () => new Promise(() => {})],
    ['has more than was read in time', (positions) => positions()],
  ])('says that it is not known whether a link was taken, and takes it later, where the log %s', async (_what, asked) => {
    await tell(shared.log, anIncident('a'));
    const log = shared.log.connect();
    const gate = holdBack(log);
    gate.asked = asked;
    const one = await RunningConsole.start(log, 20_010, undefined, { VIGIE_CONSOLE_ACK_SECONDS: '0.2' });
    shared.running.push(one);
    gate.closed = true;
    await tell(shared.log, anIncident('b'));
    const link = () => one.act(id, { type: 'case.linked', incident_ids: [anIncidentId('b')] }, 'key');
    const { status, body } = await link();
    expect([status, body['error'], body['message']]).toEqual([
      503,
      'not_known',
      expect.stringMatching(/log .*Ask again with the same/),
    ]);
    gate.closed = false;
    while (!one.pipeline.book.caseOf(anIncidentId('b'), systemClock.now())) await systemClock.sleep(2);
    expect((await link()).body).toMatchObject({ effect: 'counted', case: { incident_ids: [id, anIncidentId('b')] } });
  });

  it('takes no incident of another group into a case, though account, clinic and whoever asks are the same', async () => {
    await tell(shared.log, anIncident('a'), anIncident('b', { group_id: 'helix' }), anIncident('c'));
    const one = await shared.start();
    const link = (...names: readonly string[]) =>
      one.act(id, { type: 'case.linked', incident_ids: names.map(anIncidentId) }, names.join());
    for (const names of [['b'], ['c', 'b']]) {
      const { status, body } = await link(...names);
      expect([status, body['error'], body['field']]).toEqual([422, 'other_group', 'incident_ids']);
    }
    expect((await link('c')).status).toBe(200);
  });

  it('resolves what was found true once each controller was told, or with a reason', async () => {
    await tell(shared.log, anIncident('a', { clinics: ['990000001', '990000002'] }));
    const one = await shared.start();
    const found = { type: 'case.resolved', verdict: 'true_positive', reason: 'it was' };
    expect((await one.act(id, found, '1')).body).toMatchObject({
      error: 'not_qualified',
      controllers: ['990000001', '990000002'],
    });
    await one.act(id, qualified('990000001'), '2', 'dpo');
    expect((await one.act(id, found, '3')).body).toMatchObject({ controllers: ['990000002'] });
    expect((await one.act(id, { ...found, not_qualified_reason: 'it is closed' }, '4')).status).toBe(200);
  });

  it.each([
    ['without a key', { type: 'case.acknowledged' }, ''],
    ['of no known type', { type: 'case.forgotten' }, 'k'],
    ['with a field that it does not take', { type: 'case.acknowledged', by: 'somebody.else' }, 'k'],
    ['resolved without a verdict', { type: 'case.resolved', reason: 'x' }, 'k'],
    ['held for more than a week', { type: 'case.held', reason: 'x', until: '2099-01-01T00:00:00.000Z' }, 'k'],
    ['linked with what nobody knows', { type: 'case.linked', incident_ids: ['f'.repeat(32)] }, 'k'],
    ['that takes the first incident out', { type: 'case.unlinked', incident_id: id, reason: 'x' }, 'k'],
    ...['185057800608436', '1 85 05 78 006 084 36', '2850578006084', '1.85.05.2A.006.084', 'ipp-123456'].map(
      (text) => [`that names a patient, ${text}`, { type: 'case.noted', text: `seen: ${text}, again` }, 'k'] as const,
    ),
  ] as const)('refuses an action %s, writes nothing and repeats nothing', async (_name, body, key) => {
    await tell(shared.log, anIncident('a'));
    const one = await shared.start();
    const answer = await one.act(id, body, key);
    expect(answer.status).toBe(422);
    for (const text of Object.values(body))
      if (String(text).length > 12) expect(JSON.stringify(answer.body)).not.toContain(String(text));
    expect(shared.log.frames({ topic: topics.actions, partition: 0 })).toEqual([]);
    expect(shared.log.frames({ topic: topics.actions, partition: 1 })).toEqual([]);
  });

  it('answers what reaches no handler with a word and a sentence too', async () => {
    const one = await shared.start();
    const headers = { authorization: 'Bearer nobody', 'content-type': 'application/json' };
    const asked = [
      { method: 'GET', url: '/v1/nothing' },
      { method: 'POST', url: `/v1/cases/${id}/actions`, headers, payload: '{"type":' },
      { method: 'POST', url: `/v1/cases/${id}/actions`, headers: { ...headers, 'content-type': 'text/x' }, payload: 'x' },
      { method: 'POST', url: `/v1/cases/${id}/actions`, headers, payload: `"${'x'.repeat(2_000_000)}"` },
    ] as const;
    const answers = await Promise.all(asked.map((request) => one.app.inject(request)));
    expect(answers.map((answer) => [answer.statusCode, Object.keys(answer.json()), answer.json().error])).toEqual([
      [404, ['error', 'message'], 'not_found'],
      [400, ['error', 'message'], 'unreadable_body'],
      [415, ['error', 'message'], 'unknown_media_type'],
      [413, ['error', 'message'], 'too_large'],
    ]);
  });

  it('writes the cases down, those that were joined to another among them', async () => {
    await tell(shared.log, anIncident('a'), anIncident('b', { actor_id: 'nurse.2' }));
    const one = await shared.start();
    await one.act(id, { type: 'case.linked', incident_ids: [anIncidentId('b')] }, 'l');
    await one.pipeline.writer.flush();
    expect(one.store.rows('case_states')).toMatchObject([
      { case_id: id, joined_into: '', status: 'acknowledged', patients: 80 },
      { case_id: anIncidentId('b'), joined_into: id },
    ]);
  });
});

function aClinic(clinic_id: string, controller_id: string): Clinic {
  return { group_id: 'aleo', clinic_id, controller_id, name: clinic_id, opened_at: null, closed_at: null };
}

/** So many hours ago. */
function hours(n: number): string {
  return new Date(systemClock.now() - n * 3_600_000).toISOString();
}

function qualified(controller_id: string): object {
  const aware_at = new Date(systemClock.now()).toISOString();
  return { type: 'breach.qualified', controller_id, is_breach: true, risk: 'high', reason: 'read', aware_at };
}

/** Resolves when so many frames of actions are in the book of a console. */
async function all(one: RunningConsole, frames: number): Promise<void> {
  for (;;) {
    const positions = (await one.pipeline.membership?.positions()) ?? [];
    const next = positions.filter(({ topic }) => topic === topics.actions).reduce((sum, position) => sum + position.next, 0);
    if (next >= frames) return;
    await systemClock.sleep(2);
  }
}

type Positions = () => Promise<readonly Position[]>;

/** A log whose frames come while its gate is open; whoever asks how far it was read opens it, where nothing else is said. */
function holdBack(log: EventLog): { closed: boolean; asked: (positions: Positions) => ReturnType<Positions> } {
  const gate = { closed: false, asked: (positions: Positions) => positions().finally(() => (gate.closed = false)) };
  const join = log.join.bind(log);
  log.join = async (options, reader) => {
    const frames = reader.frames.bind(reader);
    reader.frames = async (...given) => {
      while (gate.closed) await systemClock.sleep(1);
      return frames(...given);
    };
    const membership = await join(options, reader);
    const positions = membership.positions.bind(membership);
    membership.positions = () => gate.asked(positions);
    return membership;
  };
  return gate;
}
