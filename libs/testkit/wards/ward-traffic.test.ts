import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '#libs/runtime/paths.js';
import { defaultListsDir } from '#libs/detection/rules/load/config.js';
import { casesOf } from '../measures/long-run.js';
import { listsOf, packWith } from '../quality/load-pack.js';
import { playTraffic } from '../quality/play.js';
import { WardGroup, worksOn } from './group.js';
import { knownBefore, siteOf } from './house.js';
import { wardTraffic } from './ward-traffic.js';

const small = { seed: 7, staff: 120, days: 3, attacks: false };

describe('the group of wards', () => {
  it('gives the same events for the same options, in the order of time and each with an id of its own', () => {
    const [once, again] = [[...wardTraffic(small).played()], [...wardTraffic(small).played()]];
    expect(again).toEqual(once);
    const times = once.map(({ event }) => event.time);
    expect(times).toEqual(times.toSorted());
    expect(new Set(once.map(({ event }) => event.id)).size).toBe(once.length);
    expect([...wardTraffic({ ...small, seed: 8 }).played()].length).not.toBe(once.length);
  });

  it('gives numbers in the order in which people come for the first time', () => {
    const made = [...wardTraffic(small).played()].filter(({ event }) => event.action === 'create' && event.actor_role === 'desk');
    const numbers = made.map(({ event }) => Number(event.patient_ids[0]) - 3_000_000).filter((number) => number >= knownBefore);
    // Of two days, the numbers of the later one are higher but for those who lay in a bed since before.
    const half = numbers.slice(numbers.length >> 1);
    expect(numbers.length).toBeGreaterThan(50);
    expect(Math.max(...half)).toBe(Math.max(...numbers));
  });

  it('has everybody work in turn, and at weekends few', () => {
    const group = new WardGroup(7, 400, 14);
    const at = (day: number) => group.accounts.filter((account) => worksOn(account, day)).length;
    expect(at(5)).toBeLessThan(0.6 * at(2));
    for (const account of group.accounts.filter(({ since }) => since === 0))
      expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13].some((day) => worksOn(account, day))).toBe(true);
    expect(new Set(Array.from({ length: 5_000 }, (_, patient) => siteOf(patient))).size).toBe(6);
  });

  it('plants what it says: every attack has its accounts, patients and hours, and is of none where nobody asked for it', () => {
    expect([...attackNames(true)].toSorted()).toEqual([
      'ascending_identifiers', 'bulk_export', 'burst', 'closed_clinics_drip', 'forty_accounts', 'human_pace', 'lists_of_forty', 'own_clinic_desk',
      'own_clinic_doctor', 'own_clinic_nurse', 'slow', 'spread', 'stolen_service_key',
    ]); // prettier-ignore
    expect(attackNames(false).size).toBe(0);
  });

  it('is judged by the pack: what is loud is told in its second week, and whoever works off last week is not', async () => {
    const traffic = wardTraffic({ seed: 3, staff: casesOf(90, 150), days: 10, attacks: true });
    const { rules } = await packWith(
      { rulesDir: `${projectRoot}/rules`, listsDir: defaultListsDir },
      listsOf(traffic.serviceAccounts, traffic.closedClinics),
    );
    const played = playTraffic(traffic, { rules });
    const told = new Map(played.attacks.map((attack) => [attack.name, attack.told[0]?.exposedByAll]));
    for (const name of ['burst', 'human_pace', 'closed_clinics_drip', 'stolen_service_key'])
      expect([name, (told.get(name) ?? Infinity) <= 20]).toEqual([name, true]);
    const ofWeekTwo = played.falseIncidents.filter(({ firstTime }) => Date.parse(firstTime) >= traffic.startMs + 7 * 86_400_000);
    expect(ofWeekTwo.filter(({ occasion }) => /coder|billing|desk/.test(occasion))).toEqual([]);
  });
});

function attackNames(attacks: boolean): ReadonlySet<string> {
  return new Set(
    [...wardTraffic({ ...small, days: 12, attacks }).played()].flatMap(({ cause }) =>
      cause?.kind === 'attack' ? [cause.name] : [],
    ),
  );
}
