import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '#libs/runtime/clock.js';
import { filesFingerprint } from '#libs/runtime/files/files-fingerprint.js';
import type { Log, LogFields } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { readIngestorConfig } from '../config.js';
import { SourceRegister } from './source-register.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-register-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'sources.yml');
const token = () => randomBytes(32).toString('base64url');
const sourceOf = (name: string, group = 'helix') => `  - { name: ${name}, group: ${group}, token_file: ${name}.token }\n`;

describe('sources that change', () => {
  const [first, second, old] = [token(), token(), token()];
  let said: string[];
  beforeEach(() => {
    said = [];
    writeFileSync(join(folder, 'dpi.token'), first);
    writeFileSync(join(folder, 'ris.token'), second);
    writeFileSync(path, `sources:\n${sourceOf('dpi')}`);
  });

  function register() {
    const env = { VIGIE_DATA_DIR: folder, VIGIE_SOURCES_FILE: path, VIGIE_INGEST_TOKENS: `siem@helix=${old}` };
    const { sources, loadSources: load } = readIngestorConfig(env);
    const metrics = new Metrics('ingestor');
    const tools = { fingerprint: filesFingerprint, load, clock: systemClock, logger: recording(said), metrics };
    const made = new SourceRegister(sources, [path], tools);
    const known = (one: string) => made.current.credentials.sourceOf(one)?.source;
    const figure = async (name: string) => (await metrics.registry.getSingleMetricAsString(name)).split(' ').at(-1);
    return { register: made, known, figure };
  }

  it('are taken up with their tokens and the keys of their groups, beside the tokens of the environment', async () => {
    const { register: made, known, figure } = register();
    const told: number[] = [];
    made.follow(({ file }) => told.push(file.sources.length));
    expect([known(first), known(second), known(old)]).toEqual(['dpi', undefined, 'siem']);
    await made.look();
    writeFileSync(path, `sources:\n${sourceOf('dpi')}${sourceOf('ris', 'aleo')}`);
    await made.look();
    expect([known(first), known(second), known(old)]).toEqual(['dpi', 'ris', 'siem']);
    expect(made.current.keys.group('aleo')).toBeDefined();
    expect(told.at(-1)).toBe(2);
    expect(await figure('vigie_sources_loaded')).toBe('2');
  });

  it('are taken up from the file of tokens alone, without a gap, where nothing else says who sends', async () => {
    const [before, after] = [token(), token()];
    const tokensFile = join(folder, 'ingest_tokens');
    writeFileSync(tokensFile, `siem@helix=${before}\n`);
    const {
      sources,
      sourcesFiles,
      loadSources: load,
    } = readIngestorConfig({ VIGIE_DATA_DIR: folder, VIGIE_INGEST_TOKENS_FILE: tokensFile });
    const made = new SourceRegister(sources, sourcesFiles, {
      fingerprint: filesFingerprint,
      load,
      clock: systemClock,
      logger: recording(said),
      metrics: new Metrics('ingestor'),
    });
    const known = (one: string) => made.current.credentials.sourceOf(one)?.source;
    await made.look();
    writeFileSync(tokensFile, `siem@helix=${before}\nsiem@helix=${after}\n`);
    await made.look();
    expect([known(before), known(after)]).toEqual(['siem', 'siem']);
    writeFileSync(tokensFile, `siem@helix=${after}\nsiem@helix=replace-me\n`);
    await made.look();
    expect([known(before), known(after)]).toEqual(['siem', 'siem']);
    writeFileSync(tokensFile, `siem@helix=${after}\n`);
    await made.look();
    expect([known(before), known(after)]).toEqual([undefined, 'siem']);
  });

  it('are taken up with another pseudonym key, without a gap, and keep those of before where a line has a mistake', async () => {
    const [older, newer] = [randomBytes(32), randomBytes(32)].map((bytes) => bytes.toString('base64'));
    const [before, after] = [`helix:key-1=${older}`, `helix:key-2=${newer};from=2126-12-01T02:00:00Z`];
    const keysFile = join(folder, 'pseudonym_keys');
    writeFileSync(keysFile, `${before}\n`);
    const {
      sources,
      sourcesFiles,
      loadSources: load,
    } = readIngestorConfig({
      VIGIE_DATA_DIR: folder,
      VIGIE_INGEST_TOKENS: `siem@helix=${old}`,
      VIGIE_PSEUDONYM_KEYS_FILE: keysFile,
    });
    const made = new SourceRegister(sources, sourcesFiles, {
      fingerprint: filesFingerprint,
      load,
      clock: systemClock,
      logger: recording(said),
      metrics: new Metrics('ingestor'),
    });
    const keyIds = () => made.current.keys.group('helix')?.keyIds;
    await made.look();
    expect(keyIds()).toEqual(['key-1']);
    writeFileSync(keysFile, `${after}\n${before}\n`);
    await made.look();
    expect(keyIds()).toEqual(['key-2', 'key-1']);
    writeFileSync(keysFile, 'helix:key-2=replace-me\n');
    await made.look();
    expect(keyIds()).toEqual(['key-2', 'key-1']);
  });

  it('change with the file of a token alone', async () => {
    const { register: made, known } = register();
    await made.look();
    const next = token();
    writeFileSync(join(folder, 'dpi.token'), next);
    await made.look();
    expect([known(first), known(next)]).toEqual([undefined, 'dpi']);
  });

  it('with a mistake leave the old ones in use, and every mistake is told once with file and line', async () => {
    const { register: made, known, figure } = register();
    await made.look();
    writeFileSync(path, `sources:\n${sourceOf('dpi')}    zone: Paris\n${sourceOf('none')}`);
    for (let look = 0; look < 3; look += 1) await made.look();
    expect(known(first)).toBe('dpi');
    expect(await figure('vigie_sources_reload_failed')).toBe('1');
    expect(said.filter((line) => line.startsWith('error a source has a mistake'))).toHaveLength(1);
    expect(said.join('\n')).toMatch(/sources\.yml:\d+: not valid YAML/);
    writeFileSync(path, `sources:\n${sourceOf('dpi')}${sourceOf('none')}`);
    await made.look();
    expect(said.join('\n')).toContain('sources.yml:3: source none: token_file: the token of none.token is not there');
    await made.look();
    expect(said.filter((line) => line.includes('none.token'))).toHaveLength(1);
    writeFileSync(join(folder, 'none.token'), token());
    await made.look();
    expect(await figure('vigie_sources_loaded')).toBe('2');
    writeFileSync(path, `sources:\n${sourceOf('ris')}`);
    await made.look();
    expect([known(first), known(second)]).toEqual([undefined, 'ris']);
    expect(await figure('vigie_sources_reload_failed')).toBe('0');
  });

  it('may not have a token of the environment', () => {
    writeFileSync(join(folder, 'dpi.token'), old);
    expect(() => register()).toThrow(/stands in VIGIE_INGEST_TOKENS too/);
  });
});

function recording(said: string[]): Log {
  const say =
    (level: string) =>
    (message: string, fields: LogFields = {}) =>
      void said.push(`${level} ${message} ${fields.reason ?? ''}`);
  return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
}
