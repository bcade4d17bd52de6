import { at, type SeededRandom } from '../hospital/random.js';
import type { Action } from '#libs/contracts/vocabulary.js';
import { DayBook, type Look, type More } from './look.js';
import { knownBefore, siteOf } from './register.js';
import { type Account, type Role } from './staff.js';
import type { Territory } from './territory.js';

/** Writes down what thieves look at: whose accounts they use, whom they have not read yet, and when. */
export class Thieves {
  readonly looks: Look[] = [];
  readonly #taken = new Set<string>();

  constructor(
    readonly territory: Territory,
    readonly random: SeededRandom,
    private readonly days: number,
  ) {}

  /** Accounts of these roles that were there from the first day and stay, that no other attack uses; of one site or of any. */
  accounts(of: readonly Role[], count: number, site?: number): readonly Account[] {
    const { staff } = this.territory;
    const all = of
      .flatMap((role) => staff.of(role))
      .filter((one) => one.since === 0 && one.until > 60 && !this.#taken.has(one.id));
    const there = all.filter((one) => site === undefined || one.site === site);
    const found = this.random.some(there, count);
    if (found.length < count)
      throw new Error(`the territory has ${found.length} of ${count} accounts of ${of.join(', ')}: take a larger staff`);
    for (const { id } of found) this.#taken.add(id);
    return found;
  }

  account(role: Role, site?: number): Account {
    return at(this.accounts([role], 1, site), 0);
  }

  /** The newest account at a day that nobody else uses. */
  newest(day: number): Account {
    const all = this.territory.staff.accounts.filter(
      ({ since, until, id }) => since > 0 && since < day && until > 60 && !this.#taken.has(id),
    );
    const found = all.toSorted((a, b) => b.since - a.since)[0] ?? this.account('nurse', 0);
    this.#taken.add(found.id);
    return found;
  }

  /** Different people of the register whom nobody asked to be looked at; of one site or of any. */
  strangers(count: number, site?: number): readonly number[] {
    const found = new Set<number>();
    while (found.size < count) {
      const patient = Math.floor(this.random.unit() * knownBefore);
      if (site === undefined || siteOf(patient) === site) found.add(patient);
    }
    return [...found];
  }

  on(name: string, day: number, plan: (put: Put) => void): void {
    if (day >= this.days) return;
    const book = new DayBook(day);
    plan((hours, account, patients, { action = 'read', ...more } = {}) => {
      const site = more.site ?? siteOf(patients[0] ?? 0);
      book.put(hours, account, action, patients, { ...more, site, cause: { kind: 'attack', name } });
    });
    this.looks.push(...book.looks);
  }

  /** On every day from one on. */
  daily(name: string, from: number, plan: (put: Put, day: number) => void): void {
    for (let day = from; day < this.days; day += 1) this.on(name, day, (put) => plan(put, day));
  }
}

export type Put = (
  hours: number,
  account: Account,
  patients: readonly number[],
  more?: More & { readonly action?: Action },
) => void;
