import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { systemClock } from '#libs/runtime/clock.js';
import { feed } from '#libs/testkit/hospital/feed/feed.js';
import { type FedByRoads, feedByRoads } from '#libs/testkit/hospital/feed/feed-roads.js';
import { defaultSimulation, Simulation } from '#libs/testkit/hospital/simulation.js';
import { IngestorUnderTest } from '#services/ingestor/ingestor.fixture.js';
import { DemoInlets } from './demo-inlets.js';
import { inletsOf } from './inlets.js';

const token = 'q7Zp2dVx9mKf4RtYb8NcWj3LhGs6AeUo';
const dataDir = mkdtempSync(join(tmpdir(), 'vigie-demo-inlets-'));
const simulation = () => new Simulation({ ...defaultSimulation, staff: 100, patients: 20_000, attacks: [] });
const signal = new AbortController().signal;
let ingestor: IngestorUnderTest;
let sources: string;
let fed: FedByRoads;
/** Rows of the same day, by HTTP alone and by the roads of its applications. */
let alone: readonly Record<string, unknown>[];
let byRoads: readonly Record<string, unknown>[];

beforeAll(async () => {
  let inlets: DemoInlets | undefined;
  ingestor = await IngestorUnderTest.start((_, portBase) => {
    inlets = new DemoInlets({ dataDir, portBase, groupId: 'helix' });
    sources = inlets.prepare();
    return { VIGIE_INGEST_TOKENS: `demo@helix=${token}`, VIGIE_SOURCES_FILE: sources };
  });
  const options = { url: ingestor.base, token, speed: Number.POSITIVE_INFINITY, batch: 1000, lanes: 2, signal };
  alone = await ingestor.log.during(() => feed({ ...options, events: simulation().events() }));
  byRoads = await ingestor.log.during(async () => {
    const from = ingestor.log.lines.length;
    const open = inlets?.open(ingestor.base, '2026-01-05', { clock: systemClock, signal });
    if (!open) throw new Error('not prepared');
    fed = await feedByRoads({ ...options, events: simulation().events() }, open);
    while (ingestor.log.lines.length < from + alone.length) await systemClock.sleep(5);
  });
});
afterAll(async () => {
  await ingestor.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

it('bring every event of the day, and none twice', () => {
  expect(Math.min(...Object.values(fed.roads))).toBeGreaterThan(5);
  expect(fed.accepted).toBe([...simulation().events()].length);
  expect(new Set(byRoads.map((row) => row['event_id'])).size).toBe(fed.accepted);
  expect(ingestor.log.quarantined).toEqual([]);
  expect(new Set(byRoads.map((row) => row['source']))).toEqual(new Set(['demo', 'imaging-archive', 'lab-portal', 'archive']));
});

it('say of each access what Vigie is told over HTTP: when, who, where, what, of whom', () => {
  expect(byRoads.map(seen).toSorted()).toEqual(alone.map(seen).toSorted());
});

it('are named by the board', () => {
  expect(inletsOf(sources, {}).slice(1)).toEqual([
    expect.stringMatching(/^syslog over (tls|tcp) on 127\.0\.0\.1:\d+ \(imaging-syslog\)$/),
    `folder ${join(dataDir, 'inlets', 'archive')} (archive@helix)`,
  ]);
  expect(readFileSync(sources, 'utf8')).not.toContain(token);
});

/** What an access says, whichever road it came by. */
function seen({
  time,
  actor_id,
  actor_kind,
  clinic_id,
  action,
  outcome,
  patient_id,
  record_count,
  source_ip,
}: Record<string, unknown>): string {
  return JSON.stringify([time, actor_id, actor_kind ?? 'human', clinic_id, action, outcome, patient_id, record_count, source_ip]);
}
