import { describe, expect, it } from '@jest/globals';
import { judgedTopics, partitionOf, topics } from '#libs/contracts/topics.js';
import { anAccessRow, aMonday, aPatient } from '../builders.js';
import { behind, wrongMembers } from './checks.js';
import { faults } from './catalogue.js';
import type { GroupSeen } from './kafka-view.js';
import { tableOf } from './table.js';
import { differencesOf, undisturbedIncidents } from './undisturbed.js';
import { Wave } from './wave.js';

const partitions = 2;
const twoMachines = [{}, {}];

describe('the checks after a fault', () => {
  it('find nothing wrong with one member for each process that share all partitions', async () => {
    const view = { groups: async (names: readonly string[]) => names.map((name) => group(name, [[0], [1]])) };
    expect(await wrongMembers({ view, machines: twoMachines }, partitions)).toEqual([]);
  });

  it('see a member that no process serves, and partitions that nobody holds', async () => {
    const ghost = { groups: async (names: readonly string[]) => names.map((name) => group(name, [[0], [1], []])) };
    expect(await wrongMembers({ view: ghost, machines: twoMachines }, partitions)).toContain(
      `group vigie-scorer has 3 members for 2 processes: member-0 with ${judgedTopics.length}, member-1 with ${judgedTopics.length}, member-2 with 0`,
    );
    const gap = { groups: async (names: readonly string[]) => names.map((name) => group(name, [[0], []])) };
    expect(await wrongMembers({ view: gap, machines: twoMachines }, partitions)).toContain(
      `nobody in group vigie-scorer holds ${judgedTopics.map((topic) => `${topic}/1`).join(', ')}`,
    );
  });

  it('see a partition whose commits do not come to where the log ended, and ask nothing of one without frames', async () => {
    const view = {
      progress: async () => [
        { partition: 0, end: 9, committed: 5 },
        { partition: 1, end: 0, committed: -1 },
      ],
    };
    const name = `vigie-scorer ${topics.accesses}`;
    const marks = new Map([
      [`${name}/0`, 6],
      [`${name}/1`, 0],
    ]);
    expect(await behind({ view }, marks)).toEqual([`${name}/0 is committed up to 5, not 6`]);
  });

  it('compare what was told with what the rules come to without any fault', async () => {
    const rows = Array.from({ length: 45 }, (_, n) =>
      anAccessRow({
        time: new Date(aMonday + 1000 * n).toISOString(),
        actor_id: 'taker',
        patient_id: aPatient(n),
        clinic_id: `99000000${n % 3}`,
      }),
    );
    const undisturbed = await undisturbedIncidents(rows.toReversed());
    const whole = await undisturbedIncidents(rows);
    expect([...whole.keys()]).toEqual(['taker']);
    expect(differencesOf(whole, undisturbed)).toEqual([]);
    expect(differencesOf(await undisturbedIncidents(rows.slice(0, -1)), undisturbed)).toHaveLength(1);
    expect(differencesOf(new Map(), undisturbed)[0]).toMatch(/^incidents of taker: none, undisturbed /);
  });
});

describe('a wave', () => {
  it('has accounts in every partition, and reads of another patient each time', () => {
    const wave = new Wave({ name: 'f.1', feed: 'f', groupId: 'helix', partitions: 6 });
    const counts = Map.groupBy(wave.accounts, (account) => partitionOf('helix', account, 6));
    expect([...counts.keys()].toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
    const events = [...wave.next(aMonday), ...wave.next(aMonday)] as { actor_id: string; patient_ids: string[]; id: string }[];
    const reads = events.filter(({ actor_id }) => wave.accounts.includes(actor_id));
    expect(new Set(reads.map(({ patient_ids }) => patient_ids[0])).size).toBe(reads.length);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  });
});

describe('the table of faults', () => {
  it('shows a row for each, and says below what did not hold', () => {
    const [fault] = faults;
    if (!fault) throw new Error('the catalogue is empty');
    const seconds = { green: 9, red: 4, gone: 0, silent: 0 };
    const ready = { service: 'ingestor', machine: 0, page: 'ready', now: 'green', seconds, reasons: ['log: away'] } as const;
    const live = { ...ready, page: 'live', seconds: { ...seconds, red: 0 } } as const;
    const books = { acknowledged: 10, lost: 1, doubled: 0, unjudged: 2, recoverSeconds: undefined };
    const report = { fault, ...books, health: [ready, live], ended: [] };
    const text = tableOf([{ ...report, wrong: ['1 acknowledged row is not stored'] }]);
    expect(text).toMatch(/^brokers-away-10 +10 +1 +0 +2 +never +live green; ready red 4 s \(ingestor\), then green +FAILED$/m);
    expect(text).toContain('brokers-away-10: 1 acknowledged row is not stored');
  });

  it('names each fault once', () => {
    expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length);
  });
});

/** A group whose members hold these partitions of each of its topics. */
function group(name: string, holds: readonly (readonly number[])[]): GroupSeen {
  const read = name === 'vigie-archiver' ? Object.values(topics) : name === 'vigie-scorer' ? judgedTopics : [topics.incidents];
  const members = holds.map((own, index) => ({
    memberId: `member-${index}`,
    clientId: 'vigie',
    holds: read.flatMap((topic) => own.map((partition) => `${topic}/${partition}`)),
  }));
  return { group: name, state: 'Stable', members };
}
