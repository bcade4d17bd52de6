import type { SeededRandom } from '../hospital/random.js';
import { DayBook, type WardAccess } from './access.js';
import type { WardAccount, WardGroup, WardRole } from './group.js';
import { knownBefore, siteOf } from './house.js';

const dayMs = 86_400_000;
const second = 1 / 3_600;
const minute = 1 / 60;

/** The twelve kinds of attack that are known beforehand, the double of one's habit by three roles; from the second week on. In order of time. */
export function plantedAccesses(
  group: WardGroup,
  random: SeededRandom,
  { startMs, days }: { readonly startMs: number; readonly days: number },
): readonly WardAccess[] {
  return new Planted(group, random, startMs, days).accesses();
}

class Planted {
  readonly #all: WardAccess[] = [];

  constructor(
    private readonly group: WardGroup,
    private readonly random: SeededRandom,
    private readonly startMs: number,
    private readonly days: number,
  ) {}

  accesses(): readonly WardAccess[] {
    const { random } = this;
    const hours = () => random.between(8, 18);
    this.#on('burst', 9, (put, account = this.#who('it')) =>
      this.#strangers(4_000).forEach((patient, n) => put(2 + (n * second) / 1.1, account, [patient], siteOf(patient))),
    );
    this.#on('human_pace', 8, (put, account = this.#who('nurse', 1)) =>
      this.#strangers(700, account.site).forEach((patient, n) =>
        put(9 + n * random.between(20, 45) * second, account, [patient]),
      ),
    );
    this.#on('closed_clinics_drip', 7, (put, account = this.#who('billing')) => {
      for (let n = 0; n < 60; n += 1)
        put(2.3 * n, account, [Math.floor(random.unit() * knownBefore * 0.4)], 0, { isClosed: true });
    });
    this.#on('ascending_identifiers', 10, (put, account = this.#who('aide', 1)) => {
      for (let n = 0; n < 1_500; n += 1) put(10 + 12 * n * second, account, [91_000 + n], siteOf(91_000 + n));
    });
    this.#on('lists_of_forty', 9, (put, account = this.#who('pharmacy', 1)) => {
      for (let n = 0; n < 30; n += 1) put(9 + 14 * n * minute, account, this.#strangers(40, n % 6), n % 6, { action: 'list' });
    });
    this.#on('stolen_service_key', 8, (put, account = this.group.program('laboratory-link')) =>
      this.#strangers(2_500).forEach((patient, n) =>
        put(11 + 4 * n * second, account, [patient], siteOf(patient), { ip: '10.9.0.77' }),
      ),
    );
    this.#on('bulk_export', 11, (put, account = this.#who('doctor', 1)) =>
      put(15, account, this.#strangers(600, 3), 3, { action: 'export' }),
    );
    this.#on('spread', 9, (put) => {
      for (const account of this.#crew('nurse', 8))
        for (const patient of this.#strangers(100)) put(random.between(7, 19), account, [patient], siteOf(patient));
    });
    this.#on('forty_accounts', 10, (put) =>
      this.#crew('nurse', 40).forEach((account, n) =>
        this.#strangers(20, account.site).forEach((patient, k) =>
          put(13 + 4 * n * minute + 40 * k * second, account, [patient], account.site, { ip: '203.0.113.9' }),
        ),
      ),
    );
    for (let day = 7; day < this.days; day += 1) {
      this.#on('slow', day, (put, account = this.#who('desk', 2)) =>
        this.#strangers(130, day % 6).forEach((patient) => put(hours(), account, [patient], day % 6)),
      );
      for (const [role, perDay] of [
        ['nurse', 25],
        ['doctor', 45],
        ['desk', 40],
      ] as const)
        this.#on(`own_clinic_${role}`, day, (put, account = this.#who(role, 4)) =>
          this.#strangers(Math.round(perDay * (role === 'desk' ? account.pace : 1)), account.site).forEach((patient) =>
            put(hours(), account, [patient]),
          ),
        );
    }
    return this.#all.toSorted((a, b) => a.at - b.at);
  }

  #on(name: string, day: number, plan: (put: Put) => void): void {
    if (day >= this.days) return;
    const book = new DayBook(this.startMs + day * dayMs);
    plan((hours, account, patients, site = account.site, { action = 'read', ...more } = {}) =>
      book.put(hours, account, action, patients, { site, cause: { kind: 'attack', name }, ...more }),
    );
    this.#all.push(...book.accesses);
  }

  /** One of a role at the first site who was there from the beginning. */
  #who(role: WardRole, turn = 0): WardAccount {
    const all = this.group.accounts.filter((account) => account.role === role && account.since === 0);
    const first = all.filter(({ site }) => site === 0);
    const found = first[(3 * this.group.seed + turn) % 5] ?? all[0];
    if (!found) throw new Error(`the group has no ${role}`);
    return found;
  }

  #crew(role: WardRole, count: number): readonly WardAccount[] {
    return this.group.accounts.filter((account) => account.role === role && account.since === 0).slice(-count);
  }

  #strangers(count: number, site?: number): readonly number[] {
    const found = new Set<number>();
    while (found.size < count) {
      const patient = Math.floor(this.random.unit() * knownBefore);
      if (site === undefined || siteOf(patient) === site) found.add(patient);
    }
    return [...found];
  }
}

type Put = (
  hours: number,
  account: WardAccount,
  patients: readonly number[],
  site?: number,
  more?: Partial<Pick<WardAccess, 'action' | 'ip' | 'isClosed'>>,
) => void;
