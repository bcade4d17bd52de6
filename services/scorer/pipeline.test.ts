import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { topics } from '#libs/contracts/topics.js';
import { defaultListsDir, rulesConfig } from '#libs/detection/rules/load/config.js';
import { requireRules } from '#libs/detection/rules/load/require-rules.js';
import type { Frame } from '#libs/event-log/port.js';
import { Transient } from '#libs/runtime/outcome.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import type { ScorerPipeline } from './pipeline.js';
import { aScorer, at, FakeLog } from './scorer.fixture.js';

const { rules } = await requireRules({
  VIGIE_RULES_DIR: rulesConfig.VIGIE_RULES_DIR.parse(undefined),
  VIGIE_LISTS_DIR: defaultListsDir,
});

/** Ten frames in which one account reads 500 patients of three clinics, two a second, while others work. */
const frames: readonly Frame[] = Array.from({ length: 10 }, (_, offset) => {
  const rows = Array.from({ length: 100 }, (_, index) => {
    const number = offset * 100 + index;
    const usurped = index % 2 === 0;
    return anAccessRow({
      time: new Date(aMonday + number * 250).toISOString(),
      actor_id: usurped ? 'admin.usurped' : `nurse.${index}`,
      patient_id: aPatient(usurped ? number : index),
      clinic_id: `7503001${usurped ? number % 3 : 0}0`,
      event_id: anEventId(number),
    });
  });
  return { offset, bytes: Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')) };
});

/** What people are told: each change once, with the patients it names. */
function told(changes: readonly IncidentChange[]): readonly (readonly [string, string])[] {
  const notified = changes.filter((one) => one.change_type !== 'incident.updated');
  return [...new Map(notified.map((one) => [one.change_id, `${one.change_type} ${one.patients}`] as const))];
}

function newest(changes: readonly IncidentChange[]): IncidentChange | undefined {
  return changes.toSorted((a, b) => b.version - a.version)[0];
}

const take = (pipeline: ScorerPipeline, some: readonly Frame[]) => pipeline.frames(at, some);

describe('the scorer', () => {
  let stateDir: string;
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'vigie-scorer-'));
  });
  afterEach(() => rm(stateDir, { recursive: true, force: true }));

  const started = (log: FakeLog, snapshotEveryMs = 0) => aScorer({ log, stateDir, rules, snapshotEveryMs });

  async function uninterrupted(): Promise<readonly IncidentChange[]> {
    const log = new FakeLog();
    const { pipeline } = await started(log);
    for (const frame of frames) await take(pipeline, [frame]);
    await pipeline.revoked(at);
    await rm(join(stateDir, `${at.topic}-0.snapshot`));
    return log.changes();
  }
  it('tells one incident, its steps and its rules, with the exact number of patients', async () => {
    const changes = await uninterrupted();
    expect(new Set(changes.map((one) => one.incident_id)).size).toBe(1);
    expect(told(changes).map(([, text]) => text)).toContain('incident.opened 40');
    expect(newest(changes)).toMatchObject({ actor_id: 'admin.usurped', patients: 500, step: 400, state: 'open' });
    expect(newest(changes)?.rules.length).toBeGreaterThanOrEqual(3);
  });

  it.each([1, 4, 9])('ended by force after frame %d goes on as if nothing had happened', async (last) => {
    const expected = await uninterrupted();
    const log = new FakeLog();
    const first = await started(log, 3_000);
    for (const frame of frames.slice(0, last)) await take(first.pipeline, [frame]);
    const second = await started(log);
    expect(second.from).toBeLessThanOrEqual(last);
    for (const frame of frames.slice(second.from)) await take(second.pipeline, [frame]);
    await second.pipeline.revoked(at);
    expect(told(log.changes())).toEqual(told(expected));
    expect({ ...newest(log.changes()), changed_at: '', detected_at: '' }).toEqual({
      ...newest(expected),
      changed_at: '',
      detected_at: '',
    });
  });

  it('loses no decision while the log is away, and commits nothing that is not told', async () => {
    const expected = await uninterrupted();
    const log = new FakeLog();
    const { pipeline } = await started(log);
    log.away = true;
    for (let attempt = 0; attempt < 3; attempt += 1) await expect(take(pipeline, frames)).rejects.toThrow(Transient);
    expect(log.committed).toBe(-1);
    log.away = false;
    await take(pipeline, frames);
    await pipeline.revoked(at);
    expect(told(log.changes())).toEqual(told(expected));
    expect(log.committed).toBe(frames.length);
  });

  it('builds its windows again from the log when the snapshot was damaged', async () => {
    const expected = await uninterrupted();
    const log = new FakeLog();
    const { pipeline } = await started(log);
    await take(pipeline, frames.slice(0, 6));
    await pipeline.written();
    const path = join(stateDir, `${at.topic}-0.snapshot`);
    const bytes = await readFile(path);
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    await writeFile(path, bytes);
    const again = await started(log);
    expect(again.from).toBe(0);
    await take(again.pipeline, frames);
    await again.pipeline.revoked(at);
    expect(told(log.changes())).toEqual(told(expected));
  });

  it('sets a row that it cannot read aside, by its place, and judges the others', async () => {
    const log = new FakeLog();
    const { pipeline } = await started(log);
    const [frame] = frames;
    await take(pipeline, [
      { offset: 0, bytes: Buffer.concat([Buffer.from('{"time":"2026-\n'), frame?.bytes ?? Buffer.alloc(0)]) },
    ]);
    expect(log.rows(topics.quarantine)).toEqual([expect.objectContaining({ step: 'score', origin: `${topics.accesses}/0/0#1` })]);
    expect(log.changes().map((one) => one.change_type)).toContain('incident.opened');
  });

  it('sets a stretch of the log that cannot be unpacked aside, by its place, and judges what lies behind', async () => {
    const log = new FakeLog();
    const { pipeline } = await started(log);
    const empty = { bytes: Buffer.alloc(0) };
    await take(pipeline, [
      { offset: 0, ...empty, unreadable: { reason: 'too_large', last: 1 } },
      { offset: 1, ...empty },
      { offset: 2, bytes: frames[0]?.bytes ?? empty.bytes },
    ]);
    expect(log.rows(topics.quarantine)).toEqual([
      expect.objectContaining({ reason: 'unreadable_batch', content: '', origin: `${topics.accesses}/0/0#0` }),
    ]);
    expect(log.changes().map((one) => one.change_type)).toContain('incident.opened');
  });
});
