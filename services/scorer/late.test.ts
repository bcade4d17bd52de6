import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { Selection } from '#libs/detection/rule.js';
import type { Frame } from '#libs/event-log/port.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { Archive, aScorer, at, bytesOf, contents, FakeLog, gauge } from './scorer.fixture.js';

const hourMs = 3_600_000;
const selection: Selection = { id: 'a'.repeat(32), fields: ['action'], matches: (row) => row.action === 'read', sql: '' };
const rules = [
  aRule({
    id: 'mass',
    selection,
    atLeast: 40,
    timespanMs: 600_000,
    spread: { field: 'clinic_id', atLeast: 2 },
    steps: [40, 400],
  }),
];

/** Besides its work, which is two patients more, the usurped account reads fifty patients of two clinics in eight minutes; one of the clinics sends its half the next night. */
const attackAt = aMonday + hourMs;
const attack = Array.from({ length: 50 }, (_, n) =>
  row({ n: `attack ${n}`, time: attackAt + n * 9600, actor: 'admin', clinic: n % 2 ? 'live' : 'nightly' }),
);
const live = attack.filter(({ clinic_id }) => clinic_id === 'live');
const nightly = attack.filter(({ clinic_id }) => clinic_id === 'nightly');

/** Two days of live work of everybody, the usurped account among them; the nightly file comes `lateHours` after the attack. */
function frames(lateHours: number): readonly Frame[] {
  const work = Array.from({ length: 48 * 6 }, (_, n) => {
    const time = aMonday + n * 600_000;
    return ['nurse.1', 'nurse.2', 'admin'].map((actor) =>
      row({ n: `work ${actor} ${n}`, time, actor, clinic: 'live', patient: n % 7 }),
    );
  });
  const attackIn = work.findIndex(([first]) => Date.parse(first?.time ?? '') > attackAt);
  work[attackIn]?.push(...live);
  const nightlyIn = work.findIndex(([first]) => Date.parse(first?.time ?? '') > attackAt + lateHours * hourMs);
  // The file holds the ordinary work of its site, too.
  const file = Array.from({ length: 40 }, (_, n) =>
    row({ n: `file ${n}`, time: attackAt - 2 * hourMs + n * 300_000, actor: `nurse.${n % 3}`, clinic: 'nightly', patient: n }),
  );
  work[nightlyIn]?.push(...nightly, ...file);
  return work.map((rows, offset) => ({ offset, bytes: bytesOf(rows) }));
}

describe('accesses that come hours late', () => {
  let stateDir: string;
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'vigie-late-'));
  });
  afterEach(() => rm(stateDir, { recursive: true, force: true }));

  /** What the same accesses give when each comes in its time. */
  async function inTime(): Promise<readonly object[]> {
    const lines = frames(6).flatMap(({ bytes }) => bytes.toString().split('\n').filter(Boolean));
    const log = new FakeLog();
    const folder = await mkdtemp(join(stateDir, 'in-time-'));
    const { pipeline } = await aScorer({ log, stateDir: folder, rules });
    const sorted = lines.map((line) => JSON.parse(line) as AccessRow).toSorted((a, b) => (a.time < b.time ? -1 : 1));
    await pipeline.frames(at, [{ offset: 0, bytes: bytesOf(sorted) }]);
    await pipeline.revoked(at);
    return contents(log.changes());
  }

  it.each([6, 16, 30])(
    '%d hours late, raise the incident that they would have raised live, which says how late it was found',
    async (lateHours) => {
      const expected = await inTime();
      expect(expected).toEqual([expect.objectContaining({ actor_id: 'admin', patients: 52, clinics: ['live', 'nightly'] })]);
      const log = new FakeLog();
      const archive = new Archive();
      const { pipeline, rejudger } = await aScorer({ log, stateDir, rules, archive });
      for (const frame of frames(lateHours)) {
        await pipeline.frames(at, [frame]);
        await archive.take(frame);
      }
      await rejudger.look();
      await pipeline.revoked(at);
      expect(contents(log.changes())).toEqual(expected);
      const opened = log.changes().find(({ change_type }) => change_type === 'incident.opened');
      expect(opened).toMatchObject({ found: 'late' });
      expect(opened?.late_seconds).toBeGreaterThan((lateHours - 1) * 3600);
    },
  );

  it('wait for the store, while what arrives is judged; how many and for how long is shown', async () => {
    const log = new FakeLog();
    const archive = new Archive();
    const { pipeline, rejudger, clock, metrics } = await aScorer({ log, stateDir, rules, archive });
    const all = frames(30);
    for (const frame of all) await pipeline.frames(at, [frame]);
    await rejudger.look();
    expect(await gauge(metrics, 'vigie_rejudgements_waiting')).toBeGreaterThan(0);
    const burst = Array.from({ length: 60 }, (_, n) =>
      row({ n: `burst ${n}`, time: aMonday + 49 * hourMs + n * 1000, actor: 'other', clinic: `c${n % 2}` }),
    );
    archive.history.away = true;
    await clock.advance(90_000);
    await rejudger.look();
    await pipeline.frames(at, [{ offset: all.length, bytes: bytesOf(burst) }]);
    expect(contents(log.changes())).toEqual([expect.objectContaining({ actor_id: 'other' })]);
    expect(await gauge(metrics, 'vigie_rejudgements_oldest_seconds')).toBe(90);
    archive.history.away = false;
    for (const frame of all) await archive.take(frame);
    // It was away, so that it is left alone for a while.
    await rejudger.look();
    expect(contents(log.changes())).toHaveLength(1);
    await clock.advance(2000);
    await rejudger.look();
    expect(contents(log.changes()).map((one) => ('actor_id' in one ? one.actor_id : ''))).toEqual(['admin', 'other']);
    expect(await gauge(metrics, 'vigie_rejudgements_waiting')).toBe(0);
    await pipeline.revoked(at);
  });

  it('are judged as if nothing had happened when the scorer is ended by force anywhere, and the store is late or away at times', async () => {
    const expected = await inTime();
    const all = frames(30);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ after: fc.nat(all.length - 1), archived: fc.nat(40), away: fc.boolean() }), { maxLength: 4 }),
        fc.integer({ min: 1, max: 60 }),
        async (kills, snapshotEvery) => {
          const folder = await mkdtemp(join(stateDir, 'run-'));
          const log = new FakeLog();
          const archive = new Archive();
          let scorer = await aScorer({ log, stateDir: folder, rules, archive, snapshotEveryMs: 1000 });
          let archived = 0;
          const left = [...kills];
          for (let offset = 0; offset < all.length; offset += 1) {
            const [frame] = all.slice(offset, offset + 1);
            if (offset % snapshotEvery === 0) await scorer.clock.advance(1000);
            if (frame) await scorer.pipeline.frames(at, [frame]);
            const kill = left.find(({ after }) => after === offset);
            if (!kill) continue;
            for (; archived < offset - kill.archived; archived += 1) await archive.take(all[archived] as Frame);
            archive.history.away = kill.away;
            await scorer.rejudger.look();
            await scorer.pipeline.written();
            left.splice(left.indexOf(kill), 1);
            scorer = await aScorer({ log, stateDir: folder, rules, archive, snapshotEveryMs: 1000 });
            offset = scorer.from - 1;
          }
          archive.history.away = false;
          for (const frame of all) await archive.take(frame);
          await scorer.rejudger.look();
          await scorer.pipeline.revoked(at);
          expect(contents(log.changes())).toEqual(expected);
        },
      ),
      { numRuns: 15 },
    );
  });
});

interface RowGiven {
  readonly n: string;
  readonly time: number;
  readonly actor: string;
  readonly clinic: string;
  readonly patient?: number;
}

function row({ n, time, actor, clinic, patient }: RowGiven): AccessRow {
  const iso = new Date(time).toISOString();
  return anAccessRow({
    time: iso,
    received_at: iso,
    actor_id: actor,
    clinic_id: clinic,
    patient_id: aPatient(patient ?? n),
    event_id: anEventId(n),
  });
}
