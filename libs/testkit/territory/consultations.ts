import { at } from '../hospital/random.js';
import { anyOf } from './agenda.js';
import { isDayOff, weekday } from './calendar.js';
import type { DayBook } from './look.js';
import type { Orders } from './orders.js';
import { joinDay, joiningSite } from './sites.js';
import type { Account } from './staff.js';
import type { Territory } from './territory.js';

const bookedDays = 30;

/** A half-day of a physician, with those who were given an appointment. */
export interface Session {
  readonly doctor: Account;
  readonly site: number;
  readonly begins: number;
  readonly patients: readonly number[];
}

/** Appointments: booked by telephone days before, prepared the day before, seen, dictated, typed days later, signed after that. */
export class Consultations {
  readonly #sessions = new Map<number, readonly Session[]>();
  #planned = 0;

  constructor(
    private readonly territory: Territory,
    private readonly orders: Orders,
  ) {}

  on(day: number): readonly Session[] {
    while (this.#planned <= day + bookedDays) {
      this.#sessions.set(this.#planned, this.#book(this.#planned));
      this.#planned += 1;
    }
    return this.#sessions.get(day) ?? [];
  }

  plan(book: DayBook): void {
    for (const session of this.on(book.day)) this.#half(session, book);
    let next = book.day + 1;
    while (isDayOff(next)) next += 1;
    if (!isDayOff(book.day)) for (const session of this.on(next)) this.#prepare(session, book);
    this.#calls(book);
  }

  /** Half-days of the week are those of one's number; one in nine is on leave. */
  #book(day: number): readonly Session[] {
    const { staff, random, register, agenda } = this.territory;
    if (isDayOff(day)) return [];
    const sessions: Session[] = [];
    for (const doctor of staff.at('physician', day)) {
      const { specialty, site, number } = doctor;
      if (!specialty || (site === joiningSite && day < joinDay)) continue;
      for (const half of [0, 1])
        if ((number * 3 + weekday(day) * 2 + half) % 5 < 2) {
          const count = Math.round(specialty.sessionSize * random.between(0.7, 1.1));
          const patients = Array.from({ length: count }, () => register.comes(site, Math.max(0, day)).patient);
          sessions.push({ doctor, site, begins: half ? 13.8 : 8.5, patients });
          for (const patient of patients) {
            const booked = day - random.whole(0, bookedDays);
            if (booked >= 0 && !isDayOff(booked)) agenda.on(booked, (book) => this.#booked(doctor, patient, book));
          }
        }
    }
    return sessions;
  }

  #secretary(specialty: Account['specialty'], site: number, day: number): Account | undefined {
    const there = this.territory.staff.at('secretary', day);
    const own = there.filter((account) => account.specialty?.number === specialty?.number);
    return anyOf(this.territory.random, own.length ? own : there.filter((account) => account.site === site));
  }

  #booked({ specialty, site }: Account, patient: number, book: DayBook): void {
    const secretary = this.#secretary(specialty, site, book.day);
    if (secretary) book.put(this.territory.random.between(8.2, 17.8), secretary, 'update', [patient], { site });
  }

  #prepare({ doctor, site, patients }: Session, book: DayBook): void {
    const { random } = this.territory;
    const secretary = this.#secretary(doctor.specialty, site, book.day);
    if (!secretary) return;
    const begin = random.between(13.5, 16);
    book.put(begin, secretary, 'list', patients, { site });
    for (const [n, patient] of patients.entries())
      if (random.chance(0.6))
        book.put(begin + n * random.between(0.015, 0.04), secretary, random.chance(0.3) ? 'print' : 'read', [patient], { site });
  }

  #half({ doctor, site, begins, patients }: Session, book: DayBook): void {
    const { random, staff, agenda } = this.territory;
    const desks = staff.desksAt(book.day, site);
    const each = 4 / patients.length;
    book.put(begins - 0.1, doctor, 'list', patients, { site });
    const seen: number[] = [];
    for (const [n, patient] of patients.entries()) {
      if (random.chance(0.07)) continue;
      const hours = begins + n * each;
      seen.push(patient);
      const desk = anyOf(random, desks);
      if (desk) book.put(hours - random.between(0.1, 0.6), desk, random.chance(0.5) ? 'create' : 'update', [patient], { site });
      book.put(hours, doctor, 'read', [patient], { site });
      book.put(hours + 0.8 * each, doctor, 'update', [patient], { site });
      if (random.chance(0.25)) this.orders.analysis(book, hours + 0.3, patient, site);
      if (random.chance(0.18)) this.orders.image(book, hours + 0.3, patient, site);
    }
    // What was dictated is typed in a row when there is time for it.
    const typed = book.day + random.whole(1, 9);
    agenda.onWorkingDay(typed, (then) => this.#type(doctor, site, seen, then));
    agenda.onWorkingDay(typed + random.whole(1, 4), (then) => {
      const begin = random.between(12, 18.5);
      for (const [n, patient] of seen.entries())
        if (random.chance(0.8)) then.put(begin + n * 0.012, doctor, 'update', [patient], { site });
    });
  }

  #type({ specialty }: Account, site: number, patients: readonly number[], book: DayBook): void {
    const { random } = this.territory;
    const secretary = this.#secretary(specialty, site, book.day);
    if (!secretary) return;
    const begin = random.between(8.5, 14);
    for (const [n, patient] of patients.entries()) {
      book.put(begin + n * random.between(0.05, 0.12), secretary, 'read', [patient], { site });
      book.put(begin + n * 0.1 + 0.04, secretary, 'update', [patient], { site });
    }
  }

  /** Who telephones for a paper, a result or another day: nobody else meets them. */
  #calls(book: DayBook): void {
    const { staff, random, register } = this.territory;
    for (const secretary of staff.at('secretary', book.day))
      for (let n = Math.round(9 * secretary.pace); n > 0; n -= 1)
        book.put(random.between(8.5, 17.5), secretary, 'read', [register.known(secretary.site, book.day)]);
    for (const desk of staff.at('admissions', book.day))
      for (let n = random.whole(0, 10); n > 0; n -= 1)
        book.put(random.between(8, 18), desk, 'search', [at(register.namesakes(1), 0), register.known(desk.site, book.day)]);
  }
}
