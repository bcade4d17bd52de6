import { describe, expect, it } from '@jest/globals';
import type { Rule } from '#libs/detection/rule/rule.js';
import { defaultListsDir } from '#libs/detection/rules/load/config.js';
import { plant } from '../hospital/attacks/plant.js';
import type { Access } from '../hospital/event.js';
import type { Hospital } from '../hospital/hospital.js';
import { defaultSimulation, Simulation, type SimulationOptions } from '../hospital/simulation.js';
import { attacksJustBelow, type JustBelow, justBelowTable } from './just-below.js';
import { unplanted } from './just-below-recipes.js';
import { packFor } from './load-pack.js';
import { play } from './play.js';
import { staysBelow, staysBelowTable } from './stays-below.js';

const small: SimulationOptions = {
  ...defaultSimulation,
  seed: 12,
  days: 7,
  staff: 160,
  patients: 60_000,
  massCasualtyDay: 99,
  attacks: [],
};

/** Patients of one's own clinics whom nobody has met, within a day. */
const strangersOfADay = '4c569d7d-a98e-4b40-b607-7a1fab21e900';

describe('attacks just below each rule', () => {
  it('are of every rule of the pack, or it is said why not', async () => {
    const rules = await rulesOf(small);
    const planted = new Set(attacksJustBelow(rules).map(({ rule }) => rule.id));
    const missing = rules.filter(({ id, raises }) => raises && !planted.has(id) && !unplanted.has(id));
    expect(missing.map(({ title }) => title)).toEqual([]);
    expect([...unplanted.keys()].filter((id) => !rules.some((rule) => rule.id === id))).toEqual([]);
    expect([...unplanted.keys()].filter((id) => planted.has(id))).toEqual([]);
  });

  it('never hold more than one less than the rule asks for within its timespan, and come to most of that', async () => {
    const below = attacksJustBelow(await rulesOf(small));
    const { hospital } = new Simulation(small);
    for (const one of below) {
      const most = mostWithin(one, hospital);
      expect([one.rule.title, most <= one.atMost]).toEqual([one.rule.title, true]);
      // Lists come in whole ones, a week's number in whole days, and of people in care there are so many.
      const least = one.order.among === 'in_care' ? 1 : 0.6 * one.atMost;
      expect([one.rule.title, most >= least]).toEqual([one.rule.title, true]);
    }
  });

  it('follow the number of the rule', async () => {
    const [first] = attacksJustBelow(await rulesOf(small));
    if (!first) throw new Error('the pack has no rule to stay below');
    const { rule } = first;
    const other = attacksJustBelow([
      { ...rule, condition: { ...rule.condition, atLeast: 4 } },
      { ...rule, condition: { ...rule.condition, atLeast: 1 } },
    ]);
    expect(other.map(({ atMost }) => atMost)).toEqual([3]);
  });

  it('below a fast rule of strangers are told by a slower one, and the table says so', async () => {
    const options: SimulationOptions = { ...small, days: 6, staff: 60, patients: 30_000 };
    const rules = await rulesOf(options);
    const titles = ['Many patients of closed clinics within one hour', 'Patients whom nobody has met, within ten minutes'];
    const below = attacksJustBelow(rules).filter(({ rule }) => titles.includes(rule.title));
    expect(below).toHaveLength(titles.length);
    const played = play({ ...options, attacks: below.map(({ order }) => ({ ...order, day: 4, patients: 100 })) }, { rules });
    const table = justBelowTable([played], below, rules);
    for (const { rule } of below) expect(table).toContain(`| ${rule.title}`);
    // Fifteen an hour are never reached, and three within thirty days are.
    expect(table).toMatch(
      /\| Many patients of closed clinics within one hour \| 14 in an hour \| 1 of 1 \| [34] of \d+ \| 1 \|/u,
    );
  });
});

describe('how long an account stays below that reads strangers of its own clinic', () => {
  it('is shorter the more it reads, and a day or less for two hundred a day', async () => {
    const rules = (await rulesOf(small)).filter(({ id }) => id === strangersOfADay);
    // Sixteen secretaries who meet four or five strangers a day.
    const days = Array.from({ length: 20 }, (_, day) =>
      Array.from({ length: 16 }, (_, number) => ({
        groupId: 'helix',
        subject: 'account' as const,
        key: `s${number}`,
        day: 20_000 + day,
        role: 'secretary',
        kind: 'person',
        told: false,
        most: { [strangersOfADay]: 4 + ((day + number) % 2) },
      })),
    ).flat();
    const rows = staysBelow({
      days,
      rules,
      falseIncidentsPerWeek: 1,
      roles: ['secretary', 'nobody'],
      perDay: [1, 30, 200],
      accounts: 3,
      from: 7,
    });
    expect(rows.map(({ role, perDay, accounts, told }) => [role, perDay, accounts, told.length])).toEqual([
      ['secretary', 1, 3, 0], ['secretary', 30, 3, expect.any(Number)], ['secretary', 200, 3, 3],
      ['nobody', 1, 0, 0], ['nobody', 30, 0, 0], ['nobody', 200, 0, 0],
    ]); // prettier-ignore
    for (const { days, patients } of rows[2]?.told ?? []) expect([days, patients <= 200]).toEqual([1, true]);
    expect(rows[0]?.longest).toBe(13);
    expect(staysBelowTable(rows)).toContain('| secretary | 1 | 0 of 3 | **not told** | 13 patients in 13 days |');
  });
});

/** The most distinct patients of an account, or accounts, of the attack alone within the rule's timespan. */
function mostWithin({ rule, order }: JustBelow, hospital: Hospital): number {
  const streams = plant(hospital, order, []).streams.map((stream) => [...stream].filter(({ patients }) => patients.length > 0));
  const windows = rule.field.includes('actor_id') ? [streams.flat().toSorted((a, b) => a.at - b.at)] : streams;
  return Math.max(...windows.map((accesses) => mostOf(accesses, rule)));
}

function mostOf(accesses: readonly Access[], { timespanMs, field }: Rule): number {
  const valuesOf = ({ session, patients }: Access) => (field.includes('actor_id') ? [session.account.id] : patients.map(String));
  let most = 0;
  let from = 0;
  for (const [index, { at }] of accesses.entries()) {
    while ((accesses[from]?.at ?? at) <= at - timespanMs) from += 1;
    most = Math.max(most, new Set(accesses.slice(from, index + 1).flatMap(valuesOf)).size);
  }
  return most;
}

async function rulesOf(options: SimulationOptions): Promise<readonly Rule[]> {
  const rulesDir = new URL('../../../rules/', import.meta.url).pathname;
  const { rules } = await packFor(new Simulation(options).hospital, {
    rulesDir,
    listsDir: defaultListsDir,
    exceptions: false,
    migration: false,
  });
  return rules;
}
