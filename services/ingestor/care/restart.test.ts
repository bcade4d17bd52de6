import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { careTopic } from '#libs/contracts/topics.js';
import { anEvent } from '#libs/testkit/builders.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { IngestorProcess, rowsInLog } from '../process.fixture.js';

const dayMs = 86_400_000;

describe('an ingestor that was killed', () => {
  let dataDir: string;
  let ingestor: IngestorProcess | undefined;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'vigie-care-'));
  });
  afterEach(async () => {
    await ingestor?.end('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('knows when it is started again whom every acknowledged event met, and writes none of it down again', async () => {
    const port = await freePortBase();
    const now = Date.now();
    const events = Array.from({ length: 200 }, (_, n) =>
      anEvent({
        time: new Date(now - dayMs + n * 1000).toISOString(),
        actor_id: `a${n % 7}`,
        patient_ids: [String(8_000_000 + (n % 60))],
        id: `e${n}`,
      }),
    );
    ingestor = await IngestorProcess.start(dataDir, port);
    expect(await ingestor.post(events)).toMatchObject({ status: 200 });
    await ingestor.end('SIGKILL');
    const known = await rowsInLog(dataDir, careTopic);
    expect(known.length).toBeGreaterThan(60);
    expect(JSON.stringify(known)).not.toMatch(/"80000\d\d"/);
    ingestor = await IngestorProcess.start(dataDir, port);
    expect(await ingestor.post(events)).toMatchObject({ status: 200 });
    await ingestor.end('SIGTERM');
    expect((await rowsInLog(dataDir, careTopic)).length).toBe(known.length);
    const rows = await rowsInLog(dataDir);
    expect(rows.length).toBe(400);
    const stampsOf = ({ care_link, own_clinic, new_network, house_network, event_patients, id_block }: (typeof rows)[number]) =>
      JSON.stringify([care_link, own_clinic, new_network, house_network, event_patients, id_block]);
    for (const twice of Map.groupBy(rows, ({ event_id }) => event_id).values()) {
      expect(twice.length).toBe(2);
      expect(twice.map(stampsOf)).toEqual([stampsOf(twice[0] ?? {}), stampsOf(twice[0] ?? {})]);
    }
  });
});
