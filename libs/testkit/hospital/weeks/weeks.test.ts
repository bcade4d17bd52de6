import { describe, expect, it } from '@jest/globals';
import type { SourceEvent } from '../event.js';
import { defaultSimulation, Simulation, type SimulationOptions } from '../simulation.js';
import { type WeekName, weekNames } from './weeks.js';

/** A Monday, and the Tuesday on which each week begins. */
const small: SimulationOptions = { ...defaultSimulation, seed: 7, staff: 240, patients: 60_000, days: 2, attacks: [] };
const usual = read(small);

describe('an honest week', () => {
  it.each(weekNames)('%s leaves the days before as they were, and changes those that follow', (name) => {
    const changed = read(withWeek(name));
    expect(before(changed) === before(usual)).toBe(true);
    expect(after(changed) === after(usual)).toBe(false);
    const times = changed.map(({ time }) => time);
    expect(times.every((time, index) => time >= (times[index - 1] ?? ''))).toBe(true);
  });

  it('of a platform that is down is silent in its clinics from nine to four', () => {
    const simulation = new Simulation(withWeek('downtime'));
    const down = new Set(simulation.hospital.open.slice(0, 3).map(({ id }) => id));
    const hours = new Set(
      [...simulation.events()]
        .filter(({ clinic_id, actor_kind, time }) => down.has(clinic_id) && actor_kind === 'human' && time > '2026-01-06')
        .map(({ time }) => Number(time.slice(11, 13))),
    );
    // Local time is an hour ahead.
    for (const hour of [8, 9, 10, 11, 12, 13, 14]) expect(hours).not.toContain(hour);
    expect(hours).toContain(17);
  });

  it('of a dense feed shows about twice as many patients to everybody', () => {
    expect(patientsPerAccount(read(withWeek('dense_feed'))) / patientsPerAccount(usual)).toBeGreaterThan(1.5);
  });

  it('in summer has half the accounts at work, and each has more patients', () => {
    const summer = read(withWeek('summer'));
    expect(accounts(summer) / accounts(usual)).toBeLessThan(0.7);
    expect(patientsPerAccount(summer) / patientsPerAccount(usual)).toBeGreaterThan(1.2);
  });
});

function withWeek(name: WeekName): SimulationOptions {
  return { ...small, weeks: [{ name, day: 1 }] };
}

function read(options: SimulationOptions): readonly SourceEvent[] {
  return [...new Simulation(options).events()];
}

/** Of people, on the second day. */
function opened(events: readonly SourceEvent[]): readonly SourceEvent[] {
  return events.filter(
    ({ time, actor_kind, patient_ids }) => time >= '2026-01-06' && actor_kind === 'human' && patient_ids.length > 0,
  );
}

function accounts(events: readonly SourceEvent[]): number {
  return new Set(opened(events).map(({ actor_id }) => actor_id)).size;
}

function patientsPerAccount(events: readonly SourceEvent[]): number {
  const pairs = new Set(
    opened(events).flatMap(({ actor_id, patient_ids }) => patient_ids.map((name) => `${actor_id} ${JSON.stringify(name)}`)),
  );
  return pairs.size / accounts(events);
}

function before(events: readonly SourceEvent[]): string {
  return textOf(events.filter(({ time }) => time < '2026-01-05T18:00'));
}

function after(events: readonly SourceEvent[]): string {
  return textOf(events.filter(({ time }) => time >= '2026-01-05T23:00'));
}

function textOf(events: readonly SourceEvent[]): string {
  return events.map(({ id: _id, ...event }) => JSON.stringify(event)).join('\n');
}
