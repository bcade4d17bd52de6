import { beforeAll, describe, expect, it } from '@jest/globals';
import { goesByHabit } from '#libs/detection/rule/rule.js';
import { defaultListsDir } from '#libs/detection/rules/load/config.js';
import { announcedWork } from '../hospital/announced.js';
import { defaultSimulation, Simulation, type SimulationOptions } from '../hospital/simulation.js';
import { isLongRun } from '../measures/long-run.js';
import { exposedOf, judgeGoals } from './goals.js';
import { packFor } from './load-pack.js';
import { markdownReport } from './markdown-report.js';
import { play, type RulesForPlay } from './play.js';
import { seedReport, summary } from './report.js';
import type { Played } from './verdict.js';

/** A small hospital over two days with the attacks that have a goal, and a mass-casualty evening. */
const small: SimulationOptions = {
  ...defaultSimulation,
  seed: 3,
  days: 2,
  staff: isLongRun ? 300 : 110,
  patients: 100_000,
  massCasualtyDay: 1,
  migration: true,
  attacks: [{ name: 'burst', patients: 500 }, { name: 'human_pace', patients: 150 }, 'bulk_export', 'closed_clinics'],
};

describe('the default pack in the simulated hospital', () => {
  let pack: RulesForPlay;
  let played: Played;
  beforeAll(async () => {
    pack = await packOf(small);
    played = play(small, pack);
  });

  it('finds every burst, human-paced, export and closed-clinic attack in time, and little else', () => {
    const goals = judgeGoals([played]);
    expect(goals.filter(({ met }) => !met)).toEqual([]);
    expect(goals.length).toBeGreaterThanOrEqual(9);
  });

  it('raises false incidents for announced work only where no exception is declared', () => {
    const announced = new Set(announcedWork(new Simulation(small).hospital, small).map(({ actorId }) => actorId));
    expect(played.falseIncidents.filter(({ actorId }) => announced.has(actorId))).toEqual([]);
    const without = new Set(played.falseWithoutExceptions.map(({ occasion }) => occasion));
    expect([...without].toSorted()).toEqual(expect.arrayContaining(['migration']));
  });

  it('says all of it', () => {
    const report = `${seedReport(played, pack.rules)}\n${summary([played], pack.rules, judgeGoals([played]))}`;
    for (const { name } of played.attacks) expect(report).toContain(name);
    expect(report).toContain('without exceptions');
    expect(report).not.toContain('MISSED');
  });
});

describe('many accounts that share a register out in its order', () => {
  it('are found by the block of numbers that they read in, each after a record or two, and its incident names them', async () => {
    const attack = { name: 'sixty_in_order', actors: 12, patients: 48, day: 2 } as const;
    const options: SimulationOptions = { ...small, days: 3, staff: 100, massCasualtyDay: 9, migration: false, attacks: [attack] };
    const pack = await packOf(options);
    const { attacks, falseIncidents, ...rest } = play(options, pack);
    const [found] = attacks;
    expect(found?.actors).toHaveLength(12);
    // Some of the twelve work in that clinic, or have their first day, so that blocks count the others alone; told all the same before each has read three.
    expect(found && exposedOf(found)).toBeLessThan(36);
    expect(Object.keys(found?.byRule ?? {})).toEqual(['3e1c6f0a-5b7d-4d0e-9a55-8f2b6c41d7e3']);
    expect(falseIncidents.filter(({ rules }) => rules.includes('3e1c6f0a-5b7d-4d0e-9a55-8f2b6c41d7e3'))).toEqual([]);
    const report = markdownReport([{ attacks, falseIncidents, ...rest }], pack.rules);
    expect(report).toContain('| `sixty_in_order` | 1 of 1 |');
    expect(report).toContain('| Several accounts read numbers that lie together | fixed | 1 | 1 | 0.00 | 0.00 |');
  });
});

describe('the measurement', () => {
  it('gives the same figures again', async () => {
    const options = { ...small, days: 1, staff: isLongRun ? 120 : 60, migration: false };
    const [first, second] = [play(options, await packOf(options)), play(options, await packOf(options))];
    expect(second).toEqual(first);
  });

  it('says that nothing is found where the rules see nothing, and that the goals are missed', async () => {
    const options = { ...small, days: 1, staff: isLongRun ? 120 : 60, migration: false };
    const played = play(options, { rules: [] });
    expect(played.attacks.every(({ told }) => told.length === 0)).toBe(true);
    expect(judgeGoals([played]).filter(({ met }) => !met)).toHaveLength(4);
    expect(summary([played], [], judgeGoals([played]))).toContain('found 0 of 1');
  });

  it('counts what no attack had part in as false, whatever it looks like', async () => {
    const options = { ...small, days: 1, staff: isLongRun ? 120 : 60, attacks: [], migration: true };
    const { rules } = await packOf({ ...options });
    const { falseIncidents } = play(options, { rules });
    expect(falseIncidents.some(({ occasion, actorId }) => occasion === 'migration' && actorId === 'vendor-migration')).toBe(true);
  });
});

describe('what is learned', () => {
  const days = { ...small, days: 5, staff: isLongRun ? 120 : 60, patients: 30_000, migration: false } as const;
  const byHand = { name: 'human_pace', patients: 60 } as const;

  it('finds who reads by hand after some days, later where the budget is smaller, and on the first day nobody, since nothing is known yet', async () => {
    const late = { ...days, attacks: [{ ...byHand, day: 4 }] };
    const early = { ...days, days: 1, attacks: [byHand] };
    const unknown = play(early, await habitsOf(early));
    expect([unknown.attacks.map(({ told }) => told.length), unknown.falseIncidents]).toEqual([[0], []]);
    const habits = await habitsOf(late);
    const [much, little] = [8, 0.01].map((budget) => exposedOf(play(late, { ...habits, budget }).attacks[0] ?? fail()));
    expect(much).toBeLessThan(40);
    expect(little).toBeGreaterThan(much ?? Infinity);
  });
});

describe('announced work', () => {
  it('is what the truth calls legitimate, and nobody else', () => {
    const simulation = new Simulation({ ...small, attacks: [], days: 2 });
    for (const event of simulation.events()) void event;
    const deeds = simulation.truth().legitimate.filter(({ name }) => name === 'recall_list' || name === 'migration');
    const announced = announcedWork(simulation.hospital, small);
    expect(new Set(announced.map(({ actorId }) => actorId))).toEqual(new Set(deeds.flatMap(({ actors }) => actors)));
  });
});

/** What fires with what is usual alone: without the fixed rules. */
async function habitsOf(options: SimulationOptions): Promise<RulesForPlay> {
  const { rules } = await packOf({ ...options, migration: false });
  return { rules: rules.filter(goesByHabit) };
}

function fail(): never {
  throw new Error('the attack was not planted');
}

function packOf({ migration, ...options }: SimulationOptions): Promise<RulesForPlay> {
  const { hospital } = new Simulation({ ...options, migration, attacks: [] });
  const rulesDir = new URL('../../../rules/', import.meta.url).pathname;
  return packFor(hospital, { rulesDir, listsDir: defaultListsDir, exceptions: true, migration });
}
