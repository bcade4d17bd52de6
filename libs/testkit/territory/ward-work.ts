import { at } from '../hospital/random.js';
import { anyOf } from './agenda.js';
import { isDayOff, weekday } from './calendar.js';
import type { DayBook } from './look.js';
import type { Orders } from './orders.js';
import { joinDay, joiningSite, type Ward } from './sites.js';
import { type Account, shiftBegins, shiftOf } from './staff.js';
import type { Territory } from './territory.js';

/** Students change wards on this day, a Monday; until then for four weeks. */
const rotationDay = 12;

/** What people of wards do on a day: those who are bound to one, who stand in, and who come by. */
export class WardWork {
  constructor(
    private readonly territory: Territory,
    private readonly orders: Orders,
  ) {}

  plan(book: DayBook): void {
    const { staff, random, beds, wards } = this.territory;
    const { day } = book;
    for (const nurse of staff.at('nurse', day)) if (nurse.ward) this.#nurse(nurse, this.#today(nurse.ward), book);
    for (const nurse of staff.at('pool', day)) this.#nurse(nurse, random.pick(this.#open(day)), book);
    for (const aide of staff.at('aide', day)) if (aide.ward) this.#care(aide, beds.in(aide.ward), 0.5, book);
    for (const midwife of staff.at('midwife', day)) if (midwife.ward) this.#nurse(midwife, midwife.ward, book);
    for (const student of staff.at('student', day)) {
      const ward = at(wards, (student.number + (day >= rotationDay ? 5 : 0)) % wards.length);
      this.#care(student, beds.in(ward).slice(0, 14), 0.6, book, ward.site);
    }
    for (const account of staff.at('shared', day))
      for (const shift of shiftBegins)
        for (const patient of account.ward ? beds.in(account.ward) : [])
          if (random.chance(0.7))
            book.put(shift + random.between(0, 7), account, random.chance(0.6) ? 'update' : 'read', [patient]);
    for (const doctor of staff.at('physician', day)) if (doctor.ward) this.#rounds(doctor, doctor.ward, book);
    for (const resident of staff.at('resident', day)) if (resident.ward) this.#rounds(resident, resident.ward, book);
    this.#nights(book);
    for (const role of ['physiotherapist', 'dietitian', 'social', 'psychologist'] as const)
      for (const account of staff.at(role, day)) {
        const inside = beds.inSite(account.site);
        for (const patient of random.some(inside, Math.round(13 * account.pace)))
          book.put(random.between(8.5, 17), account, random.chance(0.4) ? 'update' : 'read', [patient]);
      }
    this.#pharmacy(book);
    this.#hygiene(book);
  }

  /** Everybody of one's part of the ward several times, and the list at the beginning. */
  #nurse(nurse: Account, ward: Ward, book: DayBook): void {
    const { random, beds } = this.territory;
    const begin = shiftBegins[shiftOf(nurse, book.day)];
    const all = beds.in(ward);
    const more = { site: ward.site };
    book.put(begin + random.between(0, 0.2), nurse, 'list', all, more);
    const half = shiftOf(nurse, book.day) === 2 ? all : all.filter((_, index) => (index + nurse.number) % 2 === 0);
    for (const patient of half) {
      book.put(begin + random.between(0.1, 1), nurse, 'read', [patient], more);
      for (let n = Math.round(random.between(0.5, 3.5) * nurse.pace); n > 0; n -= 1)
        book.put(begin + random.between(1, 7.6), nurse, random.chance(0.6) ? 'update' : 'read', [patient], more);
      if (random.chance(0.35)) this.orders.analysis(book, begin + random.between(0, 3), patient, ward.site);
    }
    // A neighbour's bell, and somebody who went home and telephones.
    for (const patient of random.some(all, random.whole(0, 4)))
      book.put(begin + random.between(1, 7), nurse, 'read', [patient], more);
    const gone = beds.ended(book.day, { from: 0, to: 10 }, ward.site);
    if (gone.length && random.chance(0.3))
      book.put(begin + random.between(1, 7), nurse, 'read', [random.pick(gone).patient], more);
  }

  #care(account: Account, patients: readonly number[], share: number, book: DayBook, site = account.site): void {
    const { random } = this.territory;
    const begin = shiftBegins[shiftOf(account, book.day)];
    for (const patient of patients)
      if (random.chance(share))
        book.put(begin + random.between(0.2, 7.4), account, random.chance(0.5) ? 'update' : 'read', [patient], { site });
  }

  #rounds(doctor: Account, ward: Ward, book: DayBook): void {
    const { random, beds, staff } = this.territory;
    const patients = beds.in(ward);
    const few = isDayOff(book.day) ? 0.3 : 1;
    book.put(8.3 + random.between(0, 0.5), doctor, 'list', patients, { site: ward.site });
    for (const patient of patients) {
      if (!random.chance(0.8 * few)) continue;
      for (let n = random.whole(1, 3); n > 0; n -= 1)
        book.put(random.between(8.8, 13), doctor, n === 1 ? 'update' : 'read', [patient], { site: ward.site });
      if (random.chance(0.12)) this.orders.image(book, random.between(10, 16), patient, ward.site);
      if (random.chance(0.5)) book.put(random.between(15, 18.5), doctor, 'read', [patient], { site: ward.site });
    }
    // Advice for another ward.
    if (random.chance(0.4)) {
      const other = anyOf(random, this.#open(book.day));
      const asked = other && anyOf(random, beds.in(other));
      if (other && asked !== undefined) book.put(random.between(10, 18), doctor, 'read', [asked], { site: other.site });
    }
    const interfaces = staff.program('interface-adt');
    for (const patient of patients)
      if (random.chance(0.3)) book.put(random.between(8, 20), interfaces, 'update', [patient], { site: ward.site });
  }

  /** Two physicians and a resident for all wards of a large site, one for the small ones together: wards that they never see by day. */
  #nights(book: DayBook): void {
    const { random, staff, beds, sites } = this.territory;
    const off = isDayOff(book.day) ? 9 : 18.6;
    for (const places of [[0], [0], [1], [2, 3, 4, ...(book.day >= joinDay ? [joiningSite] : [])]]) {
      const own = staff
        .of('physician')
        .filter(({ site, since, until }) => places.includes(site) && since <= book.day && book.day < until);
      const doctor = anyOf(random, own);
      if (!doctor) continue;
      for (const site of places.filter((place) => sites[place]))
        for (const patient of random.some(beds.inSite(site), Math.round(beds.inSite(site).length * random.between(0.05, 0.16)))) {
          const hours = random.between(off, 31);
          book.put(hours, doctor, 'read', [patient], { site, ...(random.chance(0.12) && { emergency: true }) });
          if (random.chance(0.6)) book.put(hours + 0.2, doctor, 'update', [patient], { site });
        }
    }
  }

  /** In the morning every prescription of the site; those of small sites from the centre. */
  #pharmacy(book: DayBook): void {
    const { random, staff, beds, sites } = this.territory;
    const there = staff.at('pharmacist', book.day);
    if (there.length === 0) return;
    for (const [site] of sites.entries()) {
      const own = there.filter((account) => account.site === site);
      const by = own.length ? own : there;
      for (const patient of beds.inSite(site)) {
        if (isDayOff(book.day) && random.chance(0.6)) continue;
        const account = random.pick(by);
        book.put(random.between(8.2, 12.4), account, 'read', [patient], { site });
        if (random.chance(0.2)) book.put(random.between(12.5, 17), account, 'update', [patient], { site });
      }
    }
  }

  /** Once a week everybody who lies anywhere, and every day who had a positive culture. */
  #hygiene(book: DayBook): void {
    const { random, staff, beds } = this.territory;
    const cause = { kind: 'legitimate', name: 'screening of all wards' } as const;
    for (const account of staff.at('hygiene', book.day)) {
      const isScreening = weekday(book.day) === (account.number % 2 ? 1 : 3);
      for (const { patient, ward } of beds.all) {
        if (isScreening && (ward.number + account.number) % 2 === 0)
          book.put(random.between(8.5, 17), account, 'read', [patient], { site: ward.site, cause });
        else if (random.chance(0.02)) book.put(random.between(9, 17), account, 'update', [patient], { site: ward.site });
      }
    }
  }

  /** One's own, or the one next door that is short of people. */
  #today(ward: Ward): Ward {
    const { random, wards } = this.territory;
    if (!random.chance(0.07)) return ward;
    return random.pick(wards.filter(({ site }) => site === ward.site));
  }

  #open(day: number): readonly Ward[] {
    return this.territory.wards.filter(({ site }) => site !== joiningSite || day >= joinDay);
  }
}
