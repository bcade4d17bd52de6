import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { projectRoot } from '#libs/runtime/paths.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { eventsOf, IngestorProcess, rowsInLog, testToken } from './process.fixture.js';

const port = await freePortBase();
const page = readFileSync(join(projectRoot, 'docs', 'feeding.md'), 'utf8');
const examples = [...page.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, command = '']) => command);

describe('the examples of docs/feeding.md', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'vigie-feeding-'));
  let ingestor: IngestorProcess | undefined;
  beforeAll(async () => {
    writeFileSync(
      join(dataDir, 'events.ndjson'),
      eventsOf('doc', 5)
        .map((event) => `${JSON.stringify(event)}\n`)
        .join(''),
    );
    ingestor = await IngestorProcess.start(dataDir, port);
  });
  afterAll(async () => {
    await ingestor?.end('SIGTERM');
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('are the three ways to feed', () => {
    expect(examples.map((command) => /\$VIGIE(\S+?)"/.exec(command)?.[1])).toEqual([
      '/v1/events',
      '/v1/events',
      '/fhir/AuditEvent',
    ]);
  });

  it.each([
    ['one event', 0, { accepted: 1, refused: [] }],
    ['a compressed file', 1, { accepted: 5, refused: [] }],
    ['a FHIR AuditEvent', 2, { resourceType: 'OperationOutcome', issue: [{ severity: 'information' }] }],
  ])('%s is taken', async (_what, index, expected) => {
    const before = (await rowsInLog(dataDir)).length;
    const env = { ...process.env, VIGIE: `http://127.0.0.1:${port}`, TOKEN: testToken };
    const { stdout } = await promisify(execFile)('sh', ['-c', examples[index] ?? 'false'], { env, cwd: dataDir });
    expect(JSON.parse(stdout)).toMatchObject(expected);
    expect((await rowsInLog(dataDir)).length).toBeGreaterThan(before);
  });
});
