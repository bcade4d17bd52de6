import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import { ClickHouseStore } from '#libs/access-store/clickhouse/clickhouse-store.js';
import { spawnMigrated } from '#libs/access-store/clickhouse/migrated-store.fixture.js';
import { hex128Of } from '#libs/contracts/hex128.js';
import { parseKeyRing } from '#libs/pseudonyms/key-ring.js';
import { systemClock } from '#libs/runtime/clock.js';
import { compileCache, compiledModule } from '#libs/runtime/paths.js';
import { anAccessRow } from '#libs/testkit/builders.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import type { SpawnedClickHouse } from '#services/clickhouse/spawn.js';

const portBase = await freePortBase();
const folder = mkdtempSync(join(tmpdir(), 'vigie-dossier-commands-'));
const keyTexts = ['k2', 'k1'].map((name) => `helix:${name}=${createHash('sha256').update(name).digest('base64')}`);
const parsed = parseKeyRing(keyTexts.join('\n'));
const keys = 'ring' in parsed ? parsed.ring.group('helix') : undefined;
const caseId = hex128Of('the case of the commands');
const selection = 'a'.repeat(32);
let server: SpawnedClickHouse;
let client: ClickHouseClient;

beforeAll(async () => {
  ({ server, client } = await spawnMigrated({ portBase, directory: folder }));
  const store = new ClickHouseStore(client, systemClock);
  await store.registerSelections([{ id: selection, sql: "action = 'read'" }]);
  // Ten patients under the key of now, of whom two were read under the old one too.
  const rows = [...Array.from({ length: 10 }, (_, n) => access(n, 'k2')), access(0, 'k1'), access(1, 'k1')];
  await store.insert('accesses', lines(rows), rows.length, 'commands');
  await store.insert('incident_changes', lines([incident()]), 1, 'commands');
});
afterAll(async () => {
  await client.close();
  await server.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

describe('vigie controllers', () => {
  it('puts one into the register with its clinics, shows it, and refuses what is none', async () => {
    const added = await vigie(
      'controllers add north-sa --group helix --siren 123456789 --dpo-email dpo@north.example --clinics c1,c9 --name',
      'North SA',
    );
    expect(added).toMatchObject({ code: 0, out: 'north-sa of helix stored; it answers for 2 clinic(s) named here\n' });
    expect((await vigie('controllers list')).out).toMatch(
      /helix +north-sa +North SA +123456789 +dpo@north\.example +none +c1 c9\n/,
    );
    expect(await vigie('controllers add x --group helix --siren 12')).toMatchObject({
      code: 2,
      err: expect.stringContaining('siren: has nine digits'),
    });
    const file = join(folder, 'controllers.csv');
    writeFileSync(file, 'group_id;controller_id;name;joint_with\nhelix;south-sa;South;north-sa east-sa\nhelix;south-sa;South;\n');
    expect(await vigie(`controllers import ${file}`)).toMatchObject({
      code: 1,
      err: expect.stringContaining(`${file}:3: the controller south-sa of helix stands on line`),
    });
    writeFileSync(file, 'group_id;controller_id;name;joint_with\nhelix;south-sa;South;north-sa east-sa\n');
    expect((await vigie(`controllers import ${file}`)).out).toBe(`${file}: 1 controller(s) stored\n`);
  });
});

describe('vigie dossier', () => {
  let snapshot = '';
  const list = join(folder, 'patients-north-sa.csv');

  it('shows the figures, by controller, and that the list equals the figure', async () => {
    const { out } = await vigie(`dossier figures ${caseId.slice(0, 6)}`);
    expect(out).toContain('the list equals the figure (12 counted, 12 listed)');
    expect(out).toMatch(/controller north-sa +12 +12 +0 +12 +0 +0 +0\n/);
    expect(out).toContain('under 2 keys, so that up to 2 of them may be the same persons again');
    const { settled, of_scope } = JSON.parse((await vigie(`dossier figures ${caseId} --format json`)).out);
    expect([settled, of_scope.whole.patients]).toEqual(['settled', 12]);
    expect(await vigie('dossier figures ffff')).toMatchObject({ code: 1, err: expect.stringContaining('knows no case') });
  });

  it('sets a scope with author and reason, and shows what it changes', async () => {
    expect(await vigie(`dossier scope ${caseId} --by dpo`)).toMatchObject({ code: 2 });
    expect(await vigie(`dossier scope ${caseId} --by dpo --from 2024-11-19 --reason stolen`)).toMatchObject({
      code: 2,
      err: expect.stringContaining('give both --from and --to'),
    });
    const set = await vigie(`dossier scope ${caseId} --by dpo --source-ip 203.0.113.7 --reason`, 'the owner worked in parallel');
    expect(set).toMatchObject({ code: 0, out: expect.stringContaining(': 1 patients, the incidents have 12: +0 -11\n') });
    const back = await vigie(`dossier scope ${caseId} --by dpo --reason`, 'all of it after all');
    expect(back.out).toContain('scope 2 of');
  });

  it('freezes a list whose lines have the digest that it tells, and verifies it', async () => {
    const frozen = await vigie(`dossier freeze ${caseId.slice(0, 8)} --controller north-sa --by dpo`);
    snapshot = frozen.out.slice(0, 32);
    const sha256 = /list ([0-9a-f]{64})\n$/.exec(frozen.out)?.[1];
    expect(frozen).toMatchObject({ code: 0, out: expect.stringContaining('north-sa number 1 (initial)') });
    expect(frozen.err).toContain(`vigie dossier announce ${snapshot}\n`);
    writeFileSync(list, (await vigie(`dossier list ${snapshot.slice(0, 8)}`)).out);
    const canonical = (await vigie(`dossier lines ${list}`)).out;
    expect(createHash('sha256').update(canonical).digest('hex')).toBe(sha256);
    expect(canonical).toMatch(
      /^c1\t[0-9a-f]{32}\tdisplayed\tidentity\t2024-11-19T08:00:\d\d\.000Z\t2024-11-19T08:00:\d\d\.000Z\t1\n/,
    );
    expect((await vigie(`dossier verify ${snapshot}`)).out).toMatch(/\n {2}whole; the ledger has not moved since\n$/);
    expect((await vigie(`dossier show ${caseId}`)).out).toContain(sha256 ?? 'no digest');
    expect(await vigie(`dossier freeze ${caseId} --controller nort-sa --by dpo`)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('neither the case nor the register knows a controller nort-sa; this case has north-sa'),
    });
    await vigie(`dossier freeze ${caseId} --controller north-sa --by dpo`);
    const [first, second] = (await vigie(`dossier show ${caseId}`)).out
      .split('\n')
      .slice(1)
      .map((line) => line.slice(0, 32));
    expect((await vigie(`dossier diff ${first} ${second}`)).out).toBe('the same patients, tiers and categories\n');
  });

  it('is exported as files, the same bytes again, with every field of article 33(3) and their digests', async () => {
    const action = {
      action_id: hex128Of('qualified'),
      case_id: caseId,
      group_id: 'helix',
      actor_id: 'dr.x',
      type: 'breach.qualified',
      by: 'a.durand',
      via: 'console',
      at: '2026-11-27T18:40:00.000Z',
      seen_version: 1,
      seen_incidents: [],
      controller_id: 'north-sa',
      is_breach: true,
      aware_at: '2026-11-27T18:30:15.000Z',
      risk: 'high',
      reason: 'stolen login',
    };
    // Found true after somebody had resolved it as false: the case kept that, and it counted for nothing.
    const {
      action_id: _id,
      type: _type,
      controller_id: _controller,
      is_breach: _is,
      aware_at: _aware,
      risk: _risk,
      ...other
    } = action;
    const resolved = {
      ...other,
      action_id: hex128Of('resolved'),
      type: 'case.resolved',
      verdict: 'false_positive',
      at: '2026-11-27T18:50:00.000Z',
      seen_version: 2,
    };
    const late = {
      ...other,
      action_id: hex128Of('late'),
      type: 'case.verdict',
      verdict: 'true_positive',
      at: '2026-11-27T18:55:00.000Z',
      seen_version: 2,
    };
    await client.insert({ table: 'vigie.case_action_rows', values: [action, resolved, late], format: 'JSONEachRow' });
    const given = join(folder, 'answers.json');
    writeFileSync(given, JSON.stringify({ 'nature.cause': { value: 'external_malicious', by: 'dpo', at: '2026-11-28' } }));
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    for (const out of [one, two])
      expect(
        await vigie(`dossier export ${caseId.slice(0, 8)} --controller north-sa --answers ${given} --out ${out}`),
      ).toMatchObject({ code: 0, err: '' });
    const sums = readFileSync(join(one, 'SHA256SUMS'), 'utf8');
    expect(readFileSync(join(two, 'SHA256SUMS'), 'utf8')).toBe(sums);
    for (const line of sums.trimEnd().split('\n')) {
      const [digest, name = ''] = line.split('  ');
      expect([
        name,
        createHash('sha256')
          .update(readFileSync(join(one, name)))
          .digest('hex'),
      ]).toEqual([name, digest]);
    }
    const dossier = JSON.parse(readFileSync(join(one, 'dossier.json'), 'utf8'));
    expect(dossier).toMatchObject({
      format: 'dossier.v1',
      parts: {
        kind: { certainty: { value: 'supposed' } },
        organisation: { siren: { value: '123456789', source: 'machine' }, dpo_email: { value: 'dpo@north.example' } },
        nature: {
          cause: { value: 'external_malicious', source: 'person', by: 'dpo' },
          origin: { value: null, source: 'unknown' },
          losses: { value: ['confidentiality'] },
        },
        persons: { number: { value: 12 }, band: { value: '6-50' }, over_count: { value: 2 } },
        data: { categories: { value: ['civil_status', 'contact'] }, records: { value: 12 } },
        when: {
          aware_at: { value: '2026-11-27T18:30:15.000Z', source: 'person', by: 'a.durand' },
          due_at: { value: '2026-11-30T18:30:15.000Z' },
        },
        consequences: { effects: { source: 'unknown' } },
        measures: { taken: { source: 'unknown' } },
      },
    });
    expect(readFileSync(join(one, 'timeline.csv'), 'utf8')).toContain('2026-11-27T18:40:00.000Z,a.durand,breach.qualified,');
    expect(readFileSync(join(one, 'register.csv'), 'utf8').split('\n')).toHaveLength(3);
    const pdf = readFileSync(join(one, 'cnil.pdf'));
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.toString('latin1')).toContain('/Marked true');
    const again = `dossier export ${caseId.slice(0, 8)} --controller north-sa --answers ${given} --out`;
    expect(await vigie(`${again} ${one}`)).toMatchObject({ code: 2, err: expect.stringContaining('holds something already') });
    writeFileSync(given, JSON.stringify({ 'nature.casue': { value: 'inconnu', by: 'dpo', at: '2026-11-28' } }));
    expect(await vigie(`${again} ${join(folder, 'three')}`)).toMatchObject({
      code: 2,
      err: expect.stringContaining('the dossier has no field nature.casue'),
    });
  });

  it('is joined with the index of the hospital, which gives numbers back', async () => {
    const { manifest } = JSON.parse((await vigie(`dossier show ${snapshot} --format json`)).out);
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
    const index = [
      'id;name;born',
      ...Array.from({ length: 9 }, (_, n) => `80${n};"Doe; ${n}";${n === 3 ? '2015-01-01' : '1960-01-01'}`),
      '999;Nobody;1950-01-01',
    ];
    const resolved = await vigie(`resolve --group helix --list ${list} --out ${folder}/resolved --born born`, {
      input: `${index.join('\n')}\n`,
    });
    expect(resolved).toMatchObject({ code: 0, out: '12 lines, 12 pseudonyms: 11 matched, 1 not; 9 persons\n' });
    expect(JSON.parse(readFileSync(join(folder, 'resolved', 'resolution.json'), 'utf8'))).toEqual({
      list_sha256: manifest.list.sha256,
      pseudonyms: 12,
      matched: 11,
      unmatched: 1,
      persons: 9,
      minors: 1,
    });
    const persons = readFileSync(join(folder, 'resolved', 'persons.csv'), 'utf8').split('\n');
    expect(persons[0]).toBe('patient_ids,id,name,born');
    expect(persons[1]).toMatch(/^[0-9a-f]{32} [0-9a-f]{32},800,Doe; 0,1960-01-01$/);
    expect(persons.filter(Boolean)).toHaveLength(10);
    expect(readFileSync(join(folder, 'resolved', 'unmatched.csv'), 'utf8')).toBe(
      `clinic_id,patient_id\nc1,${keys?.at(0).active.of('group:helix', '809')}\n`,
    );
  });

  it('ends with 3 when the list is not the one that was frozen', async () => {
    const changed = join(folder, 'changed.csv');
    writeFileSync(changed, readFileSync(list, 'utf8').replace('displayed', 'listed'));
    const refused = await vigie(`resolve --group helix --list ${changed} --out ${folder}/refused`, { input: 'id\n800\n' });
    expect(refused).toMatchObject({ code: 3, out: '', err: expect.stringContaining('nothing was written') });
    expect(await vigie(`resolve --group helix --list ${list} --sha256 ${'0'.repeat(64)}`, { input: 'id\n' })).toMatchObject({
      code: 3,
    });
  });

  it.each([
    ['no heading', '--out', '801;DOE Jane;1960-01-01\n', 2, /none of the 3 columns of the index is called id/],
    ['no column of that name', '--columns name --out', 'DOE\n', 2, /none of the 1 columns of the index is called id/],
    ['a row that is shorter', '--out', 'id;name\n801;DOE Jane\n802\n', 1, /cannot be read at line 3: CSV_RECORD_INCONSISTENT/],
    ['rows of another width than is named', '--columns id --out', '801;DOE Jane\n', 2, /have 2 columns, and 1 are named/],
    ['a quotation mark in a cell', '--out', 'id;name\n801;DOE "J\n', 1, /cannot be read at line 2/],
  ] as const)('quotes nothing of an index with %s, and leaves no file', async (_name, options, index, code, message) => {
    const unread = join(folder, 'unread');
    const refused = await vigie(`resolve --group helix --list ${list} ${options} ${unread}`, { input: index });
    expect(refused).toMatchObject({ code, out: '', err: expect.stringMatching(message) });
    expect(refused.err).not.toMatch(/DOE|801|1960/);
    expect(existsSync(join(unread, 'persons.csv'))).toBe(false);
  });

  it('takes an index in the encoding that is said, and refuses one that it is not in', async () => {
    const input = Buffer.from('id;name\n801;DUPR\xc9 Ren\xe9e\n', 'latin1');
    const refused = await vigie(`resolve --group helix --list ${list} --out ${join(folder, 'latin')}`, { input });
    expect(refused).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/bytes that utf-8 does not have: say how it is written, --encoding/),
    });
    expect(refused.err).not.toMatch(/DUPR|801/);
    expect(existsSync(join(folder, 'latin', 'persons.csv'))).toBe(false);
    expect(
      await vigie(`resolve --group helix --list ${list} --out ${join(folder, 'latin')} --encoding windows-1252`, { input }),
    ).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, 'latin', 'persons.csv'), 'utf8')).toContain('801,DUPRÉ Renée');
  });

  it('counts no minors where a day of birth cannot be read, takes a comma for what the heading has, and writes over nothing', async () => {
    const to = join(folder, 'births');
    const input = 'id,name,born\n801,Doe; Jane,30/05/2015\n802,Roe; John,2015-05-30\n';
    const resolved = await vigie(`resolve --group helix --list ${list} --out ${to} --born born`, { input });
    expect(resolved).toMatchObject({ code: 0, err: expect.stringContaining('minors were not counted: 1 of the persons') });
    expect(JSON.parse(readFileSync(join(to, 'resolution.json'), 'utf8'))).not.toHaveProperty('minors');
    expect(readFileSync(join(to, 'persons.csv'), 'utf8')).toContain('Doe; Jane');
    expect(await vigie(`resolve --group helix --list ${list} --out ${to}`, { input })).toMatchObject({
      code: 2,
      err: expect.stringContaining('is there already'),
    });
  });
});

function access(n: number, keyId: string) {
  const time = at(n);
  const patient_id = keys?.of(keyId)?.of('group:helix', `80${n}`) ?? '';
  return anAccessRow({
    time,
    actor_id: 'dr.x',
    patient_id,
    clinic_id: 'c1',
    key_id: keyId,
    event_id: hex128Of(`${n} ${keyId}`),
    categories: ['identity'],
    source_ip: n === 4 ? '203.0.113.7' : '10.0.0.1',
  });
}

function incident() {
  return {
    incident_id: caseId,
    group_id: 'helix',
    actor_id: 'dr.x',
    state: 'open',
    first_time: at(0),
    last_time: at(60),
    detected_at: at(60),
    patients: 12,
    patients_at_firing: 1,
    patients_at_detection: 1,
    clinics: [],
    categories: [],
    rules: ['r'],
    rule_matches: [],
    rule_selections: [],
    selections: [selection],
    level: 'high',
    step: 0,
    found: 'live',
    late_seconds: 0,
    detection_delay_seconds: 1,
    merged_into: '',
    suppressed_by: [],
    change_type: 'incident.opened',
    change_id: caseId,
    changed_at: at(60),
    version: 1,
    received_at: at(60),
  };
}

function at(n: number): string {
  return new Date(Date.UTC(2024, 10, 19, 8, 0, n)).toISOString();
}

function lines(values: readonly object[]): Buffer {
  return Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
}

/** Runs the command in a process of its own; a text behind it is its last argument. */
async function vigie(command: string, last?: string | { readonly input: string | Buffer }) {
  const words = command.split(' ');
  const args = typeof last === 'string' ? [...words, last] : words;
  const child = spawn(process.execPath, [compiledModule('cli/vigie'), ...args], {
    env: {
      ...compileCache(),
      PATH: process.env['PATH'],
      VIGIE_PORT_BASE: String(portBase),
      VIGIE_DATA_DIR: folder,
      VIGIE_PSEUDONYM_KEYS: keyTexts.join(','),
    },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(typeof last === 'object' ? last.input : '');
  const [code] = (await once(child, 'close')) as [number];
  return { code, out, err };
}
