import type { SeededRandom } from '../hospital/random.js';
import type { Register } from './register.js';
import { joinDay, joiningSite, type Ward, wardKinds } from './sites.js';

export interface Stay {
  readonly patient: number;
  readonly ward: Ward;
  readonly from: number;
  /** The day on which it is over. */
  readonly until: number;
}

/** Who lies in which ward. */
export class Beds {
  readonly #byWard = new Map<Ward, Stay[]>();
  /** Ended, of the last weeks, the latest last. */
  #ended: Stay[] = [];

  constructor(
    private readonly wards: readonly Ward[],
    private readonly register: Register,
    private readonly random: SeededRandom,
  ) {
    for (const ward of wards) {
      this.#byWard.set(ward, []);
      if (ward.site === joiningSite) continue;
      this.#fill(ward, -1);
      const { beds, days } = wardKinds[ward.kind];
      for (let n = Math.round((beds * 30) / days); n > 0; n -= 1) {
        const until = -random.whole(0, 29);
        this.#ended.push({ patient: register.known(ward.site, 0), ward, from: until - days, until });
      }
    }
    this.#ended = this.#ended.toSorted((a, b) => a.until - b.until);
  }

  in(ward: Ward): readonly number[] {
    return this.#byWard.get(ward)?.map(({ patient }) => patient) ?? [];
  }
  inSite(site: number): readonly number[] {
    return this.wards.filter((ward) => ward.site === site).flatMap((ward) => this.in(ward));
  }
  get all(): readonly Stay[] {
    return [...this.#byWard.values()].flat();
  }
  /** Stays that ended between so many days ago, both included. */
  ended(day: number, { from, to }: { readonly from: number; readonly to: number }, site?: number): readonly Stay[] {
    return this.#ended.filter(
      ({ until, ward }) => day - until >= from && day - until <= to && (site === undefined || ward.site === site),
    );
  }

  /** From an emergency department or a crowd, whether a bed is free or not. */
  admit(patient: number, site: number, day: number): Stay | undefined {
    const wards = this.wards.filter((ward) => ward.site === site && ward.kind !== 'geriatrics' && ward.kind !== 'maternity');
    if (wards.length === 0) return undefined;
    const ward = this.random.pick(wards);
    const stay = { patient, ward, from: day, until: day + 1 + Math.round(this.random.wait(wardKinds[ward.kind].days)) };
    this.#byWard.get(ward)?.push(stay);
    return stay;
  }

  /** Who leaves leaves, some move to another ward of the site, and free beds are filled. Gives who came and who left. */
  beginDay(day: number): { readonly came: readonly Stay[]; readonly left: readonly Stay[] } {
    const left: Stay[] = [];
    const came: Stay[] = [];
    for (const [ward, stays] of this.#byWard) {
      left.push(...stays.filter(({ until }) => until <= day));
      this.#byWard.set(
        ward,
        stays.filter(({ until }) => until > day),
      );
    }
    for (const ward of this.wards) {
      if (ward.site === joiningSite && day < joinDay) continue;
      for (const stay of this.#byWard.get(ward) ?? []) if (this.random.chance(0.02)) this.#move(stay);
      came.push(...this.#fill(ward, day));
    }
    this.#ended = [...this.#ended.filter(({ until }) => day - until <= 45), ...left];
    return { came, left };
  }

  #move(stay: Stay): void {
    const others = this.wards.filter(({ site, number }) => site === stay.ward.site && number !== stay.ward.number);
    if (others.length === 0) return;
    const ward = this.random.pick(others);
    this.#byWard.set(stay.ward, this.#byWard.get(stay.ward)?.filter((one) => one !== stay) ?? []);
    this.#byWard.get(ward)?.push({ ...stay, ward });
  }

  #fill(ward: Ward, day: number): readonly Stay[] {
    const { beds, days } = wardKinds[ward.kind];
    const stays = this.#byWard.get(ward) ?? [];
    const came: Stay[] = [];
    while (stays.length < beds * 0.93) {
      const { patient } = this.register.comes(ward.site, day);
      const whole = day < 0 ? this.random.whole(1, 2 * days) : 1 + Math.round(this.random.wait(days));
      const stay = { patient, ward, from: day, until: day + whole };
      stays.push(stay);
      came.push(stay);
    }
    return came;
  }
}
