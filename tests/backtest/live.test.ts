import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryHistory } from '#libs/access-store/memory/memory-history.js';
import { MemoryStore } from '#libs/access-store/memory/memory-store.js';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { type IncidentChange, incidentChange } from '#libs/contracts/incident.js';
import { judgedTopics, partitionOf, topics } from '#libs/contracts/topics.js';
import { Backtest, type BacktestIncident } from '#libs/detection/history/backtest.js';
import { defaultListsDir, rulesConfig } from '#libs/detection/rules/load/config.js';
import { requireRules } from '#libs/detection/rules/load/require-rules.js';
import { createMemoryLog } from '#libs/event-log/memory/memory-log.js';
import { silentLog } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { FakeClock, settle } from '#libs/testkit/fake-clock.js';
import { hospitalRows } from '#libs/testkit/hospital-rows.js';
import { SeededRandom } from '#libs/testkit/hospital/random.js';
import { defaultSimulation, Simulation } from '#libs/testkit/hospital/simulation.js';
import { ScorerPipeline } from '#services/scorer/pipeline.js';
import { StoredRows } from '../../cli/backtest/row-source.js';

const minute = 60_000;
const hour = 60 * minute;
const seed = Number(process.env['FC_SEED'] ?? 20261125);
const quietMs = 4 * hour;
const allowedLatenessMs = 15 * minute;
const { rules } = await requireRules({
  VIGIE_RULES_DIR: rulesConfig.VIGIE_RULES_DIR.parse(undefined),
  VIGIE_LISTS_DIR: defaultListsDir,
});

/** A day of a small hospital group with a usurped account that empties the files of several clinics. */
const day: readonly AccessRow[] = [
  ...hospitalRows(
    new Simulation({ ...defaultSimulation, staff: 150, attacks: [{ name: 'burst', patients: 1_500 }, 'human_pace'] }).events(),
  ),
];

describe(`a backtest (seed ${seed})`, () => {
  let stateDir: string;
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'vigie-backtest-live-'));
  });
  afterEach(() => rm(stateDir, { recursive: true, force: true }));

  it('finds the incidents that the scorer found live in the same events, shuffled, repeated and cut anyhow, field by field', async () => {
    const random = new SeededRandom(seed);
    const arriving = withRepetitions(shuffled(day, allowedLatenessMs - minute, random), random);
    const live = await scored(arriving, random, stateDir);
    expect(live.length).toBeGreaterThan(2);
    expect(new Set(live.map(({ state }) => state))).toEqual(new Set(['open', 'closed']));
    expect((await backtested(day)).map(contents)).toEqual(live.map(contents));
  });

  it('gives an access that was delivered late the place of its time, and so the same incident', async () => {
    const random = new SeededRandom(seed);
    const burst = Array.from({ length: 60 }, (_, n) => burstRow(n));
    const late = burst[30];
    if (!late) throw new Error('the burst has no thirtieth access');
    const onTime = burst.filter((row) => row !== late);
    // The rest of the burst is too little for any rule, so that it is the late access that completes it.
    const few = onTime.slice(0, 39);
    const arriving = [...few, ...later(8 * minute), { ...late, received_at: iso(aMonday + 10 * minute) }];
    const live = await scored(arriving, random, stateDir);
    expect(live).toMatchObject([{ actor_id: 'admin.usurped', patients: 40 }]);
    expect((await backtested(arriving)).map(contents)).toEqual(live.map(contents));
  });
});

/** The last state of each incident that a scorer tells when the rows come in this order, in frames of any size. */
async function scored(
  arriving: readonly AccessRow[],
  random: SeededRandom,
  stateDir: string,
): Promise<readonly IncidentChange[]> {
  const log = createMemoryLog({
    topics: { ...Object.fromEntries(judgedTopics.map((topic) => [topic, 2])), [topics.incidents]: 1, [topics.quarantine]: 1 },
  });
  const lanes: [string[], string[]] = [[], []];
  const flush = async (partition: 0 | 1): Promise<void> => {
    await log.append({ topic: topics.accesses, partition }, Buffer.from(lanes[partition].splice(0).join('')));
  };
  for (const row of arriving) {
    const partition = partitionOf(row.group_id, row.actor_id, 2) === 0 ? 0 : 1;
    lanes[partition].push(`${JSON.stringify(row)}\n`);
    if (random.chance(1 / 150)) await flush(partition);
  }
  for (const partition of [0, 1] as const) if (lanes[partition].length > 0) await flush(partition);
  const tools = { log, clock: new FakeClock(), logger: silentLog, metrics: new Metrics('scorer') };
  const engine = { rules, quietMs, allowedLatenessMs };
  const membership = await new ScorerPipeline({ engine, stateDir, snapshotEveryMs: hour }, tools).start();
  for (let done = false; !done;) {
    await settle();
    const positions = await membership.positions();
    done = positions.length === 2 * judgedTopics.length && positions.every(({ next, end }) => next === end);
  }
  await membership.leave();
  const lines = log.frames({ topic: topics.incidents, partition: 0 }).flatMap((frame) => frame.toString().split('\n'));
  const changes = lines.filter(Boolean).map((line) => incidentChange.parse(JSON.parse(line)));
  const last = new Map<string, IncidentChange>();
  for (const change of changes)
    if ((last.get(change.incident_id)?.version ?? -1) < change.version) last.set(change.incident_id, change);
  return [...last.values()].filter(({ state }) => state === 'open' || state === 'closed').toSorted(byTime);
}

/** The same of a backtest over what ClickHouse would hold of them. */
async function backtested(rows: readonly AccessRow[]): Promise<readonly BacktestIncident[]> {
  const store = new MemoryStore();
  await store.insert('accesses', Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')), rows.length, 'all');
  const times = rows.map(({ time }) => Date.parse(time));
  const interval = { fromMs: Math.min(...times), toMs: Math.max(...times) + 1 };
  const backtest = new Backtest({ rules, ...interval, quietMs, allowedLatenessMs });
  for await (const { bytes } of new StoredRows('memory', new MemoryHistory(store), interval).frames()) backtest.take(bytes);
  const { comparison } = backtest.result();
  return comparison.incidents.flatMap(({ tried }) => tried).toSorted(byTime);
}

/** What is a function of the set of accesses; the rest depends on when they came: ids, the wall clock, what was known when it was told. */
function contents(incident: BacktestIncident) {
  const {
    group_id,
    actor_id,
    state,
    level,
    first_time,
    last_time,
    patients,
    patients_at_firing,
    clinics,
    categories,
    rules: fired,
    rule_matches,
    step,
  } = incident;
  return {
    group_id,
    actor_id,
    state,
    level,
    first_time,
    last_time,
    patients,
    patients_at_firing,
    clinics,
    categories,
    fired,
    rule_matches,
    step,
  };
}

function byTime(a: BacktestIncident, b: BacktestIncident): number {
  return a.first_time < b.first_time || (a.first_time === b.first_time && a.actor_id < b.actor_id) ? -1 : 1;
}

/** Each row comes at most `latestMs` after its time; most come within seconds, as from a live feed beside a slow one. */
function shuffled(rows: readonly AccessRow[], latestMs: number, random: SeededRandom): readonly AccessRow[] {
  const arrivals = rows.map((row) => ({
    row,
    at: Date.parse(row.time) + random.between(0, random.chance(0.1) ? latestMs : 3_000),
  }));
  return arrivals.toSorted((a, b) => a.at - b.at).map(({ row, at }) => ({ ...row, received_at: iso(at) }));
}

/** Every twentieth row comes again soon after. */
function withRepetitions(rows: readonly AccessRow[], random: SeededRandom): readonly AccessRow[] {
  return rows.flatMap((row, index) => {
    const before = rows[Math.max(0, index - random.whole(1, 200))];
    return before && random.chance(0.05) ? [row, before] : [row];
  });
}

function burstRow(n: number): AccessRow {
  return anAccessRow({
    time: iso(aMonday + n * 1_000),
    actor_id: 'admin.usurped',
    patient_id: aPatient(n),
    clinic_id: `99000000${n % 3}`,
    event_id: anEventId(n),
  });
}

/** Somebody else's accesses, for so long. */
function later(ms: number): readonly AccessRow[] {
  return Array.from({ length: 10 }, (_, n) =>
    anAccessRow({
      time: iso(aMonday + minute + ((n + 1) * ms) / 10),
      actor_id: 'admin.usurped',
      patient_id: aPatient(1),
      event_id: anEventId(`l${n}`),
    }),
  );
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
