import { execFile, spawnSync } from 'node:child_process';
import { hash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual, promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { strFromU8, unzipSync } from 'fflate';
import { copyMigrated } from '#libs/access-store/clickhouse/migrated-store.fixture.js';
import { compiledModule, projectRoot } from '#libs/runtime/paths.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { RunningVigie, startMsMax } from '#libs/testkit/running-vigie.js';
import { findWithLibraries } from '../../scripts/debian-tool.mjs';

const clinics = ['750300123', '690300456', '130300789'];
const began = Date.parse('2026-01-05T08:00:00Z');
const daySeconds = 86_400;
const folder = mkdtempSync(join(tmpdir(), 'vigie-figures-'));
const files = {
  clinics: join(folder, 'clinics.csv'),
  keys: join(folder, 'keys'),
  tokens: join(folder, 'tokens.json'),
  lists: join(folder, 'lists'),
};
const assistant = randomBytes(32).toString('base64url');
const keys = { old: randomBytes(32).toString('base64'), young: randomBytes(32).toString('base64') };
const pdfReader = findWithLibraries('poppler-utils', 'pdftotext');
let vigie: RunningVigie;
let env: Readonly<Record<string, string>>;

/** `patients` by number, one every some seconds after `from`, seconds since `began`, by turns in each clinic. */
function reads(actor: string, patients: readonly number[], from: number, every = 5): readonly object[] {
  return patients.map((patient, index) => {
    const at = from + index * every;
    const place = ((patient % clinics.length) + clinics.length) % clinics.length;
    return {
      id: `${actor} ${patient} ${at}`,
      time: new Date(began + at * 1000).toISOString(),
      clinic_id: clinics[place],
      actor_id: actor,
      action: 'read',
      patient_ids: [`IPP-55512${1000 + patient}`],
    };
  });
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

interface ShownCase {
  readonly case: { readonly case_id: string; readonly patients: number; readonly patients_settled: boolean };
  readonly incidents: readonly { readonly incident_id: string; readonly patients: number }[];
}

async function ask(path: string, body?: object, key = ''): Promise<string> {
  const headers = {
    authorization: `Bearer ${readFileSync(join(vigie.dataDir, 'keys', 'console.token'), 'utf8').trim()}`,
    'content-type': 'application/json',
    ...(key && { 'idempotency-key': key }),
  };
  const answer = await fetch(`${vigie.url('console')}${path}`, {
    headers,
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
  return text;
}

const json = async <T>(path: string, body?: object, key?: string): Promise<T> => JSON.parse(await ask(path, body, key)) as T;
let acts = 0;
const act = (id: string, body: object) => json<ShownCase>(`/v1/cases/${id}/actions`, body, `act-${(acts += 1)}`);
const shows = (id: string, patients: number) =>
  vigie.until(
    () => json<ShownCase>(`/v1/cases/${id}`),
    (shown) => shown.case.patients === patients && shown.case.patients_settled,
  );

/** What the first page says of all open cases together, and a dashboard of their incidents, which are all open. */
async function showsOpen(open: number): Promise<void> {
  const settled = { open, open_settled: true, clinics: clinics.length };
  await vigie.until(
    () => json<{ readonly patients: object }>('/v1/summary'),
    ({ patients }) => isDeepStrictEqual(patients, settled),
  );
  expect(Number((await vigie.sql(panel('Patients in open incidents')))[0]?.['patients'])).toBe(open);
}

/** The query of a panel for analysts, of all groups. */
function panel(title: string): string {
  const dashboard = readFileSync(join(projectRoot, 'deploy/grafana/dashboards/analysts.json'), 'utf8');
  const { panels } = JSON.parse(dashboard) as {
    readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly rawSql: string }[] }[];
  };
  return (
    panels.find((one) => one.title === title)?.targets?.[0]?.rawSql.replaceAll(/\$__conditionalAll\(.+?\), \$group\)/g, '1') ?? ''
  );
}

/** Lists that are not as long as the figure, by the question of analysts. */
async function unequal(): Promise<readonly unknown[]> {
  const query = readFileSync(join(projectRoot, 'libs/access-store/assistant/figures/list-equals-figure.sql'), 'utf8');
  return (await vigie.sql(query)).filter(({ figure, listed }) => figure !== listed);
}

async function command(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [compiledModule('cli/vigie'), ...args], {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  });
  return stdout;
}

async function tool(name: string, given: object): Promise<string> {
  const headers = {
    authorization: `Bearer ${assistant}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: given } });
  return (await fetch(`${vigie.url('console')}/mcp`, { method: 'POST', headers, body })).text();
}

/** The records of a CSV. */
function recordsOf(csv: string): readonly Record<string, string | undefined>[] {
  const [head = '', ...lines] = csv.trim().split('\n');
  return lines.map((line) => Object.fromEntries(head.split(',').map((name, place) => [name, line.split(',')[place]])));
}

/** How many different patients the records of a CSV name. */
const patientsOf = (csv: string) => patientsIn(recordsOf(csv));

/** How many different patients lines of lists name. */
const patientsIn = (lines: readonly Record<string, unknown>[]) => new Set(lines.map((line) => line['patient_id'])).size;

/** The figures of rows, by their ids. */
const each = (rows: readonly Record<string, unknown>[]) => Object.fromEntries(rows.map((row) => [row['id'], Number(row['n'])]));

/** What stands wherever people, programs and assistants read how many patients an incident or a case has; the list counted by whoever reads it. */
async function figures(id: string) {
  const shown = await json<ShownCase>(`/v1/cases/${id}`);
  const listed = await json<{ readonly cases: readonly ShownCase['case'][] }>('/v1/cases');
  const page = await json<{ readonly figure: { readonly patients: number } }>(`/v1/cases/${id}/patients`);
  const shape = await json<{ readonly total: number }>(`/v1/cases/${id}/shape`);
  const ids = shown.incidents.map((one) => `'${one.incident_id}'`).join();
  const number = async (query: string) => Number((await vigie.sql(query))[0]?.['n']);
  const lists = Map.groupBy(
    await vigie.sql(`SELECT incident_id, patient_id FROM vigie.incident_patients WHERE incident_id IN (${ids})`),
    (line) => String(line['incident_id']),
  );
  const told = JSON.parse(await command('dossier', 'figures', id, '--format', 'json')) as {
    readonly settled: string;
    readonly of_incidents: { readonly whole: { readonly patients: number } };
  };
  const spoken = /"patients":(\d+)/.exec(await tool('get_case', { case_id: id }))?.[1];
  const row = (await command('case', 'list', '--status', 'new,acknowledged,resolved'))
    .split('\n')
    .find((line) => line.startsWith(id.slice(0, 8)));
  const csv = await ask(`/v1/cases/${id}/patients.csv`);
  const byClinic = [...Map.groupBy(recordsOf(csv), (line) => line['clinic_id'])].map(([clinic, lines]) => [
    clinic,
    patientsIn(lines),
  ]);
  const { clinics: shownClinics } = await json<{
    readonly clinics: readonly { readonly clinic_id: string; readonly patients: number }[];
  }>(`/v1/cases/${id}/clinics`);
  expect(Object.fromEntries(shownClinics.map((one) => [one.clinic_id, one.patients]))).toEqual(Object.fromEntries(byClinic));
  expect(await unequal()).toEqual([]);
  return {
    settled: told.settled,
    incidents: {
      shown: Object.fromEntries(shown.incidents.map((one) => [one.incident_id, one.patients])),
      stored: each(await vigie.sql(`SELECT incident_id AS id, patients AS n FROM vigie.incidents WHERE incident_id IN (${ids})`)),
      // Of an incident that was withdrawn there is no list.
      listed: {
        ...Object.fromEntries(shown.incidents.map((one) => [one.incident_id, 0])),
        ...Object.fromEntries([...lists].map(([incident, lines]) => [incident, patientsIn(lines)])),
      },
    },
    figure: [
      shown.case.patients,
      listed.cases.find(({ case_id }) => case_id === id)?.patients,
      Number(spoken),
      await number(`SELECT patients AS n FROM vigie.cases WHERE case_id = '${id}'`),
      Number(row?.trim().split(/\s{2,}/)[3]),
    ],
    list: [
      page.figure.patients,
      shape.total,
      told.of_incidents.whole.patients,
      patientsOf(csv),
      patientsIn([...lists.values()].flat()),
    ],
  };
}

/** The figures of a case as they must stand: those of its incidents, and of all together. Once an erasure has gone over it, `judged` is what people judged by. */
const standing = (each: Readonly<Record<string, number>>, together: number, judged = together) => ({
  settled: 'settled',
  incidents: { stored: each, listed: each, shown: expect.anything() },
  figure: Array.from({ length: 5 }, () => judged),
  list: Array.from({ length: 5 }, () => together),
});

describe('how many patients', () => {
  const ids: Record<string, string> = {};
  const id = (actor: string) => ids[actor] ?? '';

  beforeAll(async () => {
    writeFileSync(
      files.clinics,
      [
        'group_id,clinic_id,name,opened_at,closed_at',
        ...clinics.map((clinic) => `helix,${clinic},${clinic},2010-01-01T00:00:00Z,`),
      ].join('\n'),
    );
    writeFileSync(files.keys, `helix:k1=${keys.old}\n`);
    const token = {
      name: 'desk',
      owner: 'a.durand',
      role: 'analyst',
      clinics: ['*'],
      actor: 'full',
      group_id: 'helix',
      expires: '2999-01-01T00:00:00.000Z',
      sha256: hash('sha256', assistant, 'hex'),
    };
    writeFileSync(files.tokens, JSON.stringify({ tokens: [token] }));
    mkdirSync(files.lists);
    const portBase = await freePortBase();
    await copyMigrated(join(folder, 'data'));
    const own = {
      VIGIE_MCP_TOKENS_FILE: files.tokens,
      VIGIE_CLINICS_FILE: files.clinics,
      VIGIE_PSEUDONYM_KEYS_FILE: files.keys,
      VIGIE_LISTS_DIR: files.lists,
    };
    vigie = await RunningVigie.start({ portBase, dataDir: join(folder, 'data'), env: own });
    env = { ...own, VIGIE_DATA_DIR: vigie.dataDir, VIGIE_PORT_BASE: String(portBase) };
    // Two who read thirty patients in common, one who reads alone, and one who seems to come back after forty days.
    await vigie.post([
      ...reads('a', range(0, 60), 0),
      ...reads('b', range(30, 90), 10),
      ...reads('d', range(200, 260), 20),
      ...reads('w', [500], -40 * daySeconds),
      ...reads('w', range(300, 325), 30, 20),
    ]);
    const rows = await vigie.until(
      () => vigie.sql('SELECT incident_id, actor_id, patients FROM vigie.incidents'),
      (all) => all.length === 4 && all.every(({ actor_id, patients }) => Number(patients) === (actor_id === 'w' ? 25 : 60)),
    );
    for (const { actor_id, incident_id } of rows) ids[String(actor_id)] = String(incident_id);
    await vigie.until(
      () => json<{ readonly cases: readonly unknown[] }>('/v1/cases'),
      ({ cases }) => cases.length === 4,
    );
  }, startMsMax);
  afterAll(async () => {
    await vigie?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is the same everywhere while a case has others in it, grows by late accesses and under a new key, and one of them is withdrawn', async () => {
    await act(id('a'), { type: 'case.acknowledged' });
    await act(id('a'), { type: 'case.linked', incident_ids: [id('b'), id('w')] });
    await shows(id('a'), 115);
    const { snapshot } = await json<{ readonly snapshot: { readonly snapshot_id: string; readonly patients: number } }>(
      `/v1/cases/${id('a')}/dossier/${clinics[0]}/freeze`,
      {},
      'frozen',
    );
    // A new key counts from a moment on, and is taken up before it: until then no row has it, and each that asks goes all the way.
    const youngFrom = Date.now() + 10_000;
    writeFileSync(files.keys, `helix:k2=${keys.young};from=${new Date(youngFrom).toISOString()}\nhelix:k1=${keys.old}\n`);
    await vigie.until(
      async () => Date.now(),
      (now) => now >= youngFrom,
    );
    let asked = 0;
    const isYoung = async () => {
      await vigie.post(reads('probe', [900 + asked], asked++));
      return vigie.sql("SELECT count() AS n FROM vigie.accesses WHERE key_id = 'k2'");
    };
    await vigie.until(isYoung, ([row]) => Number(row?.['n']) > 0);
    // Ten patients under their new pseudonym, ten new ones, ten whose accesses were long on their way; and an access that says that `w` was there all along.
    await vigie.post([
      ...reads('a', [...range(0, 10), ...range(100, 110)], 400),
      ...reads('a', range(110, 120), 301, 1),
      ...reads('w', [501], -10 * daySeconds),
    ]);
    await shows(id('a'), 110);
    expect(await figures(id('a'))).toEqual(standing({ [id('a')]: 80, [id('b')]: 60, [id('w')]: 0 }, 110));
    await showsOpen(170);
    // What was frozen stays what it was, in each of its files.
    const file = (name: string) => ask(`/v1/snapshots/${snapshot.snapshot_id}/files/${name}`);
    const patients = patientsOf(await file('patients.csv'));
    const register = (await file('register.csv'))
      .trim()
      .split('\n')
      .map((line) => line.split(','));
    const words = [
      await docxText(snapshot.snapshot_id, 'cnil.docx'),
      ...(pdfReader.reason === undefined ? [await pdfText(snapshot.snapshot_id, 'cnil.pdf')] : []),
    ];
    expect([
      snapshot.patients,
      Number(register[1]?.[register[0]?.indexOf('persons') ?? -1]),
      JSON.parse(await file('manifest.json')).figures.controller.patients,
      ...words.map((text) => Number(/Nombre approximatif\s*:\s*(\d+)/.exec(text)?.[1])),
    ]).toEqual(Array.from({ length: 3 + words.length }, () => patients));
  });

  it('is that of each of them again once they are apart', async () => {
    await act(id('a'), { type: 'case.unlinked', incident_id: id('b'), reason: 'somebody else' });
    await shows(id('a'), 80);
    expect(await figures(id('a'))).toEqual(standing({ [id('a')]: 80, [id('w')]: 0 }, 80));
    expect(await figures(id('b'))).toEqual(standing({ [id('b')]: 60 }, 60));
    // The thirty whom both have read are thirty people.
    await showsOpen(170);
  });

  it('grows by late accesses of an account that lists have left out since, also where the scorer has lost what it knew', async () => {
    const loadedAt = async () =>
      /^vigie_rules_loaded_time_seconds\S* (\S+)$/m.exec(await (await fetch(`${vigie.url('scorer')}/metrics`)).text())?.[1];
    const before = await loadedAt();
    writeFileSync(join(files.lists, 'service_accounts.txt'), 'd\n');
    await vigie.until(loadedAt, (at) => at !== undefined && at !== before);
    await vigie.post(reads('d', range(260, 262), 101, 1));
    await shows(id('d'), 62);
    vigie.hold();
    vigie.kill('scorer');
    rmSync(join(vigie.dataDir, 'state', 'scorer'), { recursive: true });
    vigie.release();
    await vigie.post(reads('d', range(262, 265), 111, 1));
    await shows(id('d'), 65);
    expect(await figures(id('d'))).toEqual(standing({ [id('d')]: 65 }, 65));
    await showsOpen(175);
  });

  it('is one less, in list and incident, where a patient is erased from a case that is over; the case keeps what it was judged by', async () => {
    await vigie.post(range(0, 80).flatMap((other) => reads(`other ${other}`, [700 + other], 3 * daySeconds)));
    await vigie.until(
      () => vigie.sql(`SELECT state FROM vigie.incidents WHERE incident_id = '${id('a')}'`),
      ([row]) => row?.['state'] === 'closed',
    );
    await act(id('a'), { type: 'case.resolved', verdict: 'authorised', reason: 'recall' });
    await vigie.until(
      () => vigie.sql(`SELECT status FROM vigie.cases WHERE case_id = '${id('a')}'`),
      ([row]) => row?.['status'] === 'resolved',
    );
    // One who has two pseudonyms, by the younger, and goes under both.
    const [victim] = await vigie.sql(
      "SELECT patient_id FROM vigie.accesses WHERE actor_id = 'a' AND former_id != '' AND former_id IN (SELECT patient_id FROM vigie.access_rows WHERE key_id = 'k1') LIMIT 1",
    );
    expect(await command('erase', '--patient', String(victim?.['patient_id']), '--reason', 'asked', '--by', 'dpo')).toMatch(
      /shrank +incident/,
    );
    expect(await figures(id('a'))).toEqual(standing({ [id('a')]: 79, [id('w')]: 0 }, 79, 80));
  });
});

async function bytesOf(snapshotId: string, name: string): Promise<Buffer> {
  const token = readFileSync(join(vigie.dataDir, 'keys', 'console.token'), 'utf8').trim();
  const answer = await fetch(`${vigie.url('console')}/v1/snapshots/${snapshotId}/files/${name}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return Buffer.from(await answer.arrayBuffer());
}

async function docxText(snapshotId: string, name: string): Promise<string> {
  const parts = unzipSync(await bytesOf(snapshotId, name));
  return strFromU8(parts['word/document.xml'] ?? new Uint8Array()).replaceAll(/<[^>]+>/g, '');
}

async function pdfText(snapshotId: string, name: string): Promise<string> {
  return spawnSync(pdfReader.path ?? '', ['-', '-'], {
    input: await bytesOf(snapshotId, name),
    encoding: 'utf8',
    env: pdfReader.env,
  }).stdout;
}
