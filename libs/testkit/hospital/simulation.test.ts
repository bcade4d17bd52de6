import { beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { knownFields, parseVigieEvent } from '#libs/formats/vigie/parse-event.js';
import { Statistics } from '../simulate/statistics.js';
import { AttackRefused } from './attacks/plant.js';
import { attackNames, type AttackOrder, attackPlans } from './attacks/attack-plans.js';
import type { SourceEvent } from './event.js';
import { defaultSimulation, Simulation, type SimulationOptions } from './simulation.js';

/** Every attack at once in a small house: of those that take many accounts, three. */
const everyAttack = attackNames.map((name) => (attackPlans[name].actors > 8 ? { name, actors: 3 } : { name }));

const small = { ...defaultSimulation, seed: 7, staff: 160, patients: 60_000, attacks: [] } as const;

describe('the simulated hospital', () => {
  it('gives the same bytes for the same options, on any machine', () => {
    const digest = digestOf({ ...small, attacks: ['burst', 'spread'] });
    expect(digestOf({ ...small, attacks: ['burst', 'spread'] })).toBe(digest);
    // Noted on x86-64 Linux with Node 24. It changes with every change of what is simulated, and with nothing else.
    expect(digestOf({ ...small, staff: 100 }, 2_000)).toBe('ce5dece22559ebea8d6fe49854fb4b385839167919093503dc08d0046923f2ca');
  });

  it('gives another hospital for another seed', () => {
    const [one, other] = [played(small), played({ ...small, seed: 8 })].map((events) => new Set(events.map(withoutId)));
    expect(one?.size).toBeGreaterThan(10_000);
    expect([...(one ?? [])].filter((line) => other?.has(line)).length).toBe(0);
  });

  it('never gives one id to two events, nor to events of two simulations', () => {
    const options = [small, { ...small, seed: 8 }, { ...small, start: small.start + 86_400_000 }, { ...small, staff: 301 }];
    const ids = options.flatMap((one) => played(one, 500).map((event) => event.id));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('begins more days with the same events, ids included', () => {
    expect(digestOf({ ...small, days: 3 }, played(small).length)).toBe(digestOf(small));
  });

  it('tells events in order of time, from the start to the end', () => {
    const start = Date.UTC(2026, 2, 27, 10, 30);
    const times = played({ ...small, start, days: 2, attacks: everyAttack }).map((event) => Date.parse(event.time));
    expect(times.findIndex((time, index) => time < (times[index - 1] ?? time))).toBe(-1);
    expect(times[0]).toBeGreaterThanOrEqual(start);
    expect(times.at(-1)).toBeLessThan(start + 2 * 86_400_000);
  });

  it('speaks the input format: every event is taken whole, with an id and no field unknown', () => {
    const everything = { ...small, patients: 30_000, days: 2, massCasualtyDay: 1, attacks: everyAttack, migration: true };
    let imaging = 0;
    for (const event of new Simulation(everything).events()) {
      const parsed = parseVigieEvent(JSON.parse(JSON.stringify(event)));
      if (parsed.kind !== 'accepted') throw new Error(`${parsed.field}: ${parsed.detail}`);
      // An expectation costs more than the event: what is wrong is thrown.
      if (parsed.value.extra !== undefined) throw new Error('a field is not of the format');
      if (!/^[0-9a-z]+-\d+$/.test(event.id)) throw new Error(`${event.id} is no id`);
      const names = event.patient_ids.map((name) => (typeof name === 'string' ? name : name.id));
      if (names.some((name) => !/^8\d{12}$/.test(name))) throw new Error('a patient has another kind of number');
      if (new Set(names).size !== names.length) throw new Error('a patient is named twice in one event');
      imaging += Number(event.patient_ids.some((name) => typeof name !== 'string'));
      for (const field of Object.keys(event)) if (!knownFields.has(field)) throw new Error(field);
    }
    expect(imaging).toBeGreaterThan(0);
  });

  it('has nobody at work in closed clinics, whose records are read for a reason only', () => {
    const simulation = new Simulation({ ...small, days: 3 });
    const closed = new Set(simulation.hospital.closed.map((clinic) => clinic.id));
    const readers = new Set<string>();
    for (const event of simulation.events()) if (closed.has(event.clinic_id)) readers.add(event.actor_role);
    expect(closed.size).toBe(3);
    expect([...readers]).toEqual(['archivist']);
    expect(simulation.hospital.staff.filter(({ unit }) => closed.has(unit.clinic.id)).length).toBe(0);
  });

  it('gives a usual working day of a group of 1,400, in which nobody reads hundreds of patients without a reason', () => {
    const simulation = new Simulation({ ...defaultSimulation, seed: 11, attacks: [] });
    const statistics = new Statistics();
    let events = 0;
    for (const event of simulation.events()) {
      events += 1;
      statistics.note(event);
    }
    expect(events).toBeGreaterThan(90_000);
    expect(events).toBeLessThan(150_000);
    const people = statistics.figures().filter(({ role }) => role !== 'interface');
    expect(people).toHaveLength(10);
    const reasons = new Set(simulation.truth().legitimate.flatMap(({ actors }) => actors));
    for (const { mostPatients, mostOf } of people) if (mostPatients > 160) expect(reasons).toContain(mostOf);
  });

  it('has every kind of work that looks like an attack without being one', () => {
    const names = new Simulation({ ...small, staff: 700, patients: 20_000, days: 4, migration: true });
    for (const event of names.events()) void event;
    expect(names.truth().legitimate.map(({ name }) => name).toSorted()).toEqual([
      'closed_clinic_request', 'coding_campaign', 'lent', 'mass_casualty', 'migration', 'new_hire', 'on_call', 'recall_list',
    ]); // prettier-ignore
  });
});

describe('a planted attack', () => {
  let undisturbed: ReadonlySet<string>;
  beforeAll(() => {
    undisturbed = new Set(played(small).map(withoutId));
  });

  it.each(attackNames)('%s changes nothing else, and the truth is what it adds', (name) => {
    const without = new Set(undisturbed);
    const simulation = new Simulation({ ...small, attacks: [name] });
    const added = [...simulation.events()].filter((event) => !without.delete(withoutId(event)));
    expect(without.size).toBe(0);
    const reads = added.filter((event) => event.patient_ids.length > 0);
    const [truth] = simulation.truth().attacks;
    expect(truth).toMatchObject({
      name,
      patients: new Set(reads.flatMap((event) => event.patient_ids)).size,
      events: reads.length,
      begins: reads[0]?.time,
      ends: reads.at(-1)?.time,
    });
    expect(new Set(truth?.actors)).toEqual(new Set(added.map((event) => event.actor_id)));
    expect(new Set(truth?.clinics)).toEqual(new Set(reads.map((event) => event.clinic_id)));
  });

  it('burst is the reference case: one privileged account without second factor, five clinics of which three are closed', () => {
    const simulation = new Simulation({ ...small, patients: 200_000, attacks: ['burst'] });
    const events = [...simulation.events()];
    const [truth] = simulation.truth().attacks;
    const seconds = (Date.parse(truth?.ends ?? '') - Date.parse(truth?.begins ?? '')) / 1_000;
    expect(truth?.clinics).toEqual(expect.arrayContaining(simulation.hospital.closed.map((clinic) => clinic.id)));
    expect([truth?.actors.length, truth?.clinics.length, truth?.patients]).toEqual([1, 5, 12_000]);
    expect(12_000 / seconds).toBeGreaterThan(10);
    expect(12_000 / seconds).toBeLessThan(20);
    const own = events.filter((event) => event.actor_id === truth?.actors[0]);
    expect(own.every((event) => event.privileged && !event.mfa)).toBe(true);
    // The owner goes on working.
    expect(own.filter((event) => event.device !== 'unknown').length).toBeGreaterThan(20);
  });

  it('goes through the numbers of a register one after the other where its order is ascending', () => {
    const reads = attackReads({ ...small, attacks: [{ name: 'ascending_identifiers', patients: 300 }] });
    const numbers = reads.map(({ patient_ids: [name] }) => Number(name));
    const steps = numbers.slice(1).map((number, index) => number - (numbers[index] ?? 0));
    expect(steps.every((step) => step > 0)).toBe(true);
    // A register has its numbers by the thousand.
    expect(steps.filter((step) => step !== 1).length).toBeLessThanOrEqual(1);
  });

  it('keeps to its records a day, and raises them', () => {
    const days = new Map<string, number>();
    for (const { time } of attackReads({ ...small, days: 4, attacks: ['raised_habit'] }))
      days.set(time.slice(0, 10), (days.get(time.slice(0, 10)) ?? 0) + 1);
    expect([...days.values()]).toEqual([2, 5, 8, 11]);
  });

  it('reads hours later what was opened for it', () => {
    const reads = attackReads({ ...small, attacks: ['linker_and_reader'] });
    const first = reads[0]?.actor_id;
    const linked = new Map(reads.filter(({ actor_id }) => actor_id === first).map((one) => [String(one.patient_ids), one.time]));
    const read = reads.filter(({ actor_id }) => actor_id !== first);
    expect(read.length).toBeGreaterThan(20);
    for (const { patient_ids, time } of read)
      expect(Date.parse(time) - Date.parse(linked.get(String(patient_ids)) ?? '')).toBeGreaterThanOrEqual(4 * 3_600_000);
  });

  it('among patients in care reads those whom others meet on the day', () => {
    const options: SimulationOptions = { ...small, attacks: [{ name: 'in_care_own_clinic', day: 0 }] };
    const others = new Set(played({ ...small, attacks: [] }).flatMap(({ patient_ids }) => patient_ids.map(String)));
    const reads = attackReads(options);
    const known = reads.filter(({ patient_ids }) => others.has(String(patient_ids)));
    expect(reads.length).toBeGreaterThan(20);
    expect(known.length / reads.length).toBeGreaterThan(0.5);
  });

  it('takes its settings', () => {
    const order: AttackOrder = { name: 'burst', hour: 3.5, pace: 60, patients: 90, open: 1, closed: 0, account: 'svc-backup' };
    const simulation = new Simulation({ ...small, attacks: [order] });
    for (const event of simulation.events()) void event;
    const [truth] = simulation.truth().attacks;
    expect(truth).toMatchObject({ actors: ['svc-backup'], patients: 90, begins: '2026-01-05T02:30:02.000Z' });
    expect(truth?.clinics).toHaveLength(1);
    expect(Date.parse(truth?.ends ?? '') - Date.parse(truth?.begins ?? '')).toBeCloseTo(89_000, -4);
  });

  it('does not share its accounts with another one, and says when there are not enough', () => {
    const named = new Simulation({ ...small, attacks: ['human_pace', { name: 'human_pace', as: 'desk', role: 'secretary' }] });
    for (const event of named.events()) void event;
    expect(named.truth().attacks.map(({ name, actors }) => [name, actors[0]?.split('.')[0]])).toEqual([
      ['human_pace', 'physician'],
      ['desk', 'secretary'],
    ]);
    const two = new Simulation({ ...small, attacks: ['spread', { name: 'spread', day: 0, hour: 11 }] });
    for (const event of two.events()) void event;
    expect(two.truth().attacks.flatMap(({ actors }) => actors)).toHaveLength(16);
    expect(() => new Simulation({ ...small, staff: 100, attacks: ['forty_accounts', 'spread'] })).toThrow(AttackRefused);
    expect(() => new Simulation({ ...small, attacks: [{ name: 'slow', account: 'nobody' }] })).toThrow('nobody');
  });

  it('is in the truth only as far as it has been played', () => {
    const simulation = new Simulation({ ...small, attacks: ['burst'] });
    let reads = 0;
    for (const event of simulation.events()) {
      if (event.device === 'unknown' && event.patient_ids.length > 0) reads += 1;
      if (reads === 10) break;
    }
    expect(simulation.truth().attacks).toMatchObject([{ patients: 10 }]);
    expect(new Simulation({ ...small, attacks: ['burst'] }).truth().attacks).toEqual([]);
  });

  it('comes a day later when its hour is past at the start', () => {
    const simulation = new Simulation({ ...small, start: small.start + 20 * 3_600_000, days: 1, attacks: ['burst'] });
    for (const event of simulation.events()) void event;
    expect(simulation.truth().attacks[0]?.begins).toBe('2026-01-06T13:12:02.000Z');
  });
});

function attackReads(options: SimulationOptions): readonly SourceEvent[] {
  return [...new Simulation(options).played()]
    .filter(({ cause, event }) => cause?.kind === 'attack' && event.patient_ids.length > 0)
    .map(({ event }) => event);
}

function played(options: SimulationOptions, most = Infinity): readonly SourceEvent[] {
  const events: SourceEvent[] = [];
  for (const event of new Simulation(options).events()) if (events.push(event) >= most) break;
  return events;
}

function digestOf(options: SimulationOptions, most = Infinity): string {
  const digest = createHash('sha256');
  for (const event of played(options, most)) digest.update(`${JSON.stringify(event)}\n`);
  return digest.digest('hex');
}

function withoutId({ id: _id, ...event }: SourceEvent): string {
  return JSON.stringify(event);
}
