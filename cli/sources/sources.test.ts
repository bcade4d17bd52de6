import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { checkSourcesCommand } from './check.js';
import { trySourceCommand } from './try.js';

let folder = '';
let told = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigie-sources-cli-'));
  told = '';
  for (const stream of [process.stdout, process.stderr])
    jest.spyOn(stream, 'write').mockImplementation((text) => (told += String(text)).length > 0);
});
afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = 0;
  rmSync(folder, { recursive: true });
});

const event = {
  time: '2026-11-28T08:00:00Z',
  clinic_id: 'nord',
  actor_id: 'amartin',
  action: 'read',
  patient_id: 'IPP-4711-0815',
};

function sourcesFile(text: string): string {
  const path = join(folder, 'sources.yml');
  writeFileSync(path, text);
  return path;
}

describe('vigie sources', () => {
  const sources = `sources:\n  - { name: dpi, group: helix, token_file: dpi.token, clinic: '750000001' }\n  - { name: dpi, group: aleo, folder: drop }\n`;

  it('check says what each source means, or each mistake, with exit code 1', async () => {
    await checkSourcesCommand(sourcesFile(sources.replace('token_file: dpi.token', 'topic: raw.dpi')));
    expect(told).toMatch(/dpi of helix comes in from the topic raw\.dpi; .* the clinic is always 750000001/);
    expect(told).toContain('VIGIE_QUARANTINE_KEYS has no key of helix:');
    expect(told).toContain('VIGIE_QUARANTINE_KEYS has no key of aleo:');
    await checkSourcesCommand(sourcesFile(sources));
    expect(told).toMatch(/sources\.yml:2: source dpi: token_file: the token of dpi\.token is not there/);
    expect(process.exitCode).toBe(1);
  });

  it('try unpacks what a watched folder would', async () => {
    const file = sourcesFile(sources);
    const path = join(folder, 'audit.log.1');
    const packed = gzipSync(JSON.stringify(event));
    writeFileSync(path, packed);
    await trySourceCommand(path, { source: 'dpi@helix', file, limit: 20 });
    expect(told).toContain('1 row(s), 0 record(s) refused');
    writeFileSync(path, packed.subarray(0, 30));
    await expect(trySourceCommand(path, { source: 'dpi@helix', file, limit: 20 })).rejects.toThrow('cannot be unpacked');
  });

  it('try shows rows without a clear identifier, and why the rest is refused', async () => {
    const file = sourcesFile(sources);
    const path = join(folder, 'sample.ndjson');
    const events = [
      event,
      { ...event, group_id: 'other' },
      { ...event, action: 'peek' },
      { ...event, device: 'PC of IPP-4711-0815' },
    ];
    writeFileSync(path, events.map((one) => JSON.stringify(one)).join('\n'));
    await trySourceCommand(path, { source: 'dpi@helix', file, limit: 20 });
    expect(told).toMatch(/"record":0,"row":\{.*"patient_id":"[0-9a-f]{32}","clinic_id":"750000001"/);
    expect(told).toMatch(/"record":1,"refused":"other_group","field":"group_id"/);
    expect(told).toMatch(/"record":2,"refused":"[a-z_]+","field":"action"/);
    expect(told).toContain('2 row(s), 2 record(s) refused');
    expect(told).not.toContain('4711');
    await trySourceCommand(path, { source: 'dpi@aleo', file, limit: 1 });
    expect(told).toContain('1 row(s), 0 record(s) refused');
    expect(told.split('these are the first 1 records; --limit shows more')).toHaveLength(2);
  });

  it('try reads what is sent to the doors of Splunk HEC and of _bulk', async () => {
    const file = sourcesFile(sources);
    const tried = async (name: string, body: string) => {
      told = '';
      writeFileSync(join(folder, name), body);
      await trySourceCommand(join(folder, name), { source: 'dpi@helix', file, limit: 20 });
      expect(told).not.toContain('4711');
      return told;
    };
    const hec = [event, { ...event, action: 'print' }].map((one) => JSON.stringify({ time: 1764316800, event: one })).join('');
    expect(await tried('hec', hec)).toMatch(/"record":1,"row":\{.*"action":"print"[^]*2 row\(s\), 0 record\(s\) refused/);
    expect(await tried('hec-text', JSON.stringify({ event: JSON.stringify(event) }, undefined, 2))).toContain(
      '1 row(s), 0 record(s) refused',
    );
    expect(await tried('hec-broken', `${hec}{"time":1764316800}${hec}`)).toMatch(
      /"record":2,"refused":"bad_hec_event".*code 12, event 2[^]*2 row\(s\), 1 record/,
    );
    const lines = [
      { create: { _index: 'a' } },
      event,
      { delete: { _id: '1' } },
      { update: { _id: '2' } },
      { doc: { ...event, action: 'print' } },
      { index: {} },
    ];
    const bulk = lines.map((one) => `${JSON.stringify(one)}\n`).join('');
    expect(await tried('bulk', bulk)).toMatch(
      /"record":1,"row":\{.*"action":"print"[^]*"record":2,"refused":"missing_document"[^]*2 row\(s\), 1 record/,
    );
    expect(await tried('bulk-broken', `${bulk}{}\n{"nothing":1}\n`)).toMatch(
      /"refused":"bad_operation".*Malformed action\/metadata line \[8\]/,
    );
  });

  it('try asks which source is meant', async () => {
    const file = sourcesFile(sources);
    await expect(trySourceCommand(file, { source: 'dpi', file, limit: 1 })).rejects.toThrow(
      /several sources dpi; name one of dpi@helix, dpi@aleo/,
    );
    await expect(trySourceCommand(file, { source: 'ris', file, limit: 1 })).rejects.toThrow(/no source ris/);
  });
});
