import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { MemoryLists } from '#libs/access-store/memory/memory-lists.js';
import { ControllerRegister } from '#libs/case-log/controller-register.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import type { MemoryLog } from '#libs/event-log/memory/memory-log.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { newLog, tell } from '../console-log.fixture.js';
import { RunningConsole } from '../console.fixture.js';
import { call, writeTokens } from '../mcp/mcp.fixture.js';

/** The clinic of the readers, and those of others. `legal-own` answers for one of each. */
const own = '990000009';
const legal: Readonly<Record<string, string>> = {
  [own]: 'legal-own',
  '750300125': 'legal-own',
  '750300123': 'legal-a',
  '750300124': 'legal-b',
};
const others = Object.keys(legal).filter((clinic) => clinic !== own);
const words = [...others, 'legal-a', 'legal-b', '712345'];
const readers = ['elsewhere', 'dpo.elsewhere', 'looks.elsewhere'] as const;

/** Every figure that counts a patient of others is at least this, and no other number of an answer is. */
const foreignMin = 700_000;

interface Invented {
  readonly clinics: readonly string[];
  readonly fate: 'open' | 'grew' | 'withdrawn';
}

const spans = ({ clinics }: Pick<Invented, 'clinics'>): boolean => clinics.some((clinic) => clinic !== own);

/** The changes of an incident. */
function changesOf(name: string, place: number, { clinics, fate }: Invented): readonly IncidentChange[] {
  const patients = spans({ clinics }) ? foreignMin + place : 3 + place;
  const match = {
    rule_id: 'mass-access-10m',
    title: 'Many patients',
    level: 'high',
    value: patients,
    threshold: 40,
    spread: patients,
    spread_threshold: 2,
    timespan_seconds: 600,
    first_fired: '2026-01-05T09:00:00.000Z',
    last_fired: '2026-01-05T09:01:00.000Z',
  } as const;
  const figures: Partial<IncidentChange> = {
    clinics: [...clinics],
    patients,
    patients_at_firing: patients,
    patients_at_detection: patients,
    step: patients,
    account_count: patients,
    subject_kind: 'source_ip',
    rule_matches: [match],
  };
  const grown = { open: [], grew: [{}], withdrawn: [{ state: 'withdrawn', change_type: 'incident.withdrawn' }] } as const;
  return [aChange(name, 1, figures), ...grown[fate].map((more) => aChange(name, 2, { ...figures, ...more }))];
}

const worlds = fc.record({
  incidents: fc.array(
    fc.record<Invented>({
      clinics: fc.uniqueArray(fc.constantFrom(own, ...others), { minLength: 1 }),
      fate: fc.constantFrom('open', 'grew', 'withdrawn'),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  isLinked: fc.boolean(),
  leaves: fc.boolean(),
});

/** What readers try; nothing of it names what they do not know but one controller, which must not come back either. */
const tries = [
  { type: 'case.noted', text: 'ours' },
  { type: 'case.reopened', reason: 'ours' },
  { type: 'case.resolved', verdict: 'true_positive', reason: 'ours' },
  { type: 'breach.informed', controller_id: 'legal-a', informed_at: '2026-01-05T10:00:00.000Z', by_whom: 'ours' },
  { type: 'breach.informed', controller_id: 'legal-own', informed_at: '2026-01-05T11:00:00.000Z', by_whom: 'ours' },
];

interface World {
  readonly incidents: readonly Invented[];
  readonly isLinked: boolean;
  readonly leaves: boolean;
}

/** Tried each time: a linked case of which one incident is theirs alone, one that spans, and one whose own incident spans and was withdrawn. */
const always: [World, (typeof readers)[number], object][] = [
  [{ incidents: [{ clinics: [own], fate: 'grew' }, { clinics: others, fate: 'open' }], isLinked: true, leaves: false }, 'dpo.elsewhere', tries[2] ?? {}],
  [{ incidents: [{ clinics: [own, ...others], fate: 'grew' }, { clinics: others, fate: 'open' }], isLinked: true, leaves: true }, 'elsewhere', tries[3] ?? {}],
  [{ incidents: [{ clinics: [own, ...others], fate: 'withdrawn' }, { clinics: [own], fate: 'open' }], isLinked: true, leaves: false }, 'dpo.elsewhere', tries[0] ?? {}],
]; // prettier-ignore

/** What people who see everything do with the case of a first incident. Of others they write where the case has ever touched others. */
function deedsOn(ids: readonly string[], { incidents, isLinked, leaves }: World): readonly object[] {
  const [, ...rest] = ids;
  const said = incidents.slice(0, isLinked ? undefined : 1).some(spans)
    ? '712345 patients of 750300123, says legal-a'
    : 'nothing of others';
  const digests = { list_sha256: 'a'.repeat(64), manifest_sha256: 'b'.repeat(64) };
  const of = (controller_id: string) => [
    { type: 'breach.informed', controller_id, informed_at: '2026-01-05T10:00:00.000Z', by_whom: said },
    {
      type: 'breach.qualified',
      controller_id,
      is_breach: true,
      aware_at: '2026-01-05T10:00:00.000Z',
      risk: 'high',
      reason: said,
    },
    {
      type: 'dossier.frozen',
      controller_id,
      snapshot_id: 'ab'.repeat(16),
      number: 1,
      ...digests,
      patients: foreignMin + 9,
      exposed: foreignMin,
    },
    { type: 'dossier.answered', controller_id, answers: { 'people.count': '712345' }, answers_seen: { 'people.count': '' } },
  ];
  return [
    { type: 'case.noted', text: said },
    ...(isLinked && rest.length > 0 ? [{ type: 'case.linked', incident_ids: rest }] : []),
    { type: 'case.measure', kind: 'containment', taken_at: '2026-01-05T10:00:00.000Z', text: said },
    { type: 'case.level_set', level: 'critical', reason: said },
    ...['legal-own', 'legal-a', 'legal-b'].flatMap(of),
    ...(isLinked && leaves && rest[0] !== undefined ? [{ type: 'case.unlinked', incident_id: rest[0], reason: said }] : []),
    { type: 'case.held', until: new Date(Date.now() + 3_600_000).toISOString(), reason: said },
  ];
}

describe('a case that spans clinics', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-spanning-'));
  let log: MemoryLog;
  let one: RunningConsole;
  beforeAll(async () => {
    log = newLog();
    const lists = new MemoryLists();
    await lists.putClinics(
      Object.entries(legal).map(([clinic_id, controller_id]) => ({
        group_id: 'aleo',
        clinic_id,
        controller_id,
        name: clinic_id,
        opened_at: null,
        closed_at: null,
      })),
    );
    one = await RunningConsole.start(log.connect(), 20_000, lists, { VIGIE_MCP_TOKENS_FILE: writeTokens(folder) });
    await one.app.get(ControllerRegister).read();
    one.patients.invent(9);
  });
  afterAll(async () => {
    await one?.stop();
    rmSync(folder, { recursive: true });
  });

  it('is answered to whoever sees one of them with nothing of the others', async () => {
    let number = 0;
    const seen = { shown: 0, partial: 0, exact: 0, taken: 0 };
    await fc.assert(
      fc.asyncProperty(worlds, fc.constantFrom(...readers), fc.constantFrom(...tries), async (world, reader, wish) => {
        const { incidents } = world;
        const run = (number += 1);
        const names = incidents.map((_, place) => `spanning ${run} ${place}`);
        const ids = names.map(anIncidentId);
        const listener = one.pipeline.feed.listen({ id: reader, roles: ['reader'], clinics: [own] }, undefined);
        await tell(log, ...incidents.flatMap((incident, place) => changesOf(names[place] ?? '', place, incident)));
        await one.pipeline.readToEnd();
        for (const [place, deed] of deedsOn(ids, world).entries())
          seen.taken += (await one.act(ids[0] ?? '', deed, `k${place}`, 'dpo')).status === 200 ? 1 : 0;
        one.pipeline.feed.look(Date.now());

        const answers = await answersTo(one, reader, ids, wish);
        answers.push({ of: 'stream', body: String(listener.read() ?? '') });
        listener.destroy();
        expect(answers.flatMap(({ of, body }) => foreignIn(body).map((what) => `${of}: ${what}`))).toEqual([]);

        for (const id of ids) {
          const { case: row } = (await one.get(`/v1/cases/${id}`, reader)).body as {
            readonly case?: { readonly case_id: string; readonly patients: number | null };
          };
          if (!row) continue;
          const expected = await naivelySeen(one, row.case_id);
          expect([row.case_id, row.patients]).toEqual([row.case_id, expected]);
          seen.shown += 1;
          seen[expected === null ? 'partial' : 'exact'] += 1;
        }
      }),
      { numRuns: casesOf(10, 300), examples: always },
    );
    // What is kept back was there: cases of both kinds, and most of what people did.
    expect(Object.entries(seen).filter(([, count]) => count === 0)).toEqual([]);
    const whole = await Promise.all(['', `/${anIncidentId('spanning 2 0')}`].map((path) => one.get(`/v1/cases${path}`, 'dpo')));
    expect(whole.every(({ body }) => foreignIn(JSON.stringify(body)).length > 0)).toBe(true);
  });

  it('leads nobody to it by an incident that is not theirs, however much of its id they know', async () => {
    const [ours, theirs] = [anIncidentId('led ours'), anIncidentId('led theirs')];
    await tell(
      log,
      ...changesOf('led ours', 0, { clinics: [own], fate: 'open' }),
      ...changesOf('led theirs', 1, { clinics: others, fate: 'open' }),
    );
    await one.act(ours, { type: 'case.linked', incident_ids: [theirs] }, 'led', 'dpo');
    const asked = async (id: string, user: string) => (await one.get(`/v1/cases/${id}`, user)).status;
    expect([await asked(theirs, 'dpo'), await asked(theirs.slice(0, 8), 'dpo'), await asked(ours, 'elsewhere')]).toEqual([
      303, 303, 200,
    ]);
    const none = await one.get(`/v1/cases/${anIncidentId('led nobody')}`, 'elsewhere');
    for (const id of [theirs, theirs.slice(0, 8), theirs.slice(0, 4)]) {
      expect(await one.get(`/v1/cases/${id}`, 'elsewhere')).toEqual(none);
      const [told, unknown] = await Promise.all([id, 'ffff'].map((case_id) => call(one.app, 'far', 'get_case', { case_id })));
      expect(told).toEqual(unknown);
    }
  });
});

interface Heard {
  readonly of: string;
  readonly body: string;
}

/** Everything that a reader, and an assistant with a token of the same clinic, is told of some incidents. */
async function answersTo(one: RunningConsole, reader: string, ids: readonly string[], wish: object): Promise<Heard[]> {
  const parts = [
    '',
    '/timeline',
    '/notifications',
    '/shape',
    '/clinics',
    '/patients',
    '/why',
    '/snapshots',
    '/dossier/legal-own',
  ];
  const paths = [
    '/v1/cases',
    '/v1/cases?clinic=750300123',
    '/v1/summary',
    '/v1/mutes',
    ...ids.flatMap((id) => parts.map((part) => `/v1/cases/${id}${part}`)),
    ...ids.flatMap((id) => ids.map((incident) => `/v1/cases/${id}/accesses?incident=${incident}&rule=mass-access-10m`)),
    '/v1/accounts/aleo/dr.martin',
  ];
  const heard: Heard[] = [];
  for (const path of paths) heard.push({ of: path, body: JSON.stringify((await one.get(path, reader)).body) });
  for (const [place, id] of ids.entries())
    heard.push({ of: JSON.stringify(wish), body: JSON.stringify((await one.act(id, wish, `${reader} ${place}`, reader)).body) });
  for (const [tool, given] of [['list_cases', {}], ...ids.map((case_id) => ['case_timeline', { case_id }])] as const)
    heard.push({ of: String(tool), body: (await call(one.app, 'far', String(tool), Object(given))).content?.[0]?.text ?? '' });
  return heard;
}

/** Words and figures of others in an answer. */
function foreignIn(body: string): readonly string[] {
  const numbers = (body.match(/(?<=[:[,])\d{6,}(?=[,}\]])/g) ?? []).filter((digits) => Number(digits) >= foreignMin);
  return [...words.filter((word) => body.includes(word)), ...numbers];
}

/** By what the whole case has: what its incidents of their clinic alone come to, and null where one of another clinic too is among theirs. */
async function naivelySeen(one: RunningConsole, caseId: string): Promise<number | null> {
  const { body } = await one.get(`/v1/cases/${caseId}`, 'dpo');
  const all = (body as { readonly incidents: readonly IncidentChange[] }).incidents;
  const live = all.filter(({ state }) => state === 'open');
  const theirs = (live.length > 0 ? live : all).filter(({ clinics }) => clinics.includes(own));
  return theirs.some(spans) ? null : theirs.reduce((sum, { patients }) => sum + patients, 0);
}
