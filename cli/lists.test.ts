import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnMigrated } from '#libs/access-store/clickhouse/migrated-store.fixture.js';
import { parseKeyRing } from '#libs/pseudonyms/key-ring.js';
import { pseudonymiseLines } from '#libs/pseudonyms/pseudonymise-lines.js';
import { compileCache, compiledModule } from '#libs/runtime/paths.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import type { SpawnedClickHouse } from '#services/clickhouse/spawn.js';

const portBase = await freePortBase();
/** Where nothing answers. */
const nobody = await freePortBase();
const folder = mkdtempSync(join(tmpdir(), 'vigie-list-commands-'));
const listsDir = join(folder, 'lists');
const keys = ['k2', 'k1'].map((name) => `helix:${name}=${createHash('sha256').update(name).digest('base64')}`);
let server: SpawnedClickHouse;
let client: ClickHouseClient;

beforeAll(async () => {
  ({ server, client } = await spawnMigrated({ portBase, directory: folder }));
});
afterAll(async () => {
  await client.close();
  await server.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

describe('vigie lists', () => {
  it('adds values with who answers for them, shows them, and takes them out', async () => {
    const added = await vigie(
      'lists add recalls --until 2027-01-31 --owner dpo --reason',
      'Recall of a batch',
      '# remark\nsec.1\n\nsec.2\r\nsec.1\n',
    );
    expect(added).toMatchObject({ code: 0, out: 'recalls: 2 value(s) added or replaced\n' });
    expect((await vigie('lists show')).out).toBe('recalls\t2\n');
    expect((await vigie('lists show %recalls%')).out).toBe(
      'sec.1\t\t\t2027-01-31T00:00:00.000Z\tdpo\tRecall of a batch\nsec.2\t\t\t2027-01-31T00:00:00.000Z\tdpo\tRecall of a batch\n',
    );
    expect((await vigie('lists remove recalls', 'sec.1\nnobody\n')).out).toBe(
      'recalls: 1 value(s) taken out, 1 were not in it\n',
    );
    expect((await vigie('lists show recalls')).out).toMatch(/^sec\.2\t/);
  });

  it('refuses what is wrong with place and reason, and then adds nothing', async () => {
    expect(await vigie('lists add x --until soon', 'a\n')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--until soon'),
    });
    expect(await vigie("lists add x'y", 'a\n')).toMatchObject({ code: 2, err: expect.stringContaining('no name of a list') });
    const refused = await vigie('lists add y', `good\nb\tad\n${'x'.repeat(5000)}\n`);
    expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/standard input:2: .*\nstandard input:3: /) });
    expect((await vigie('lists show y')).out).toBe('');
  });

  it('says where ClickHouse should be when it is not there', async () => {
    const away = await vigie('lists show', '', { VIGIE_PORT_BASE: String(nobody) });
    expect(away).toMatchObject({
      code: 1,
      err: expect.stringContaining(`ClickHouse does not answer at http://127.0.0.1:${nobody + 13}`),
    });
  });
});

describe('vigie clinics import', () => {
  it('loads a register, and loads nothing of one with a mistake, which it names with file and line', async () => {
    const file = join(folder, 'clinics.csv');
    const heading = 'group_id,clinic_id,name,opened_at,closed_at\n';
    writeFileSync(file, `${heading}helix,c1,A,2010-01-01,\nhelix,c2,B,,2024-06-30\n`);
    expect((await vigie(`clinics import ${file}`)).out).toBe(`${file}: 2 clinic(s) stored, 1 of them closed\n`);
    writeFileSync(file, `${heading}helix,c3,C,,\nhelix,c4,D,,30/06/2024\n`);
    expect(await vigie(`clinics import ${file}`)).toMatchObject({
      code: 1,
      err: expect.stringContaining(`${file}:3: closed_at is`),
    });
    // As a spreadsheet saves it where nobody asks for UTF-8.
    writeFileSync(file, Buffer.from(`${heading.replaceAll(',', ';')}helix;c5;Clinique Sainte-Th\xe9r\xe8se;;\n`, 'latin1'));
    expect(await vigie(`clinics import ${file}`)).toMatchObject({
      code: 1,
      err: expect.stringContaining(`${file}:2: it holds bytes that are not UTF-8`),
    });
    expect(await rows('SELECT clinic_id FROM vigie.clinics FINAL ORDER BY clinic_id')).toEqual(['c1', 'c2']);
  });

  it('shows how far it is with a long one', async () => {
    const file = join(folder, 'long.csv');
    const lines = Array.from({ length: 40_000 }, (_, n) => `long,c${n},Clinic number ${n} of a very large group,2010-01-01,`);
    writeFileSync(file, `group_id,clinic_id,name,opened_at,closed_at\n${lines.join('\n')}\n`);
    const { code, err } = await vigie(`clinics import ${file}`);
    expect([code, err.split('\n').length > 5]).toEqual([0, true]);
    expect(await rows("SELECT count() FROM vigie.clinics FINAL WHERE group_id = 'long'")).toEqual(['40000']);
  });
});

describe('vigie canary', () => {
  const identifiers = ['8001234', 'Élodie-77', '  8009999  '];

  it('keeps the pseudonyms that vigie pseudonymise derives, and takes them out again, in the table and in the file', async () => {
    const expected = [...(await pseudonymsOf(identifiers, 'k2')), ...(await pseudonymsOf(identifiers, 'k1'))];
    for (const where of ['', ' --file']) {
      const added = await vigie(`canary add --group helix${where}`, `${identifiers.join('\n')}\n\n`);
      expect(added.out).toBe('canary_patients of helix: 3 identifier(s) read, 6 pseudonym(s) added\n');
      expect((await vigie(`canary add --group helix${where}`, identifiers[0])).out).toMatch(/ 0 pseudonym\(s\) added\n$/);
      const { out, err } = await vigie(`canary show${where}`);
      expect(
        out
          .split('\n')
          .flatMap((line) => line.split('\t')[1] ?? [])
          .toSorted(),
      ).toEqual(expected.toSorted());
      expect(err).toMatch(/^6 canary patient\(s\): 6 of /);
      expect((await vigie(`canary remove --group helix${where}`, identifiers.join('\n'))).out).toMatch(
        / 6 pseudonym\(s\) taken out\n$/,
      );
      expect((await vigie(`canary show${where}`)).out).toBe('');
    }
  });

  it('adds those of a key that came later, and takes out those of all', async () => {
    await vigie('canary add --group helix', '8001234\n', { VIGIE_PSEUDONYM_KEYS: keys[1] ?? '' });
    expect((await vigie('canary show')).out).toContain((await pseudonymsOf(['8001234'], 'k1'))[0]);
    expect((await vigie('canary add --group helix', '8001234\n')).out).toContain('1 pseudonym(s) added');
    expect((await vigie('canary remove --group helix', '8001234\n')).out).toContain('2 pseudonym(s) taken out');
  });

  it('makes other pseudonyms for the numbering of another authority', async () => {
    await vigie('canary add --group helix --authority ins --file', '8001234\n');
    const listed = readFileSync(join(listsDir, 'canary_patients.txt'), 'utf8').trim().split('\n');
    expect(listed.toSorted()).toEqual(
      [await pseudonymsOf(['8001234'], 'k2', 'ins'), await pseudonymsOf(['8001234'], 'k1', 'ins')].flat().toSorted(),
    );
    expect(readdirSync(listsDir)).toEqual(['canary_patients.txt']);
  });

  it('never repeats what it read: not in its output, not in mistakes, not in what it stores', async () => {
    const secret = 'SECRET-8001234';
    const runs = [
      await vigie('canary add --group helix', `${secret}\n`),
      await vigie('canary add --group helix --file', `${secret}\n`),
      await vigie(
        'canary add --group helix',
        `${secret}\n${secret}${'9'.repeat(300)}\n${secret}\twith a tab\n${secret},${'a'.repeat(32)}\n`,
      ),
      await vigie('canary add --group nobody', `${secret}\n`),
      await vigie('canary add --group helix', `${secret}\n`, { VIGIE_PORT_BASE: String(nobody) }),
      await vigie('canary add --group helix', `${secret}\n`, { VIGIE_PSEUDONYM_KEYS: 'helix:k=bad' }),
      await vigie('lists add canary_patients', `${secret}\n`),
      await vigie('canary remove --group helix', `${secret}\n`),
      await vigie('canary show'),
      await vigie('canary show --file'),
    ];
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 1, 2, 1, 2, 1, 0, 0, 0]);
    for (const { out, err } of runs) expect(`${out}${err}`).not.toContain(secret);
    expect(runs[2]?.err).toMatch(/standard input:2: .*\nstandard input:3: .*\nstandard input:4: .*\nnothing was changed/);
    expect(runs[6]?.err).toContain('vigie canary add');
    expect(readFileSync(join(listsDir, 'canary_patients.txt'), 'utf8')).not.toContain(secret);
    expect(await rows(`SELECT count() FROM vigie.lists WHERE position(concat(value, owner, reason), '${secret}') > 0`)).toEqual([
      '0',
    ]);
  });
});

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command with its words, one word with blanks after them where it is given, and standard input. */
async function vigie(words: string, ...rest: readonly (string | undefined | Readonly<Record<string, string>>)[]): Promise<Run> {
  const texts = rest.filter((one) => typeof one === 'string');
  const env = rest.find((one) => typeof one === 'object');
  const input = texts.at(-1) ?? '';
  const args = [...words.split(' '), ...texts.slice(0, -1)];
  const child = spawn(process.execPath, [compiledModule('cli/vigie'), ...args], {
    env: {
      ...compileCache(),
      VIGIE_PORT_BASE: String(portBase),
      VIGIE_DATA_DIR: folder,
      VIGIE_LISTS_DIR: listsDir,
      VIGIE_PSEUDONYM_KEYS: keys.join(','),
      ...env,
    },
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()));
  child.stdin.on('error', () => {}); // it may end before it has read
  child.stdin.end(input);
  const closed = once(child, 'close');
  await closed;
  return { code: child.exitCode, out, err };
}

async function pseudonymsOf(identifiers: readonly string[], keyId: string, authority?: string): Promise<readonly string[]> {
  const parsed = parseKeyRing(keys.join(','));
  const group = 'ring' in parsed ? parsed.ring.group('helix') : undefined;
  if (!group) throw new Error('no key');
  const lines: string[] = [];
  for await (const line of pseudonymiseLines(identifiers, group, { keyIds: [keyId], authority })) lines.push(line.trim());
  return lines.slice(1).map((line) => line.split(',').at(-1) ?? '');
}

/** The first column of an answer. */
async function rows(query: string): Promise<readonly string[]> {
  const answer = await fetch(server.url, { method: 'POST', body: `${query} FORMAT TSV` });
  return (await answer.text()).split('\n').filter(Boolean);
}
