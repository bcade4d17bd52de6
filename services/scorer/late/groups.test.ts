import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { HistoryQuery } from '#libs/access-store/contract/history.js';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { Rejudgement } from '#libs/detection/engine.js';
import type { Frame } from '#libs/event-log/port.js';
import { aMonday } from '#libs/testkit/builders.js';
import { Archive, aScorer, at, bytesOf, contents, FakeLog, gauge } from '../scorer.fixture.js';
import { groupAccountsMax, nextGroup, queryOf } from './account-groups.js';
import { accountInLines, addByAccount } from './account-lines.js';
import { hourMs, row, rules } from './nightly-file.fixture.js';

const text = fc.string({
  unit: fc.constantFrom('a', 'b', '\\', '"', '\n', ',', '{', 'é', '\u{1f600}', 'u', '0'),
  minLength: 1,
  maxLength: 8,
});

describe('many accounts whose accesses come late', () => {
  let stateDir: string;
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'vigie-groups-'));
  });
  afterEach(() => rm(stateDir, { recursive: true, force: true }));

  /** What is told of frames when accounts are judged again so many at a time, and how many questions that took. */
  async function judged(frames: readonly Frame[], groupMax: { readonly accounts: number; readonly bytes: number }) {
    const log = new FakeLog(1);
    const archive = new Archive();
    let questions = 0;
    const rows = archive.history.rows.bind(archive.history);
    archive.history.rows = (query) => {
      questions += 1;
      return rows(query);
    };
    const folder = await mkdtemp(join(stateDir, 'run-'));
    const { pipeline, rejudger, metrics } = await aScorer({ log, stateDir: folder, rules, archive, groupMax });
    for (const frame of frames) {
      await pipeline.frames(at, [frame]);
      await archive.take(frame);
    }
    await rejudger.look();
    expect(await gauge(metrics, 'vigie_rejudgements_waiting')).toBe(0);
    await pipeline.revoked(at);
    return { changes: log.changes(), questions };
  }

  it('are judged alike, alone or together, however few fit into one question', async () => {
    const account = fc.record({
      actor: text,
      patients: fc.integer({ min: 30, max: 60 }),
      hour: fc.integer({ min: 1, max: 30 }),
      late: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(account, { minLength: 1, maxLength: 12, selector: ({ actor }) => actor }),
        fc.integer({ min: 2, max: 8 }),
        fc.integer({ min: 1, max: 60_000 }),
        async (accounts, accountsMax, bytesMax) => {
          const frames = framesOf(accounts);
          const alone = await judged(frames, { accounts: 1, bytes: 0 });
          const told = alone.changes
            .filter(({ change_type }) => change_type === 'incident.opened')
            .map(({ actor_id }) => actor_id);
          expect(new Set(told)).toEqual(new Set(accounts.filter(({ patients }) => patients >= 40).map(({ actor }) => actor)));
          for (const groupMax of [
            { accounts: 256, bytes: 1 << 24 },
            { accounts: accountsMax, bytes: bytesMax },
          ]) {
            const together = await judged(frames, groupMax);
            expect(contents(together.changes)).toEqual(contents(alone.changes));
            expect(together.changes.map(({ incident_id }) => incident_id).toSorted()).toEqual(
              alone.changes.map(({ incident_id }) => incident_id).toSorted(),
            );
          }
        },
      ),
      { numRuns: 15 },
    );
  }, 120_000);

  it('take one question for hundreds of them', async () => {
    const accounts = Array.from({ length: 200 }, (_, n) => ({ actor: `late.${n}`, patients: 2, hour: 1 + (n % 20), late: true }));
    const { questions } = await judged(framesOf(accounts), { accounts: 256, bytes: 1 << 24 });
    expect(questions).toBe(1);
    expect((await judged(framesOf(accounts), { accounts: 1, bytes: 0 })).questions).toBeGreaterThan(100);
  });

  it('are judged one after the other where one of them has more than is held, and together again behind it', async () => {
    const accounts = Array.from({ length: 64 }, (_, n) => ({
      actor: `late.${n}`,
      patients: n === 0 ? 900 : 2,
      hour: 2,
      late: true,
    }));
    const { questions } = await judged(framesOf(accounts), { accounts: 64, bytes: 100_000 });
    // Halved six times down to the large one, then doubled.
    expect(questions).toBeLessThan(20);
  });
});

describe('a question for several accounts', () => {
  const stretch = fc.record({
    groupId: fc.constantFrom('helix', 'aleo'),
    actorId: text,
    days: fc.nat(400),
    spanHours: fc.integer({ min: 1, max: 100 }),
    sleeps: fc.constant(true),
  });
  const day = 24 * hourMs;
  const of = [{ id: 's', fields: [], matches: () => true, sql: '' }];

  it('gives each of them what it needs, not much more, and leaves none out', () => {
    fc.assert(
      fc.property(fc.array(stretch, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 10 }), (given, accountsMax) => {
        const waiting = given.map(({ groupId, actorId, days, spanHours }): Rejudgement => {
          const toMs = aMonday + days * day;
          const wholeFrom = toMs - spanHours * hourMs;
          return { groupId, actorId, fromMs: wholeFrom - 800 * day, toMs, outline: { toMs: wholeFrom, of }, throughOffset: 0 };
        });
        let left: readonly Rejudgement[] = waiting;
        for (let rounds = 0; left.length > 0; rounds += 1) {
          expect(rounds).toBeLessThan(waiting.length);
          const [first, ...others] = nextGroup(left, accountsMax);
          if (!first) throw new Error('an empty group');
          const group = [first, ...others];
          const query = queryOf([first, ...others], 'account');
          expect(group.length).toBeLessThanOrEqual(accountsMax);
          for (const one of group) expect(isGivenBy(query, one)).toBe(true);
          const own = first.toMs - (first.outline?.toMs ?? 0);
          expect(query.toMs - (query.outline?.toMs ?? 0)).toBeLessThanOrEqual(2 * own);
          left = left.filter((one) => !group.includes(one));
        }
      }),
    );
  });

  it('holds no more names than a URL may', () => {
    const waiting = Array.from({ length: 1000 }, (_, n): Rejudgement => ({
      groupId: 'helix',
      actorId: `${n}`.padEnd(256, 'é'),
      fromMs: 0,
      toMs: 1,
      throughOffset: 0,
    }));
    const bytes = nextGroup(waiting, groupAccountsMax).reduce((sum, { actorId }) => sum + Buffer.byteLength(actorId), 0);
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(6 * 1024);
  });
});

describe('the lines of a frame', () => {
  it('come to the accounts that they name, in their order, whatever characters the names hold', () => {
    const line = fc.record({ group: text, actor: text });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (given) => {
        const rows = given.map(({ group, actor }, n) => ({
          ...row({ n: `${n}`, time: aMonday + n, actor, clinic: 'c' }),
          group_id: group,
        }));
        const lines = new Map<string, Buffer[]>();
        addByAccount(bytesOf(rows), lines, 'account');
        for (const { group_id: groupId, actor_id: actorId } of rows) {
          const own = rows.filter((one) => one.group_id === groupId && one.actor_id === actorId);
          expect(Buffer.concat(lines.get(accountInLines({ groupId, actorId })) ?? [])).toEqual(bytesOf(own));
        }
        expect([...lines.values()].flat()).toHaveLength(rows.length);
      }),
    );
  });
});

interface Account {
  readonly actor: string;
  readonly patients: number;
  readonly hour: number;
  readonly late: boolean;
}

/** Each reads so many patients of two clinics within minutes; of those that are late one clinic sends its half after everything else. */
function framesOf(accounts: readonly Account[]): readonly Frame[] {
  const all = accounts.flatMap(({ actor, patients, hour, late }) =>
    Array.from({ length: patients }, (_, n) => ({
      nightly: late && n % 2 === 1,
      row: row({ n: `${actor} ${n}`, time: aMonday + hour * hourMs + n * 9600, actor, clinic: n % 2 ? 'nightly' : 'live' }),
    })),
  );
  const end = row({ n: 'end', time: aMonday + 48 * hourMs, actor: 'clock', clinic: 'live' });
  const inTime = all
    .filter(({ nightly }) => !nightly)
    .map((one) => one.row)
    .toSorted((a, b) => (a.time < b.time ? -1 : 1));
  const nightly = all.filter((one) => one.nightly).map((one) => ({ ...one.row, received_at: end.time }));
  const frames: readonly (readonly AccessRow[])[] = [inTime, [end], nightly];
  return frames.filter((rows) => rows.length > 0).map((rows, offset) => ({ offset, bytes: bytesOf(rows) }));
}

function isGivenBy({ fromMs, toMs, outline, accounts }: HistoryQuery, one: Rejudgement): boolean {
  const whole = (outline?.toMs ?? 0) <= (one.outline?.toMs ?? 0);
  return (
    whole &&
    fromMs <= one.fromMs &&
    toMs >= one.toMs &&
    accounts?.groupId === one.groupId &&
    accounts.actorIds.includes(one.actorId)
  );
}
