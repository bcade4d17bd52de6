import type { SeededRandom } from '../hospital/random.js';
import type { DayBook } from './access.js';
import type { WardAccount, WardGroup, WardRole } from './group.js';
import { type House, knownBefore } from './house.js';

const minute = 1 / 60;
const listMax = 30;

/** What accounts do on a day beside those who come: rounds, results, coding, bills, archives. */
export class StaffWork {
  readonly #day: Readonly<Record<WardRole, (account: WardAccount, day: number, book: DayBook) => void>> = {
    nurse: (...of) => this.#nurse(...of),
    aide: (...of) => this.#aide(...of),
    doctor: (...of) => this.#doctor(...of),
    coder: (...of) => this.#coder(...of),
    billing: (...of) => this.#billing(...of),
    pharmacy: (...of) => this.#pharmacy(...of),
    laboratory: (...of) => this.#laboratory(...of),
    radiographer: (...of) => this.#radiographer(...of),
    archive: (...of) => this.#archive(...of),
    dietitian: (...of) => this.#visits(...of),
    social_worker: (...of) => this.#visits(...of),
    physiotherapist: (...of) => this.#visits(...of),
    it: (...of) => this.#it(...of),
    desk: () => {},
  };

  constructor(
    private readonly group: WardGroup,
    private readonly house: House,
    private readonly random: SeededRandom,
  ) {}

  plan(account: WardAccount, day: number, book: DayBook): void {
    if (account.role !== 'program') this.#day[account.role](account, day, book);
  }

  /** The list of the ward, everybody in it, and now and then somebody who was there last week. */
  #nurse(account: WardAccount, day: number, book: DayBook): void {
    const { random } = this;
    const { site, from, pace } = account;
    // Somebody stands in next door.
    const ward = random.chance(0.06) ? (account.ward + 1) % (this.group.sites[site]?.wards ?? 1) : account.ward;
    const patients = this.house.inWard(site, ward);
    book.put(from + random.between(0, 0.3), account, 'list', patients.slice(0, listMax));
    for (const patient of patients)
      for (let looks = Math.round(random.between(0.5, 3) * pace); looks > 0; looks -= 1)
        book.put(from + random.between(0, 8), account, random.chance(0.3) ? 'update' : 'read', [patient]);
    const before = this.house.seen(site, day, { from: 2, to: 9 });
    if (before.length && random.chance(0.5))
      for (let n = random.whole(1, 6); n > 0; n -= 1)
        book.put(from + random.between(0, 8), account, 'read', [random.pick(before)]);
  }

  #aide(account: WardAccount, _day: number, book: DayBook): void {
    for (const patient of this.house.inWard(account.site, account.ward))
      if (this.random.chance(0.6)) book.put(account.from + this.random.between(0, 7), account, 'read', [patient]);
  }

  /** Beside consultations: half of them have a ward, some work from home in the evening, and few read for a study now and then. */
  #doctor(account: WardAccount, _day: number, book: DayBook): void {
    const { random } = this;
    const ward = account.turn % 2 ? this.house.inWard(account.site, account.ward) : [];
    book.put(random.between(8, 9), account, 'list', ward.slice(0, listMax));
    for (const patient of ward)
      if (random.chance(0.7))
        for (let looks = random.whole(1, 4); looks > 0; looks -= 1) book.put(random.between(8.5, 18), account, 'read', [patient]);
    if (random.chance(0.12))
      this.#some(account, book, {
        count: random.whole(3, 25),
        of: this.house.inSite(account.site),
        hours: [18, 23],
        ip: account.homeIp,
      });
    if (!random.chance(0.002)) return;
    const at = random.between(12, 14);
    for (let n = random.whole(20, 60); n > 0; n -= 1)
      book.put(at + n * random.between(1, 2) * minute, account, 'read', [this.house.known(account.site)], {
        cause: { kind: 'legitimate', name: 'study' },
      });
  }

  /** Works off who was there two to nine days ago, one after another. */
  #coder(account: WardAccount, day: number, book: DayBook): void {
    const { random } = this;
    const todo = this.house.seen(account.site, day, { from: 2, to: 9 });
    const begin = random.between(8, 9);
    const count = Math.round(55 * account.pace);
    for (let n = 0; n < count && todo.length; n += 1) {
      const patient = random.pick(todo);
      for (let look = random.whole(2, 5); look > 0; look -= 1)
        book.put(begin + (7.5 * n) / count + look * minute, account, look > 1 ? 'read' : 'update', [patient]);
    }
  }

  /** A file in the morning, then its people one by one. */
  #billing(account: WardAccount, day: number, book: DayBook): void {
    const { random } = this;
    const todo = this.house.seen(account.site, day, { from: 2, to: 9 });
    const begin = random.between(8, 9);
    const count = Math.round(120 * account.pace);
    book.put(begin, account, 'export', todo.slice(0, random.whole(20, 45)));
    for (let n = 0; n < count && todo.length; n += 1) book.put(begin + (7.5 * n) / count, account, 'read', [random.pick(todo)]);
  }

  #pharmacy(account: WardAccount, _day: number, book: DayBook): void {
    const { random } = this;
    for (let n = Math.round(90 * account.pace); n > 0; n -= 1) {
      const site = random.chance(0.15) ? 0 : account.site;
      book.put(random.between(8, 17), account, 'read', [random.pick(this.house.inSite(site))], { site });
    }
  }

  #laboratory(account: WardAccount, _day: number, book: DayBook): void {
    this.#some(account, book, {
      count: Math.round(60 * account.pace),
      of: this.house.inSite(account.site),
      hours: [6, 20],
      action: 'update',
    });
    for (let n = Math.round(25 * account.pace); n > 0; n -= 1)
      book.put(this.random.between(7, 16), account, 'create', [this.house.arrives(account.site).patient]);
  }

  #radiographer(account: WardAccount, _day: number, book: DayBook): void {
    const inside = this.house.inSite(account.site);
    for (let n = Math.round(20 * account.pace); n > 0; n -= 1)
      book.put(this.random.between(8, 18), account, 'read', [
        this.random.chance(0.4) ? this.random.pick(inside) : this.house.arrives(account.site).patient,
      ]);
  }

  /** Old records, of all clinics and of the closed one. */
  #archive(account: WardAccount, _day: number, book: DayBook): void {
    const { random } = this;
    for (let n = Math.round(18 * account.pace); n > 0; n -= 1) {
      const site = random.chance(0.3) ? random.whole(0, this.group.sites.length - 1) : account.site;
      const patient = Math.floor(random.unit() * knownBefore * 0.4);
      book.put(random.between(8, 17), account, 'read', [patient], { site, ...(random.chance(0.15) && { isClosed: true }) });
    }
  }

  #visits(account: WardAccount, _day: number, book: DayBook): void {
    const count = Math.round(16 * account.pace);
    this.#some(account, book, { count, of: this.house.inSite(account.site), hours: [8, 17] });
  }

  /** Tickets of people of all sites. */
  #it(account: WardAccount, _day: number, book: DayBook): void {
    const { random } = this;
    for (let n = random.whole(0, 12); n > 0; n -= 1) {
      const site = random.whole(0, this.group.sites.length - 1);
      const patient = random.chance(0.6) ? random.pick(this.house.inSite(site)) : this.house.known(site);
      book.put(random.between(8, 18), account, 'read', [patient], { site });
    }
  }

  #some(
    account: WardAccount,
    book: DayBook,
    work: {
      readonly count: number;
      readonly of: readonly number[];
      readonly hours: readonly [number, number];
      readonly action?: 'update';
      readonly ip?: string;
    },
  ): void {
    const [from, to] = work.hours;
    for (let n = work.count; n > 0 && work.of.length; n -= 1)
      book.put(
        this.random.between(from, to),
        account,
        work.action ?? 'read',
        [this.random.pick(work.of)],
        work.ip === undefined ? {} : { ip: work.ip },
      );
  }
}
