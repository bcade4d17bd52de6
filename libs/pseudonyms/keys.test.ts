import { spawn } from 'node:child_process';
import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { compiledModule } from '#libs/runtime/paths.js';
import { readGroupKeys, readKeyRing } from './config.js';
import { existingSecret, keysDir, localKeyEntry, secretFile } from './key-file.js';
import { overlapMsDefault, parseKeyRing } from './key-ring.js';
import { pseudonymiseLines } from './pseudonymise-lines.js';
import { Pseudonymiser } from './pseudonymiser.js';

const base64 = randomBytes(32).toString('base64');
const older = randomBytes(32).toString('base64');
const third = randomBytes(32).toString('base64');

describe('the key ring', () => {
  it('uses the newest key, keeps the others, and takes the event secret from the oldest', () => {
    const rotated = ringOf(`# keys, the newest first\naleo:k2=${base64}\naleo:k1=${older},helix:k1=${older}`);
    const keys = rotated.group('aleo');
    expect([keys?.at(0).active.keyId, keys?.keyIds, rotated.groupIds()]).toEqual(['k2', ['k2', 'k1'], ['aleo', 'helix']]);
    expect(keys?.eventSecret).toBe(ringOf(`aleo:k1=${older}`).group('aleo')?.eventSecret);
    expect(keys?.of('k1')?.of('a', '1')).toBe(ringOf(`aleo:k1=${older}`).group('aleo')?.at(0).active.of('a', '1'));
    expect(keys?.of('k3')).toBeUndefined();
  });

  it('changes the key at its instant, with the one before beside it for as long as they overlap', () => {
    const [second, last] = [Date.parse('2026-12-01T02:00:00Z'), Date.parse('2027-03-01T00:00:00+01:00')];
    const text = `aleo:k3=${base64};from=2027-03-01T00:00:00+01:00,aleo:k2=${older};from=2026-12-01T02:00:00Z,aleo:k1=${third}`;
    const keys = ringOf(text).group('aleo');
    const ids = (ms: number) => [keys?.at(ms).active.keyId, keys?.at(ms).former?.keyId];
    expect([0, second - 1].map(ids)).toEqual([
      ['k1', undefined],
      ['k1', undefined],
    ]);
    expect([second, second + overlapMsDefault - 1].map(ids)).toEqual([
      ['k2', 'k1'],
      ['k2', 'k1'],
    ]);
    expect([second + overlapMsDefault, last - 1].map(ids)).toEqual([
      ['k2', undefined],
      ['k2', undefined],
    ]);
    expect([last, last + overlapMsDefault].map(ids)).toEqual([
      ['k3', 'k2'],
      ['k3', undefined],
    ]);
    // Taking the oldest key away when its rows are gone changes nothing but what its own time would be written with.
    const without = ringOf(text.replace(/,aleo:k1.*/, '')).group('aleo');
    expect([without?.at(0).active.keyId, without?.at(second).former]).toEqual(['k2', undefined]);
  });

  it('take a time as programs write it, with parts of a second', () => {
    const text = `aleo:k2=${base64};from=2026-12-01T02:00:00.500Z,aleo:k1=${older}`;
    const at = Date.parse('2026-12-01T02:00:00.500Z');
    expect([at - 1, at].map((now) => ringOf(text).group('aleo')?.at(now).active.keyId)).toEqual(['k1', 'k2']);
  });

  it.each([
    ['nothing', '', 'no key is given'],
    ['no key id', `aleo=${base64}`, 'key 1: expected'],
    ['a short key', `aleo:k1=${randomBytes(16).toString('base64')}`, 'key 1: expected'],
    [
      'a time without its zone',
      `aleo:k2=${base64};from=2026-12-01T02:00:00,aleo:k1=${older}`,
      'key 1: from must be a time with its zone',
    ],
    ['half a second without its digits', `aleo:k2=${base64};from=2026-12-01T02:00:00.Z,aleo:k1=${older}`, 'key 1: from must be'],
    ['no day', `aleo:k2=${base64};from=2026-13-01T02:00:00Z,aleo:k1=${older}`, 'key 1: from must be'],
    [
      'a rotation before the last one is over',
      `aleo:k3=${base64};from=2026-12-01T02:00Z,aleo:k2=${older};from=2026-11-30T02:00Z,aleo:k1=${third}`,
      'aleo:k3 must come into use 45 days',
    ],
    ['the older key first', `aleo:k1=${base64},aleo:k2=${older};from=2026-11-30T02:00Z`, 'write the newest key first'],
    ['one name twice', `aleo:k1=${base64},aleo:k1=${older}`, 'key 2: the group aleo has two keys named k1'],
  ])('refuses %s by its place and never quotes a key', (_what, text, mistake) => {
    const parsed = parseKeyRing(text);
    const mistakes = 'mistakes' in parsed ? parsed.mistakes.join('; ') : '';
    expect(mistakes).toContain(mistake);
    for (const secret of [base64, older]) expect(mistakes).not.toContain(secret);
  });
});

describe('pseudonyms', () => {
  it('are the first 128 bits of the HMAC that the documentation names', () => {
    const key = Buffer.from(base64, 'base64');
    const message = Buffer.from('vigie.patient.v1\0\0\0\0\x0agroup:aleo8001234');
    const expected = createHmac('sha256', key).update(message).digest('hex').slice(0, 32);
    expect(new Pseudonymiser('k1', createSecretKey(key)).of('group:aleo', '8001234')).toBe(expected);
  });

  it('stay the same when the cache turns over', () => {
    const cached = new Pseudonymiser('k1', createSecretKey(Buffer.from(base64, 'base64')), { cachedMax: 3 });
    const first = Array.from({ length: 20 }, (_, id) => cached.of('a', String(id)));
    expect(Array.from({ length: 20 }, (_, id) => cached.of('a', String(id)))).toEqual(first);
    expect(new Set(first).size).toBe(20);
    expect(cached.of('b', '1')).not.toBe(cached.of('a', '1'));
  });

  it('of lines join to the clear list, whatever the spelling and the key that is asked for', async () => {
    const keys = ringOf(`aleo:k2=${base64},aleo:k1=${older}`).group('aleo');
    if (!keys) throw new Error('no keys');
    const of = async (lines: readonly string[], options: { authority?: string; keyIds?: string[] } = {}) => {
      let text = '';
      for await (const line of pseudonymiseLines(lines, keys, { keyIds: ['k2'], ...options })) text += line;
      return text;
    };
    const group = keys.at(0).active.of('group:aleo', '8001234');
    expect(await of([' 8001234 ', '', 'a,"b'])).toBe(
      `id,pseudonym\n8001234,${group}\n"a,""b",${keys.at(0).active.of('group:aleo', 'a,"b')}\n`,
    );
    expect(await of(['1'], { authority: ' urn:x ' })).toContain(`1,${keys.at(0).active.of('urn:x', '1')}`);
    expect(await of(['1'], { keyIds: ['k1'] })).toContain(`1,${keys.of('k1')?.of('group:aleo', '1')}`);
    expect((await of(['1'], { keyIds: keys.keyIds as string[] })).split('\n')).toHaveLength(4);
    for (const formula of ['=1+1', '+cmd', '@SUM(A1)', '-1+1']) expect(await of([formula])).toContain(`\n'${formula},`);
    expect(await of(['-12'])).toContain('\n-12,');
    // A column more, and a file that is not UTF-8: pseudonyms of nobody.
    await expect(of(['1', '2\tdupont'])).rejects.toThrow('line 2 of the identifiers: not UTF-8 text, or with control');
    await expect(of(['\ufffd\ufffd8\0'])).rejects.toThrow('line 1 of the identifiers: not UTF-8 text');
    await expect(of(['1'], { keyIds: ['k9'] })).rejects.toThrow('has no key k9; it has k2, k1');
  });
});

describe('keys on the embedded default', () => {
  let dataDir = '';
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'vigie-keys-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  it('are made once, readable by their owner only', () => {
    const entry = localKeyEntry(dataDir, 'aleo');
    expect(localKeyEntry(dataDir, 'aleo')).toBe(entry);
    expect(localKeyEntry(dataDir, 'helix')).not.toContain(entry.split('=')[1] ?? '');
    const [name = ''] = readdirSync(keysDir(dataDir));
    expect(statSync(join(keysDir(dataDir), name)).mode & 0o777).toBe(0o600);
  });

  it('are not made anew where one is gone or another: every patient would be another one', () => {
    const entry = localKeyEntry(dataDir, 'aleo');
    const path = join(keysDir(dataDir), 'pseudonyms.aleo.key');
    rmSync(path);
    expect(() => localKeyEntry(dataDir, 'aleo')).toThrow(/aleo\.key, .* is gone: put it back from a backup/);
    writeFileSync(path, `aleo:local-1=${base64}`);
    expect(() => localKeyEntry(dataDir, 'aleo')).toThrow(/is another than it was/);
    writeFileSync(path, entry);
    expect(localKeyEntry(dataDir, 'aleo')).toBe(entry);
    rmSync(path);
    rmSync(join(dataDir, 'key-marks', 'aleo.sha256'));
    expect(localKeyEntry(dataDir, 'aleo')).not.toBe(entry);
  });

  it('are the same for processes that ask at the same moment', async () => {
    const module = pathToFileURL(compiledModule('libs/pseudonyms/key-file')).href;
    const script = `import { localKeyEntry } from ${JSON.stringify(module)}; process.stdout.write(localKeyEntry(process.argv[1], 'aleo'))`;
    const ask = () =>
      new Promise<string>((resolve) => {
        let text = '';
        const child = spawn(process.execPath, ['--input-type=module', '-e', script, dataDir], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        child.stdout.on('data', (chunk) => (text += String(chunk)));
        child.once('close', () => resolve(text));
      });
    const answers = await Promise.all(Array.from({ length: 6 }, ask));
    expect(new Set(answers)).toEqual(new Set([localKeyEntry(dataDir, 'aleo')]));
    expect(readdirSync(keysDir(dataDir))).toHaveLength(1);
  });

  it('are refused where their file is empty, as a disk that was full leaves one: nobody is let in by an empty secret', () => {
    const dir = join(dataDir, 'keys');
    secretFile(dir, 'services.key', () => 'secret');
    writeFileSync(join(dir, 'services.key'), ' \n');
    for (const look of [() => secretFile(dir, 'services.key', () => 'other'), () => existingSecret(dir, 'services.key')])
      expect(look).toThrow(/services\.key is empty, .*put it back from a backup/);
  });

  it('are never made by a tool that only looks up: a misspelt group is refused', () => {
    const config = { VIGIE_DATA_DIR: dataDir, KAFKA_BROKERS: undefined };
    const made = readKeyRing(config, ['aleo']).group('aleo');
    expect(readGroupKeys(config, 'aleo').at(0).active.of('a', '1')).toBe(made?.at(0).active.of('a', '1'));
    expect(() => readGroupKeys(config, 'alleo')).toThrow('there is no key for the group alleo');
    expect(readdirSync(keysDir(dataDir))).toHaveLength(1);
    const given = { ...config, VIGIE_PSEUDONYM_KEYS: `aleo:k1=${base64}` };
    expect(() => readGroupKeys(given, 'alleo')).toThrow('no key for the group(s) alleo');
  });

  it.each([Buffer.alloc(32), Buffer.from([...Array(32).keys()]), Buffer.from('a key for tests of 32 bytes size')])(
    'that anybody could guess are refused by name',
    (key) => {
      const encoded = key.toString('base64');
      const config = {
        VIGIE_DATA_DIR: dataDir,
        KAFKA_BROKERS: undefined,
        VIGIE_PSEUDONYM_KEYS: `aleo:k2=${base64},aleo:k1=${encoded}`,
      };
      expect(() => readKeyRing(config, ['aleo'])).toThrow(/aleo:k1 is (text|made of few|a row).*openssl rand -base64 32/);
      expect(() => readKeyRing(config, ['aleo'])).not.toThrow(encoded);
    },
  );

  it('must be given where several machines work', () => {
    expect(() => readKeyRing({ VIGIE_DATA_DIR: dataDir, KAFKA_BROKERS: ['kafka:9092'] }, ['aleo'])).toThrow(
      'is needed with KAFKA_BROKERS',
    );
  });
});

function ringOf(text: string) {
  const parsed = parseKeyRing(text);
  if ('mistakes' in parsed) throw new Error(parsed.mistakes.join('; '));
  return parsed.ring;
}
