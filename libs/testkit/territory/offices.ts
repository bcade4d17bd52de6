import { at } from '../hospital/random.js';
import { anyOf } from './agenda.js';
import { isDayOff, weekday } from './calendar.js';
import type { Consultations } from './consultations.js';
import type { DayBook } from './look.js';
import { joinDay, joiningSite } from './sites.js';
import type { Account } from './staff.js';
import type { Territory } from './territory.js';

/** From this day to the end of the quarter stays of months are coded, across sites. */
const quarterFrom = 8;
const quarterUntil = 14;

/** An audit that is announced: sixty records of each ward, some wards a day. */
export const auditFrom = 12;
export const auditUntil = 17;

/** Offices: coding, billing, archives, support, the helpdesk of the portal, studies, quality, boards. */
export class Offices {
  readonly #cohort: readonly number[];

  constructor(
    private readonly territory: Territory,
    private readonly consultations: Consultations,
  ) {
    this.#cohort = Array.from({ length: 160 }, () => territory.register.known(0, 0));
  }

  plan(book: DayBook): void {
    const { staff } = this.territory;
    const { day } = book;
    for (const account of staff.at('coder', day)) this.#code(account, book);
    for (const account of staff.at('billing', day)) this.#bill(account, book);
    for (const account of staff.at('archivist', day)) this.#archive(account, book);
    for (const account of staff.at('support', day)) this.#tickets(account, book);
    for (const account of staff.at('helpdesk', day)) this.#portal(account, book);
    for (const account of staff.at('research', day)) this.#study(account, book);
    for (const account of staff.at('identity', day)) this.#doubles(account, book);
    if (day >= auditFrom && day < auditUntil && !isDayOff(day)) this.#audit(book);
    if (weekday(day) === 3) this.#board(book, 0);
    if (weekday(day) === 1) this.#board(book, 3);
  }

  /** Stays that ended one to thirty days ago, of one's site; at the end of the quarter twice as many, of all sites. */
  #code(account: Account, book: DayBook): void {
    const { random, beds } = this.territory;
    const isCatchingUp = book.day >= quarterFrom && book.day < quarterUntil;
    const todo = beds.ended(book.day, { from: 1, to: isCatchingUp ? 45 : 30 }, isCatchingUp ? undefined : account.site);
    if (todo.length === 0) return;
    const count = Math.round((isCatchingUp ? 60 : 28) * account.pace);
    const hours = isCatchingUp ? 10.5 : 7.8;
    const cause = isCatchingUp ? { cause: { kind: 'legitimate', name: 'end of the quarter' } as const } : {};
    for (let n = 0; n < count; n += 1) {
      const { patient, ward } = random.pick(todo);
      for (let look = random.whole(2, 5); look > 0; look -= 1)
        book.put(8.3 + (hours * n) / count + look * 0.03, account, look > 1 ? 'read' : 'update', [patient], {
          site: ward.site,
          ...cause,
        });
    }
  }

  /** Visits and stays of five to forty days ago, whose papers lack something. */
  #bill(account: Account, book: DayBook): void {
    const { random, beds, register } = this.territory;
    const left = beds.ended(book.day, { from: 5, to: 40 }, account.site);
    for (let n = Math.round(65 * account.pace); n > 0; n -= 1) {
      const stay = random.chance(0.4) ? anyOf(random, left) : undefined;
      const patient = stay?.patient ?? register.known(account.site, book.day);
      book.put(random.between(8.3, 16.8), account, random.chance(0.5) ? 'update' : 'read', [patient]);
    }
    if (weekday(book.day) === 0)
      book.put(
        9.1,
        account,
        'export',
        left.slice(0, random.whole(20, 60)).map(({ patient }) => patient),
      );
  }

  /** Requests of patients, lawyers and other hospitals, some for people of the clinic that is closed. */
  #archive(account: Account, book: DayBook): void {
    const { random, register } = this.territory;
    for (let n = Math.round(16 * account.pace); n > 0; n -= 1) {
      const site = random.weighted([
        [0, 5],
        [1, 2],
        [2, 1],
        [3, 1],
        [4, 1],
      ]);
      const hours = random.between(8.2, 16.8);
      const patient = register.known(site, book.day);
      const more = { site, ...(random.chance(0.07) && { isClosed: true as const }) };
      book.put(hours, account, 'read', [patient], more);
      if (random.chance(0.6)) book.put(hours + 0.1, account, 'print', [patient], more);
    }
  }

  #tickets(account: Account, book: DayBook): void {
    const { random, beds, register, sites } = this.territory;
    for (let n = random.whole(2, 9); n > 0; n -= 1) {
      const site = random.whole(0, book.day >= joinDay ? sites.length - 1 : joiningSite - 1);
      const patient = random.chance(0.7) ? anyOf(random, beds.inSite(site)) : register.known(site, book.day);
      if (patient !== undefined) book.put(random.between(8, 18), account, 'read', [patient], { site });
    }
  }

  /** People anywhere who cannot sign in to the portal: found by name, and their address and number compared. */
  #portal(account: Account, book: DayBook): void {
    const { random, register } = this.territory;
    for (let n = Math.round(random.between(22, 38) * account.pace); n > 0; n -= 1) {
      const site = random.weighted([
        [0, 46],
        [1, 21],
        [2, 8],
        [3, 9],
        [4, 16],
      ]);
      const hours = random.between(8.6, 17.9);
      const patient = register.known(site, book.day);
      book.put(hours, account, 'search', [patient, ...register.namesakes(random.whole(0, 3))], { site });
      book.put(hours + 0.02, account, random.chance(0.3) ? 'update' : 'read', [patient], { site });
    }
  }

  /** The associate screens those who come tomorrow, and goes through those who are in the study. */
  #study(account: Account, book: DayBook): void {
    const { random } = this.territory;
    const tomorrow = this.consultations.on(book.day + 1).filter(({ site }) => site === 0);
    const session = anyOf(random, tomorrow);
    for (const [n, patient] of (session?.patients ?? []).entries()) book.put(9.2 + n * 0.06, account, 'read', [patient]);
    const from = (account.number * 31) % 100;
    for (const [n, patient] of random.some(this.#cohort.slice(from, from + 60), random.whole(4, 14)).entries())
      for (let look = 0; look < 3; look += 1)
        book.put(13.5 + n * 0.25 + look * 0.04, account, look ? 'read' : 'update', [patient]);
  }

  /** Doubles in the register: pairs whose names and dates are alike, compared and joined; when a site joins, hundreds a day for a week. */
  #doubles(account: Account, book: DayBook): void {
    const { random, register } = this.territory;
    const isMerging = book.day >= joinDay && book.day < joinDay + 7;
    const cause = isMerging ? { cause: { kind: 'legitimate', name: 'merger' } as const } : {};
    for (let n = Math.round((isMerging ? 70 : 9) * account.pace); n > 0; n -= 1) {
      const hours = random.between(8.4, 17);
      const site = isMerging
        ? joiningSite
        : random.weighted([
            [0, 5],
            [1, 2],
            [4, 2],
          ]);
      book.put(hours, account, 'read', [register.known(site, book.day), ...register.namesakes(1)], { site, ...cause });
      if (random.chance(0.3)) book.put(hours + 0.03, account, 'update', register.namesakes(1), { site, ...cause });
    }
  }

  /** Two auditors, who come to another ward every half-day. */
  #audit(book: DayBook): void {
    const { random, staff, wards, beds } = this.territory;
    const cause = { kind: 'legitimate', name: 'audit' } as const;
    for (const [index, account] of staff.of('quality').slice(0, 2).entries())
      for (const half of [0, 1]) {
        const ward = at(wards, (4 * (book.day - auditFrom) + 2 * index + half) % wards.length);
        const left = beds.ended(book.day, { from: 1, to: 45 }, ward.site).filter((stay) => stay.ward.number === ward.number);
        for (const [n, { patient }] of random.some(left, 60).entries())
          book.put((half ? 13.5 : 8.8) + n * 0.06, account, 'read', [patient], { site: ward.site, cause });
      }
  }

  /** One secretary prepares the list on the day before, eight physicians of several sites go through it within an hour, some from elsewhere. */
  #board(book: DayBook, turn: number): void {
    const { random, staff, register, beds, agenda } = this.territory;
    const cause = { kind: 'legitimate', name: 'tumour board' } as const;
    const secretary = at(staff.of('secretary'), turn);
    const count = random.whole(15, 30);
    const list = Array.from({ length: count }, () => {
      const known = random.chance(0.5) ? anyOf(random, beds.ended(book.day, { from: 0, to: 30 }))?.patient : undefined;
      return (
        known ??
        register.known(
          random.weighted([
            [0, 6],
            [1, 3],
            [4, 2],
          ]),
          book.day,
        )
      );
    });
    for (const [n, patient] of list.entries()) {
      book.put(14 + n * 0.12, secretary, 'read', [patient], { cause });
      book.put(14.05 + n * 0.12, secretary, 'print', [patient], { cause });
    }
    const physicians = staff
      .of('physician')
      .filter(({ since, until, site }) => since === 0 && until > 21 && site !== joiningSite);
    const members = Array.from({ length: 8 }, (_, n) => at(physicians, (turn * 5 + n * 7) % physicians.length));
    agenda.on(book.day + 1, (then) => {
      for (const member of members)
        for (const [n, patient] of list.entries())
          if (random.chance(0.85)) then.put(12.5 + (n + random.unit()) / count, member, 'read', [patient], { site: 0, cause });
    });
  }
}
