import { describe, expect, it } from '@jest/globals';
import { defaultSimulation } from '../hospital/simulation.js';
import type { PlayedEvent } from '../hospital/simulation.js';
import { hospitalTraffic } from './play.js';
import { type PoorFeedName, poorFeeds, throughFeeds } from './poor-feeds.js';

const small = { ...defaultSimulation, staff: 60, patients: 20_000, attacks: [], massCasualtyDay: 9 };
const hospital = hospitalTraffic(small);
const whole = someOf(hospital.played());
const traffic = { ...hospital, played: () => whole };

describe('a poorer feed', () => {
  it('lacks what it says, and leaves the truth as it is', () => {
    const lacking: Partial<Record<PoorFeedName, readonly string[]>> = {
      'no-roles': ['actor_role', 'actor_kind', 'privileged'],
      'no-addresses': ['source_ip', 'device'],
      'no-sessions': ['session_id'],
      'no-outcome': ['outcome'],
    };
    for (const [name, fields] of Object.entries(lacking)) {
      const played = through(name as PoorFeedName);
      expect(played.map(({ event }) => event)).toEqual(whole.map(({ event }) => event));
      for (const { event, sent } of played)
        expect(Object.keys(event).filter((field) => !Object.hasOwn(sent ?? event, field))).toEqual(
          fields.filter((field) => Object.hasOwn(event, field)),
        );
    }
  });

  it('says one thing of all, where that is what it does', () => {
    expect(valuesOf('no-clinic', 'clinic_id').size).toBe(1);
    expect(valuesOf('one-address', 'source_ip').size).toBe(1);
    expect([...valuesOf('whole-minutes', 'time')].every((time) => String(time).endsWith(':00.000Z'))).toBe(true);
    expect(valuesOf('shared-accounts', 'actor_id').size).toBeLessThan(valuesOf('no-roles', 'actor_id').size);
  });

  it('comes in batches, each when it ends, and none of it is lost', () => {
    for (const name of ['every-quarter', 'nightly'] as const) {
      const played = through(name);
      expect(played.map(({ event }) => event.id)).toEqual(whole.map(({ event }) => event.id));
      const arrivals = played.map(({ receivedMs = 0 }) => receivedMs);
      expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b));
      expect(played.every(({ event, receivedMs = 0 }) => receivedMs > Date.parse(event.time))).toBe(true);
    }
    expect(new Set(through('nightly').map(({ receivedMs }) => receivedMs)).size).toBe(1);
  });

  it('counts lists without names, so that patients are fewer and the figure is there', () => {
    const lists = through('counted-lists').filter(({ event }) => event.patient_ids.length >= 4);
    expect(lists.length).toBeGreaterThan(10);
    for (const { event, sent } of lists) expect([sent?.patient_ids, sent?.record_count]).toEqual([[], event.patient_ids.length]);
  });

  it('tells all of it twice in the order of arrival, each time by another id, or half of it by other numbers', () => {
    const twice = through('two-systems');
    expect(new Set(twice.map(({ event, sent }) => (sent ?? event).id)).size).toBe(2 * whole.length);
    const arrivals = twice.map(({ receivedMs = 0 }) => receivedMs);
    expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b));
    const national = through('mixed-identifiers').filter(({ event, sent }) => sent?.patient_ids !== event.patient_ids);
    expect(new Set(national.map(({ event }) => event.actor_id)).size).toBeGreaterThan(10);
  });

  it('is as poor as all that are named', () => {
    const [one] = [...throughFeeds(traffic, ['no-roles', 'no-sessions', 'no-care']).played()];
    expect(one?.sent).not.toHaveProperty('actor_role');
    expect(one?.sent).not.toHaveProperty('session_id');
    expect(throughFeeds(traffic, ['no-care']).withoutLinks).toBe(true);
    expect(Object.keys(poorFeeds)).toHaveLength(15);
  });
});

function through(name: PoorFeedName): readonly PlayedEvent[] {
  return [...throughFeeds(traffic, [name]).played()];
}

function valuesOf(name: PoorFeedName, field: 'clinic_id' | 'source_ip' | 'time' | 'actor_id'): ReadonlySet<unknown> {
  return new Set(through(name).map(({ sent }) => sent?.[field]));
}

/** Of the morning; the rest of the day is not made. */
function someOf(played: Iterable<PlayedEvent>): readonly PlayedEvent[] {
  const some: PlayedEvent[] = [];
  for (const one of played) if (some.push(one) === 4_000) break;
  return some.slice(3_000);
}
