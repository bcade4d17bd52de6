import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Clinic, ListEntry } from '#libs/contracts/list-entry.js';
import { ClickHouseLists } from './clickhouse-lists.js';
import { type ListStore, readStoredLists } from '../contract/lists.js';
import { MemoryLists } from '../memory/memory-lists.js';
import { storeForTests } from '../clickhouse/store.fixture.js';

let client: ClickHouseClient;
let end: () => Promise<void>;
beforeAll(async () => {
  ({ client, end } = await storeForTests());
});
afterAll(() => end());

const memory = new MemoryLists();
describe.each<readonly [string, () => ListStore]>([
  ['memory', () => memory],
  ['ClickHouse', () => new ClickHouseLists(client)],
])('every store of lists (%s)', (_, open) => {
  it('gives what was put last of each list, group and value, and nothing that was taken out', async () => {
    const store = open();
    await store.put([entry('b'), entry('a', { reason: 'first' }), entry('a', { group_id: 'other' })]);
    await store.put([entry('a', { reason: 'second', valid_until: day(3) })]);
    await store.put([entry('b')], { removed: true });
    await store.put([entry('x', { list_name: 'other_list' })]);
    expect(await store.entries('recalls')).toEqual([
      entry('a', { reason: 'second', valid_until: day(3) }),
      entry('a', { group_id: 'other' }),
    ]);
    expect((await store.entries()).map(({ value }) => value)).toEqual(['x', 'a', 'a']);
    await store.put([entry('b')]);
    await store.put([entry('x', { list_name: 'other_list' })], { removed: true });
    expect((await store.entries()).map(({ value }) => value)).toEqual(['a', 'b', 'a']);
  });

  it('has a register in which a clinic can close', async () => {
    const store = open();
    await store.putClinics([clinicOf('c2'), clinicOf('c1')]);
    await store.putClinics([clinicOf('c1', { closed_at: day(2) })]);
    expect(await store.clinics()).toEqual([
      clinicOf('c1', { closed_at: day(2), controller_id: 'c1' }),
      clinicOf('c2', { controller_id: 'c2' }),
    ]);
  });

  it('keeps who answers for a clinic when a register does not say', async () => {
    const store = open();
    await store.putClinics([clinicOf('c3', { controller_id: 'group-sa' }), clinicOf('c4')]);
    await store.putClinics([clinicOf('c3', { name: 'Renamed' }), clinicOf('c4', { controller_id: 'other-sa' })]);
    const controllers = (await store.clinics()).map(({ clinic_id, controller_id }) => [clinic_id, controller_id]);
    expect(controllers).toEqual(
      expect.arrayContaining([
        ['c3', 'group-sa'],
        ['c4', 'other-sa'],
      ]),
    );
  });

  it('has the clinics of a file as the file says, beside those of people, and gives rules the latter alone', async () => {
    const store = open();
    const [before, fingerprint] = [await store.clinics(), await store.fingerprint()];
    const named = clinicOf('c8', { name: 'Nord', closed_at: day(1) });
    expect(await store.keepFile([named, clinicOf('c9', { controller_id: 'group-sa' }), clinicOf('c1', { name: 'Other' })])).toBe(
      2,
    );
    expect(await store.keepFile([named, clinicOf('c9', { controller_id: 'group-sa' })])).toBe(0);
    expect((await store.clinics()).map(({ clinic_id }) => clinic_id)).toEqual(['c1', 'c2', 'c3', 'c4', 'c8', 'c9']);
    expect([await store.clinics('people'), await store.fingerprint()]).toEqual([before, fingerprint]);
    expect((await readStoredLists(store)).get('closed_clinics')).toHaveLength(1);
    expect(await store.keepFile([clinicOf('c8')])).toBe(2);
    expect((await store.clinics()).slice(4)).toEqual([clinicOf('c8', { controller_id: 'c8' })]);
    expect(await store.keepFile([])).toBe(1);
    expect(await store.clinics()).toEqual(before);
  });

  it('gives rules the values with their times and groups, closed clinics among them', async () => {
    const lists = await readStoredLists(open());
    expect(lists.get('recalls')).toEqual([
      { text: 'a', untilMs: Date.parse(day(3)) },
      { text: 'b' },
      { text: 'a', groupId: 'other' },
    ]);
    expect(lists.get('closed_clinics')).toEqual([{ text: 'c1', fromMs: Date.parse(day(2)), groupId: 'helix' }]);
  });

  it('has another fingerprint when something changed, and the same when nothing did', async () => {
    const store = open();
    const before = await store.fingerprint();
    await store.putClinics([clinicOf('c2')]);
    expect(await store.fingerprint()).toBe(before);
    await store.putClinics([clinicOf('c2', { closed_at: day(5) })]);
    const closed = await store.fingerprint();
    await store.put([entry('b')], { removed: true });
    const taken = await store.fingerprint();
    expect(new Set([before, closed, taken]).size).toBe(3);
    await store.put([entry('b')]);
    expect(await store.fingerprint()).toBe(closed);
  });
});

describe('the tables', () => {
  it('take a row that only says list and value, or group, clinic and closing', async () => {
    await client.command({ query: "INSERT INTO vigie.lists (list_name, value) VALUES ('by_hand', 'v')" });
    await client.command({
      query: "INSERT INTO vigie.clinics (group_id, clinic_id, closed_at) VALUES ('helix', 'c7', '2024-06-30')",
    });
    const lists = await readStoredLists(new ClickHouseLists(client));
    expect(lists.get('by_hand')).toEqual([{ text: 'v' }]);
    expect(lists.get('closed_clinics')).toContainEqual({ text: 'c7', fromMs: Date.UTC(2024, 5, 30), groupId: 'helix' });
  });
});

function entry(value: string, given: Partial<ListEntry> = {}): ListEntry {
  return { list_name: 'recalls', value, group_id: '', valid_from: null, valid_until: null, owner: '', reason: '', ...given };
}

function clinicOf(id: string, given: Partial<Clinic> = {}): Clinic {
  return { group_id: 'helix', clinic_id: id, name: 'Clinique', opened_at: day(0), closed_at: null, ...given };
}

function day(n: number): string {
  return new Date(Date.UTC(2024, 0, 1 + n)).toISOString();
}
