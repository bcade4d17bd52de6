import { SeededRandom } from '../hospital/random.js';
import { type Put, Thieves } from './crews.js';
import type { Look } from './look.js';
import type { Account } from './staff.js';
import type { Territory } from './territory.js';

const second = 1 / 3_600;
const minute = 1 / 60;
const outside = { ip: '203.0.113.77' } as const;
const workplaces = ['nurse', 'aide', 'physician', 'secretary', 'radiographer', 'technician', 'admissions'] as const;

/** The kinds of attack that are known, by people and scripts of this territory; in order of time. What rises slowly begins on the second day. */
export function plantedLooks(territory: Territory, days: number): readonly Look[] {
  const thieves = new Thieves(territory, new SeededRandom(territory.seed, 'territory: attacks'), days);
  singleAccounts(thieves);
  patientAccounts(thieves);
  crews(thieves);
  excused(thieves);
  return thieves.looks.toSorted((a, b) => a.at - b.at);
}

/** One account, within hours. */
function singleAccounts(thieves: Thieves): void {
  const { random, territory } = thieves;
  const support = thieves.account('support');
  thieves.on('burst', 9, (put) =>
    thieves.strangers(5_000).forEach((patient, n) => put(14.2 + (n * second) / 14, support, [patient], outside)),
  );
  const physician = thieves.account('physician', 0);
  thieves.on('human_pace', 8, (put) => {
    let hours = 9.5;
    for (const patient of thieves.strangers(700)) put((hours += random.between(3, 13) * second), physician, [patient], outside);
  });
  const clerk = thieves.account('billing');
  thieves.on('closed_clinics', 8, (put) =>
    thieves.strangers(200).forEach((patient, n) => put(20.5 + 0.5 * n * minute, clerk, [patient], { site: 0, isClosed: true })),
  );
  const dripping = thieves.account('support');
  thieves.on('closed_clinics_drip', 7, (put) =>
    thieves.strangers(80).forEach((patient, n) => put(7 + 2 * n, dripping, [patient], { site: 0, isClosed: true })),
  );
  const exporting = thieves.account('secretary', 0);
  thieves.on('bulk_export', 10, (put) => {
    for (let n = 0; n < 10; n += 1) put(16 + 3 * n * minute, exporting, thieves.strangers(320, 1), { action: 'export', site: 1 });
  });
  const counting = thieves.account('physician', 0);
  thieves.on('ascending_identifiers', 11, (put) => {
    for (let n = 0; n < 1_800; n += 1) put(12 + 2.4 * n * second, counting, [62_000 + n]);
  });
  const listing = thieves.account('nurse', 0);
  thieves.on('lists_of_forty', 9, (put) => {
    for (let n = 0; n < 40; n += 1)
      put(15 + 3 * n * minute, listing, thieves.strangers(40, n % 2), { action: 'list', site: n % 2 });
  });
  thieves.on('stolen_service_key', 8, (put) =>
    thieves
      .strangers(4_000)
      .forEach((patient, n) =>
        put(2.5 + 1.5 * n * second, territory.staff.program('interface-resultats'), [patient], { ip: '10.30.77.8' }),
      ),
  );
}

/** One account, a little every day. */
function patientAccounts(thieves: Thieves): void {
  const { random, territory } = thieves;
  const inHours = () => random.between(8.5, 17.5);
  const some = (account: Account, count: number, site?: number) => (put: Put) => {
    for (const patient of thieves.strangers(count, site)) put(inHours(), account, [patient], site === undefined ? {} : { site });
  };
  const slow = thieves.account('admissions', 0);
  thieves.daily('slow', 7, some(slow, 150));
  for (const [role, perDay] of [
    ['secretary', 35],
    ['nurse', 25],
    ['physician', 30],
    ['admissions', 40],
  ] as const) {
    const account = thieves.account(role, 0);
    thieves.daily(`own_clinic_${role}`, 7, some(account, perDay, 0));
  }
  thieves.daily('below_floors', 7, some(thieves.account('nurse', 0), 18));
  thieves.daily('below_floors_own', 7, some(thieves.account('nurse', 0), 18, 0));
  const rising = thieves.account('secretary', 0);
  thieves.daily('raised_habit', 1, (put, day) => some(rising, 3 * day - 1, 0)(put));
  const glass = thieves.account('nurse', 0);
  thieves.daily('behind_the_glass', 7, (put) => {
    for (const patient of thieves.strangers(30)) put(random.between(8, 20), glass, [patient], { emergency: true });
  });
  thieves.daily('newcomer', 8, some(thieves.newest(7), 30));
  const key = territory.staff.program('sms-rendez-vous');
  thieves.daily('service_at_its_pace', 9, (put) => {
    for (const patient of thieves.strangers(120)) put(random.between(0, 24), key, [patient]);
  });
  const [linking, reading] = [thieves.account('nurse', 0), thieves.account('nurse', 0)];
  thieves.on('linker_and_reader', 8, (put) => {
    for (const [n, patient] of thieves.strangers(120).entries()) {
      put(9.5 + 4 * n * minute, linking, [patient]);
      put(13.5 + 4 * n * minute, reading, [patient]);
    }
  });
}

/** One account of whose office work over all sites somebody has said for two weeks that it was honest: as many again, at the same hours. */
function excused(thieves: Thieves): void {
  const { random } = thieves;
  const helpdesk = thieves.account('helpdesk');
  thieves.daily('excused_helpdesk', 15, (put) => {
    for (const patient of thieves.strangers(30)) put(random.between(8.6, 17.9), helpdesk, [patient]);
  });
}

/** Many accounts. */
function crews(thieves: Thieves): void {
  const { random } = thieves;
  const eight = thieves.accounts(['nurse'], 8);
  thieves.on('spread', 9, (put) => {
    for (const account of eight)
      for (const [n, patient] of thieves.strangers(300).entries())
        put(10 + 0.5 * n * minute + random.unit() * 0.005, account, [patient], outside);
  });
  const forty = thieves.accounts(workplaces, 40);
  thieves.on('forty_accounts', 10, (put) => {
    for (const [k, account] of forty.entries())
      for (const [n, patient] of thieves.strangers(20).entries())
        put(18 + 3 * k * minute + 9 * n * second, account, [patient], { ip: '203.0.113.9' });
  });
  const inside = thieves.accounts(workplaces, 40);
  thieves.on('forty_inside', 11, (put) => {
    for (const [k, account] of inside.entries())
      for (const [n, patient] of thieves.strangers(17).entries())
        put(17 + 5 * k * minute + 17 * n * second, account, [patient], { ip: '10.30.12.21' });
  });
  const sixty = thieves.accounts(workplaces, 60);
  let next = 84_000;
  thieves.daily('sixty_in_order', 7, (put) => {
    for (let turn = 0; turn < 4; turn += 1)
      for (const [n, account] of sixty.entries()) put(8 + 3 * turn + n * 2.9 * minute, account, [next++], { site: 1 });
  });
  const others = thieves.accounts(workplaces, 60);
  thieves.daily('sixty_shuffled', 7, (put) => {
    for (const account of others)
      for (const site of random.some([0, 1, 3, 4], 2)) put(random.between(8, 20), account, thieves.strangers(1, site), { site });
  });
}
