import type { WardGroup } from './group.js';
import type { SeededRandom } from '../hospital/random.js';

/** Patients who were known before the first day; numbers are given in the order in which people come for the first time. */
export const knownBefore = 260_000;
/** Of those who come, how many come for the first time. */
const newShare = 0.22;
const bedsOfWard = 22;
/** What anybody works off has been there for at most so many days. */
const rememberedDays = 14;

interface Stay {
  readonly patient: number;
  readonly site: number;
  readonly ward: number;
  /** The day on which it is over. */
  readonly until: number;
}

interface Visit {
  readonly patient: number;
  readonly site: number;
  readonly day: number;
}

/** Who lies in which bed, and who was there lately. */
export class House {
  #next = knownBefore;
  #stays: Stay[] = [];
  #visits: Visit[] = [];

  constructor(
    private readonly group: WardGroup,
    private readonly random: SeededRandom,
  ) {
    for (const [site, { wards }] of group.sites.entries()) {
      for (let ward = 0; ward < wards; ward += 1)
        for (let bed = 0; bed < bedsOfWard; bed += 1) this.#admit(this.arrives(site).patient, site, ward, random.whole(0, 6));
      for (let day = -rememberedDays; day < 0; day += 1)
        for (let n = 0; n < 60; n += 1) this.visits(this.arrives(site).patient, site, day);
    }
  }

  /** Somebody comes to a site, and is given a number where it is the first time. */
  arrives(site: number): { readonly patient: number; readonly isNew: boolean } {
    if (!this.random.chance(newShare)) return { patient: this.known(site), isNew: false };
    this.#next += 1;
    return { patient: this.#next - 1, isNew: true };
  }

  /** Somebody of the site's register; later numbers come more often. */
  known(site: number): number {
    for (;;) {
      const patient = Math.floor(knownBefore * this.random.unit() ** 0.7);
      if (siteOf(patient) === site || this.random.chance(0.05)) return patient;
    }
  }

  visits(patient: number, site: number, day: number): void {
    this.#visits.push({ patient, site, day });
  }

  staysFrom(patient: number, site: number, day: number): void {
    this.#admit(patient, site, this.random.whole(0, (this.group.sites[site]?.wards ?? 1) - 1), day);
  }

  /** Who leaves leaves; beds that are free are filled. Gives who came. */
  beginDay(day: number): readonly Stay[] {
    for (const { patient, site, until } of this.#stays) if (until <= day) this.visits(patient, site, day);
    this.#stays = this.#stays.filter(({ until }) => until > day);
    this.#visits = this.#visits.filter((visit) => visit.day >= day - rememberedDays);
    const before = this.#stays.length;
    for (const [site, { wards }] of this.group.sites.entries())
      for (let ward = 0; ward < wards; ward += 1)
        for (let beds = this.inWard(site, ward).length; beds < bedsOfWard; beds += 1)
          this.#admit(this.arrives(site).patient, site, ward, day);
    return this.#stays.slice(before);
  }

  get stays(): readonly Stay[] {
    return this.#stays;
  }
  get visitsOfLate(): readonly Visit[] {
    return this.#visits;
  }
  inWard(site: number, ward: number): readonly number[] {
    return this.#stays.filter((stay) => stay.site === site && stay.ward === ward).map(({ patient }) => patient);
  }
  inSite(site: number): readonly number[] {
    return this.#stays.filter((stay) => stay.site === site).map(({ patient }) => patient);
  }
  /** Who was there between so many days ago, both included. */
  seen(site: number, day: number, { from, to }: { readonly from: number; readonly to: number }): readonly number[] {
    return this.#visits
      .filter((visit) => visit.site === site && day - visit.day >= from && day - visit.day <= to)
      .map(({ patient }) => patient);
  }

  #admit(patient: number, site: number, ward: number, day: number): void {
    this.#stays.push({ patient, site, ward, until: day + 1 + Math.round(this.random.wait(4)) });
  }
}

/** The site that a patient of before belongs to: two of five to the first. */
export function siteOf(patient: number): number {
  return ((patient * 2_654_435_761) >>> 7) % 12 < 5 ? 0 : 1 + (((patient * 40_503) >>> 3) % 5);
}
