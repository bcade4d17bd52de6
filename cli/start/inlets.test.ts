import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { inletsOf } from './inlets.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-inlets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('names every door that is open', () => {
  const path = join(folder, 'sources.yml');
  writeFileSync(
    path,
    `listeners: [{ name: pacs, kind: syslog, transport: udp, port: 5514 }]
sources:
  - { name: imaging, group: helix, listener: pacs }
  - { name: night, group: helix, folder: drop, clinic: '1' }
  - { name: bus, group: helix, topic: raw.audit }
`,
  );
  expect(inletsOf(path, {}).slice(1)).toEqual([
    'syslog over udp on 127.0.0.1:5514 (pacs)',
    `folder ${join(folder, 'drop')} (night@helix)`,
    'topic raw.audit (bus@helix)',
  ]);
});

it('says that none is open where there is no file, or one with mistakes, of which the ingestor tells', () => {
  const path = join(folder, 'wrong.yml');
  writeFileSync(path, 'sources: 7\n');
  for (const file of [undefined, path])
    expect(inletsOf(file, {})).toEqual([expect.stringMatching(/^HTTP: .*_bulk/), expect.stringContaining('none is open')]);
});
