import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import * as fc from 'fast-check';
import { aDossierInput } from '#libs/dossier/dossier.fixture.js';
import { fileNames } from '#libs/dossier/files/dossier-files.js';
import type { MemoryLog } from '#libs/event-log/memory/memory-log.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { newLog, tell } from '../console-log.fixture.js';
import { RunningConsole, testUsers } from '../console.fixture.js';
import { ConsoleModule } from '../console.module.js';
import { CONSOLE_CONFIG } from '../config.js';

/** Of a case that people of another clinic must not hear of: nothing of it is in any answer to them. */
const id = anIncidentId('a');
const snapshotId = 'ab'.repeat(16);
const muteId = 'cd'.repeat(16);
const secrets = ['dr.secret', '750300123', 'asked the ward', 'the audit of the archive'];

const outsiders = testUsers.filter(({ clinics }) => clinics !== undefined).map(({ id: user }) => user);

interface Way {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
}

/** Every route of every controller. */
function waysOf(one: RunningConsole): readonly Way[] {
  const { controllers = [] } = ConsoleModule.forConfig(one.app.get(CONSOLE_CONFIG));
  return controllers.flatMap((controller) => {
    const bases = [Reflect.getMetadata(PATH_METADATA, controller) ?? ''].flat();
    return Object.getOwnPropertyNames(controller.prototype).flatMap((name) => {
      const handler = controller.prototype[name];
      const method = Reflect.getMetadata(METHOD_METADATA, handler);
      if (method === undefined) return [];
      const paths: readonly string[] = [Reflect.getMetadata(PATH_METADATA, handler)].flat();
      const verb = RequestMethod[method] as Way['method'];
      return bases.flatMap((base) => paths.map((path) => ({ method: verb, path: `/${base}/${path}`.replaceAll(/\/+/g, '/') })));
    });
  });
}

describe('what people of other clinics are answered', () => {
  let log: MemoryLog;
  let one: RunningConsole;
  beforeAll(async () => {
    log = newLog();
    await tell(
      log,
      aChange('a', 1, { actor_id: 'dr.secret', rule_matches: [fired] }),
      aChange('b', 1, { actor_id: 'theirs', clinics: ['990000009'] }),
    );
    one = await RunningConsole.start(log.connect(), 20_000);
    await one.act(id, { type: 'case.noted', text: 'asked the ward' }, 'k');
    one.patients.invent(120);
    one.shelf.made = aDossierInput();
    one.shelf.frozen = [frozen()];
    const muted = {
      starts_at: '2026-01-05T09:00:00.000Z',
      ends_at: '2999-01-05T09:00:00.000Z',
      created_at: '2026-01-05T09:00:00.000Z',
      updated_at: '2026-01-05T09:00:00.000Z',
    };
    one.mutes.rows.set(muteId, {
      mute_id: muteId,
      group_id: 'helix',
      actor_id: 'dr.secret',
      clinic_id: '750300123',
      rule_id: '',
      level_max: '',
      owner: 'b.leroy',
      reason: 'the audit of the archive',
      covers_critical: false,
      created_by: 'b.leroy',
      removed: false,
      ...muted,
    });
  });
  afterAll(() => one.stop());

  it('is of every route, and holds nothing of a case that they do not see', async () => {
    const ways = waysOf(one).filter(({ path }) => path.startsWith('/v1/') && path !== '/v1/stream');
    expect(ways.length).toBeGreaterThan(25);
    // Whoever may see everything is answered on them: a typing mistake in this test would find nothing.
    const seen = await Promise.all(
      [
        `/v1/cases/${id}`,
        `/v1/cases/${id}/patients`,
        `/v1/cases/${id}/snapshots`,
        `/v1/cases/${id}/why`,
        `/v1/cases/${id}/accesses?incident=${id}&rule=mass-access-10m`,
        '/v1/accounts/helix/dr.secret',
        '/v1/mutes',
        '/v1/cases',
      ].map((path) => one.get(path, 'dpo')),
    );
    expect(seen.map(({ body }) => secrets.some((secret) => JSON.stringify(body).includes(secret)))).toEqual(
      Array.from({ length: 8 }, () => true),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ways),
        fc.constantFrom(...outsiders),
        requests,
        async ({ method, path }, user, { params, query, body, key }) => {
          const url = `${path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name as keyof typeof params])))}?${new URLSearchParams(query)}`;
          const answer = await one.app.inject({
            method,
            url,
            headers: { authorization: `Bearer ${user}`, 'idempotency-key': key },
            ...(method !== 'GET' && { payload: body }),
          });
          const sent = JSON.stringify([url, body]);
          // What they sent themselves may come back, as the name of who is muted.
          const told = secrets.filter((secret) => answer.body.includes(secret) && !sent.includes(secret));
          const named = [id, snapshotId, muteId, ...one.patients.lines.map(({ patient_id }) => patient_id)].filter(
            (hex) => answer.body.includes(hex) && !Object.values(query).includes(hex),
          );
          expect([
            told,
            named.slice(0, 1),
            answer.statusCode === 200 && path.includes(':id') ? `${method} ${url}` : undefined,
          ]).toEqual([[], [], undefined]);
        },
      ),
      { numRuns: casesOf(600, 10_000) },
    );
    // Nothing that they sent became an action, a mute or a snapshot.
    expect((await one.get(`/v1/cases/${id}`, 'dpo')).body['case']).toMatchObject({ version: 2, owner: '' });
    expect([one.mutes.rows.get(muteId)?.removed, one.shelf.freezings]).toEqual([false, 0]);
  });
});

const times = { first_fired: '2026-01-05T09:00:00.000Z', last_fired: '2026-01-05T09:01:00.000Z' };
const fired = {
  rule_id: 'mass-access-10m',
  title: 'Many patients',
  level: 'high',
  value: 40,
  threshold: 40,
  spread: 2,
  spread_threshold: 2,
  timespan_seconds: 600,
  ...times,
} as const;

/** What may be asked of a route: beginnings of ids too, and filters that name what is not theirs. */
const requests = fc.record({
  params: fc.record({
    id: fc.constantFrom(id, snapshotId, muteId, id.slice(0, 4), snapshotId.slice(0, 8), muteId.slice(0, 4), '', '%'),
    controller: fc.constantFrom('750300123', 'elsewhere'),
    name: fc.constantFrom(...fileNames, 'patients.csv'),
    group: fc.constantFrom('helix', 'aleo'),
    actor: fc.constantFrom('dr.secret', 'theirs'),
  }),
  query: fc.constantFrom<Record<string, string>>(
    {},
    { clinic: '750300123' },
    { q: 'dr.' },
    { status: 'new' },
    { owner: '' },
    { tier: 'exported' },
    { bins: '10' },
    { at: '2026-01-05T09:00:00.000Z' },
    { incident: id, rule: 'mass-access-10m' },
  ),
  body: fc.constantFrom<object>(
    { type: 'case.assigned', owner: 'elsewhere' },
    { type: 'case.noted', text: 'who is it' },
    { type: 'case.linked', incident_ids: [id] },
    { kind: 'initial' },
    { fields: { 'nature.cause': { value: 'other' } } },
    { group_id: 'helix', from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z', patients: ['0'.repeat(32)] },
    { group_id: 'helix', ends_at: '2999-01-01T00:00:00.000Z', owner: 'me', reason: 'because' },
    {},
  ),
  key: fc.constantFrom('k', 'other', 'k3'),
});

function frozen() {
  const digest = 'a'.repeat(64);
  return {
    snapshot_id: snapshotId,
    group_id: 'helix',
    case_id: id,
    controller_id: '750300123',
    number: 1,
    kind: 'initial',
    frozen_at: '2026-01-05T09:00:00.000Z',
    frozen_by: 'dpo',
    scope_version: 0,
    patients: 60,
    exposed: 58,
    per_tier: {},
    unnamed_records: 0,
    list_sha256: digest,
    manifest: '{}',
    manifest_sha256: digest,
    previous_sha256: '',
  } as const;
}
