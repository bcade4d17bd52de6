import { describe, expect, it } from '@jest/globals';
import { plantedLooks } from './attacks.js';
import { isDayOff, weekday } from './calendar.js';
import { joinDay, joiningSite } from './sites.js';
import { shiftOf, worksOn } from './staff.js';
import { territoryOf } from './territory.js';
import { territoryTraffic } from './territory-traffic.js';

const small = { seed: 7, staff: 120, days: 2, attacks: false };

describe('the territory', () => {
  it('gives the same events for the same options, in the order of arrival and each with an id of its own', () => {
    const [once, again] = [[...territoryTraffic(small).played()], [...territoryTraffic(small).played()]];
    expect(again).toEqual(once);
    const arrivals = once.map(({ receivedMs }) => receivedMs ?? 0);
    expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b));
    expect(once.every(({ event, receivedMs = 0 }) => receivedMs >= Date.parse(event.time))).toBe(true);
    expect(new Set(once.map(({ event }) => event.id)).size).toBe(once.length);
    expect([...territoryTraffic({ ...small, seed: 8 }).played()].length).not.toBe(once.length);
  });

  it('names people by the number of the group on the platform, and by that of a site elsewhere', () => {
    for (const { event } of territoryTraffic({ ...small, days: 1 }).played())
      for (const name of event.patient_ids) expect(typeof name).toBe(event.application === 'platform' ? 'string' : 'object');
  });

  it('has Easter Monday off, shifts that rotate, and nobody of the sixth site before it joins', () => {
    expect([0, 3, 11, 12, 19].map((day) => [weekday(day), isDayOff(day)])).toEqual([
      [2, false],
      [5, true],
      [6, true],
      [0, false],
      [0, true],
    ]);
    const { staff } = territoryOf(7, 600);
    for (const account of staff.of('nurse'))
      expect(new Set([0, 7, 14, 21, 28, 35, 42].map((day) => shiftOf(account, day))).size).toBe(3);
    const there = (day: number) =>
      staff.accounts.filter((account) => account.site === joiningSite && worksOn(account, day)).length;
    expect([there(joinDay - 1), there(joinDay) > 5]).toEqual([0, true]);
  });

  it('plants what it says, each attack with accounts of its own', () => {
    const owners = new Map<string, Set<string>>();
    for (const { cause, account } of plantedLooks(territoryOf(7, 600), 16))
      owners.set(account.id, (owners.get(account.id) ?? new Set()).add(cause?.name ?? ''));
    expect([...new Set([...owners.values()].flatMap((names) => [...names]))].toSorted()).toEqual([
      'ascending_identifiers', 'behind_the_glass', 'below_floors', 'below_floors_own', 'bulk_export', 'burst', 'closed_clinics', 'closed_clinics_drip', 'excused_helpdesk',
      'forty_accounts', 'forty_inside', 'human_pace', 'linker_and_reader', 'lists_of_forty', 'newcomer', 'own_clinic_admissions', 'own_clinic_nurse',
      'own_clinic_physician', 'own_clinic_secretary', 'raised_habit', 'service_at_its_pace', 'sixty_in_order', 'sixty_shuffled', 'slow', 'spread',
      'stolen_service_key',
    ]); // prettier-ignore
    expect([...owners.values()].every((names) => names.size === 1)).toBe(true);
    expect(plantedLooks(territoryOf(7, 600), 1)).toEqual([]);
  });
});
