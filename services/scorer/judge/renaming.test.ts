import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { topics } from '#libs/contracts/topics.js';
import type { Selection } from '#libs/detection/rule/rule.js';
import { createMemoryLog } from '#libs/event-log/memory/memory-log.js';
import type { Frame } from '#libs/event-log/port.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { aScorer, at, bytesOf, FakeLog } from '../scorer.fixture.js';
import { readToldBefore, ToldBefore } from './told-before.js';

const hourMs = 3_600_000;
const reads: Selection = { id: 'a'.repeat(32), fields: ['action'], matches: (row) => row.action === 'read', sql: '' };
const closed: Selection = { id: 'b'.repeat(32), fields: ['clinic_id'], matches: (row) => row.clinic_id === 'closed', sql: '' };
const many = aRule({ id: 'many', selection: reads, atLeast: 40, timespanMs: hourMs });
/** What finds something only once the register says which clinics are closed. */
const inClosed = aRule({ id: 'in-closed', selection: closed, atLeast: 3, timespanMs: hourMs, level: 'critical' });

/** One account reads fourteen patients a frame, one in seven of them in a clinic that is closed. */
const framesOf = (from: number, count: number): readonly Frame[] =>
  Array.from({ length: count }, (_, index) => ({ offset: from + index, bytes: bytesOf(rowsOf(from + index)) }));

function rowsOf(offset: number) {
  return Array.from({ length: 14 }, (_, n) => {
    const number = offset * 14 + n;
    const time = new Date(aMonday + number * 10_000).toISOString();
    return anAccessRow({
      time,
      actor_id: 'thief',
      clinic_id: n % 7 === 0 ? 'closed' : 'open',
      patient_id: aPatient(number),
      event_id: anEventId(number),
      received_at: time,
    });
  });
}

function toldIn(log: FakeLog): ToldBefore {
  const told = new ToldBefore();
  for (const change of log.changes()) told.add(change);
  return told;
}

/** Each incident as it was told last. */
function lastOf(changes: readonly IncidentChange[]): readonly IncidentChange[] {
  const last = new Map<string, IncidentChange>();
  for (const change of changes)
    if ((last.get(change.incident_id)?.version ?? -1) <= change.version) last.set(change.incident_id, change);
  return [...last.values()];
}

describe('an incident that is judged again by another register', () => {
  let folder: string;
  let log: FakeLog;
  const stateDir = (name: string) => mkdtemp(join(folder, `${name}-`));
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vigie-renaming-'));
    log = new FakeLog(1);
    // Before the import: told at forty patients.
    const { pipeline } = await aScorer({ log, stateDir: await stateDir('before'), rules: [many] });
    await pipeline.frames(at, framesOf(0, 6));
    await pipeline.revoked(at);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const rebuilt = async (dir: string, end = 6) =>
    aScorer({ log, stateDir: dir, rules: [many, inClosed], held: { start: 0, end }, told: async () => toldIn(log) });

  it('goes on under its id, though it begins at another access, and says what is new once', async () => {
    const [before] = lastOf(log.changes());
    const told = log.changes().length;
    const { pipeline } = await rebuilt(await stateDir('after'));
    await pipeline.frames(at, framesOf(0, 6));
    await pipeline.tick();
    // Of what was judged before nothing is told again.
    expect(log.changes()).toHaveLength(told);
    await pipeline.frames(at, framesOf(6, 2));
    expect(
      pipeline
        .partitions()[0]
        ?.scorer.explain(before?.group_id ?? '', 'thief')
        ?.incidents.map(({ incident_id }) => incident_id),
    ).toEqual([before?.incident_id]);
    await pipeline.revoked(at);
    const [after, ...others] = lastOf(log.changes());
    expect(others).toEqual([]);
    expect(after).toMatchObject({
      incident_id: before?.incident_id,
      patients: 8 * 14,
      clinics: ['closed', 'open'],
      level: 'critical',
    });
    expect(after?.rules.toSorted()).toEqual(['in-closed', 'many']);
    const types = log
      .changes()
      .slice(told)
      .map(({ change_type }) => change_type);
    expect(types.filter((type) => type !== 'incident.updated')).toEqual(['incident.rule_added']);
    const ids = log.changes().map(({ change_id }) => change_id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has that id for a scorer that goes on from a snapshot in the midst of it, too', async () => {
    const dir = await stateDir('midst');
    const [before] = lastOf(log.changes());
    const { pipeline } = await rebuilt(dir);
    await pipeline.frames(at, framesOf(0, 2));
    await pipeline.written();
    const second = await rebuilt(dir);
    expect(second.from).toBe(2);
    await second.pipeline.frames(at, framesOf(2, 5));
    await second.pipeline.written();
    const third = await rebuilt(dir, 7);
    await third.pipeline.frames(at, framesOf(7, 1));
    await third.pipeline.revoked(at);
    expect(lastOf(log.changes())).toEqual([expect.objectContaining({ incident_id: before?.incident_id, patients: 8 * 14 })]);
  });

  it('is another where it is of another account, or lies apart in time', async () => {
    const other = rowsOf(6).map((row) => ({ ...row, actor_id: 'other', clinic_id: 'closed' }));
    const later = rowsOf(7).map((row) => ({
      ...row,
      clinic_id: 'closed',
      time: new Date(Date.parse(row.time) + 72 * hourMs).toISOString(),
      received_at: new Date(Date.parse(row.time) + 72 * hourMs).toISOString(),
    }));
    const { pipeline } = await rebuilt(await stateDir('apart'), 8);
    await pipeline.frames(at, [...framesOf(0, 6), { offset: 6, bytes: bytesOf(other) }, { offset: 7, bytes: bytesOf(later) }]);
    await pipeline.revoked(at);
    const last = lastOf(log.changes());
    expect(last.map(({ actor_id, patients, state }) => [actor_id, patients, state])).toEqual([
      ['thief', 6 * 14, 'closed'],
      ['other', 14, 'closed'],
      ['thief', 14, 'open'],
    ]);
  });

  it('is told as before where the lists are those of before', async () => {
    const told = log.changes();
    const again = await aScorer({
      log,
      stateDir: await stateDir('same'),
      rules: [many],
      held: { start: 0, end: 6 },
      told: async () => toldIn(log),
    });
    await again.pipeline.frames(at, framesOf(0, 6));
    await again.pipeline.revoked(at);
    const repeated = log.changes().slice(told.length);
    expect(repeated.length).toBeGreaterThan(0);
    expect(repeated.map(({ change_id }) => told.some((one) => one.change_id === change_id))).not.toContain(false);
  });

  it('is read from the log, whatever else lies there', async () => {
    const memory = createMemoryLog({ topics: { [topics.incidents]: 2 } });
    const changes = log.changes();
    for (const [index, change] of changes.entries())
      await memory.append(
        { topic: topics.incidents, partition: index % 2 },
        Buffer.from(`${JSON.stringify(change)}\nno change\n{}\n`),
      );
    const told = await readToldBefore({ log: memory, group: 'told' });
    const [change] = changes;
    if (!change) throw new Error('nothing was told');
    const [last] = lastOf(changes);
    expect([...told.of(change).values()]).toEqual([expect.objectContaining({ id: change.incident_id, version: last?.version })]);
    expect([
      ...(await readToldBefore({ log: createMemoryLog({ topics: { [topics.incidents]: 2 } }), group: 'none' })).of(change),
    ]).toEqual([]);
    await memory.close();
  });
});
