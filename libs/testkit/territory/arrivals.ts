import { anyOf } from './agenda.js';
import type { Stay } from './beds.js';
import type { DayBook, More } from './look.js';
import type { Orders } from './orders.js';
import { shiftBegins, shiftOf } from './staff.js';
import type { Territory } from './territory.js';

/** The evening on which a coach and a tram collide. */
export const casualtyDay = 9;
const casualties = 55;

/** Who comes unannounced or to lie in a bed, and those who speak to them first: admissions, triage, the emergency department, the regulation of calls. */
export class Arrivals {
  constructor(
    private readonly territory: Territory,
    private readonly orders: Orders,
  ) {}

  plan(book: DayBook, came: readonly Stay[]): void {
    const { random, staff, sites, headcount } = this.territory;
    for (const { patient, ward } of came) {
      const desk = anyOf(random, staff.desksAt(book.day, ward.site));
      if (desk) book.put(random.between(7.3, 16), desk, 'create', [patient], { site: ward.site });
      book.put(random.between(7, 16), staff.program('interface-adt'), 'create', [patient], { site: ward.site });
      if (random.chance(0.6)) this.orders.analysis(book, random.between(9, 17), patient, ward.site);
    }
    for (const [site, { hasEmergencies }] of sites.entries())
      if (hasEmergencies)
        for (let n = Math.round(headcount * (site === 0 ? 0.13 : 0.055) * random.between(0.85, 1.2)); n > 0; n -= 1)
          this.#emergency(site, random.between(0, 1) ** 0.7 * 24, book);
    this.#calls(book);
    if (book.day === casualtyDay) this.#crowd(book);
  }

  #emergency(site: number, hours: number, book: DayBook): void {
    const { random, staff, register, beds } = this.territory;
    const { patient } = register.comes(site, book.day);
    const desk = anyOf(random, staff.desksAt(book.day, site));
    const triage = this.#onShift('triage', hours, site, book.day);
    const doctor = this.#onShift('urgentist', hours, site, book.day);
    const glass = random.chance(0.1) ? ({ emergency: true } as const) : {};
    if (desk && hours > 6.5 && hours < 22) book.put(hours, desk, 'create', [patient], { site });
    else if (triage) book.put(hours, triage, 'create', [patient], { site });
    if (triage)
      for (let n = random.whole(1, 4); n > 0; n -= 1)
        book.put(hours + 0.1 + random.between(0, 3), triage, 'update', [patient], { site });
    if (doctor) {
      book.put(hours + random.between(0.4, 2), doctor, 'read', [patient], { site, ...glass });
      for (let n = random.whole(1, 3); n > 0; n -= 1)
        book.put(hours + random.between(2, 4), doctor, 'update', [patient], { site });
    }
    if (random.chance(0.55)) this.orders.analysis(book, hours + 0.6, patient, site);
    if (random.chance(0.42)) this.orders.image(book, hours + 1, patient, site);
    if (random.chance(0.2)) beds.admit(patient, site, book.day + 1);
  }

  #onShift(role: 'triage' | 'urgentist', hours: number, site: number, day: number) {
    const { random, staff } = this.territory;
    const there = staff.at(role, day, site);
    const now = there.filter((account) => {
      const since = (hours + 24 - shiftBegins[shiftOf(account, day)]) % 24;
      return since < 9;
    });
    return anyOf(random, now.length ? now : there);
  }

  /** Physicians of the regulation look up who calls, by the name: some come to an emergency department later, most do not. */
  #calls(book: DayBook): void {
    const { random, staff, register } = this.territory;
    for (const regulator of staff.at('regulator', book.day)) {
      const begin = shiftBegins[shiftOf(regulator, book.day)];
      for (let n = random.whole(8, 18); n > 0; n -= 1) {
        const hours = begin + random.between(0, 10);
        const found = register.namesakes(random.whole(1, 6));
        book.put(hours, regulator, 'search', found);
        const caller = found[0];
        if (caller !== undefined && random.chance(0.45))
          book.put(hours + 0.01, regulator, 'read', [caller], {
            site: random.weighted([
              [0, 6],
              [1, 3],
              [4, 1],
            ]),
          });
      }
    }
  }

  /** Everybody near is called in; a cell goes through the list of victims again and again, for families and for the prefecture. */
  #crowd(book: DayBook): void {
    const { random, staff, register, beds } = this.territory;
    const cause = { kind: 'legitimate', name: 'mass casualty' } as const;
    const more: More = { site: 0, cause };
    const called = [...staff.of('nurse'), ...staff.of('physician'), ...staff.of('urgentist')].filter(
      ({ site, since, until, number }) => site <= 1 && since <= book.day && book.day < until && number % 5 === 0,
    );
    const cell = [...staff.at('admissions', book.day, 0).slice(0, 2), ...staff.of('quality').slice(0, 1)];
    const victims: number[] = [];
    for (let n = 0; n < casualties; n += 1) {
      const { patient } = register.comes(0, book.day);
      const hours = 19.2 + n * 0.05;
      victims.push(patient);
      const triage = anyOf(random, staff.of('triage'));
      if (triage) book.put(hours, triage, 'create', [patient], more);
      for (const one of random.some(called, 5))
        book.put(hours + random.between(0.1, 4), one, random.chance(0.4) ? 'update' : 'read', [patient], {
          ...more,
          ...(random.chance(0.4) && { emergency: true }),
        });
      this.orders.image(book, hours + 0.5, patient, 0);
      this.orders.analysis(book, hours + 0.3, patient, 0);
      if (random.chance(0.5)) beds.admit(patient, 0, book.day + 1);
    }
    for (const hours of [20.5, 21.5, 22.3, 23.5])
      for (const one of cell) {
        book.put(hours, one, 'list', victims, more);
        for (const [n, patient] of victims.entries()) book.put(hours + 0.05 + n * 0.008, one, 'read', [patient], more);
      }
  }
}
