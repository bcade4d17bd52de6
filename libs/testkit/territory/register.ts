import { mix, type SeededRandom } from '../hospital/random.js';
import type { PatientName } from '../hospital/event.js';
import type { Application } from './look.js';
import { joinDay, joiningSite } from './sites.js';

/** People whom the group knew before the first day, in the order in which it met them first. */
export const knownBefore = 190_000;
/** Those of the site that joins, whose records come over with it. */
const joining = 24_000;
const firstNumber = 5_100_000;
const firstSiteNumber = 800_000;

const sitesBefore = [
  [0, 46],
  [1, 21],
  [2, 8],
  [3, 9],
  [4, 16],
] as const;
const before = sitesBefore.flatMap(([site, weight]) => Array.from({ length: weight }, () => site));

/** Who is known to the group, and to which site. */
export class Register {
  #next = knownBefore + joining;

  constructor(private readonly random: SeededRandom) {}

  /** Somebody comes: known for long, known to a neighbour, or for the first time. */
  comes(site: number, day: number): { readonly patient: number; readonly isNew: boolean } {
    const { random } = this;
    if (random.chance(0.18)) {
      this.#next += 1;
      return { patient: this.#next - 1, isNew: true };
    }
    const from = random.chance(0.08) ? 0 : site;
    return { patient: this.known(from, day), isNew: false };
  }

  /** Somebody of a site; who was met lately comes more often than who was met long ago. */
  known(site: number, day: number): number {
    if (site === joiningSite && day >= joinDay - 2) return knownBefore + this.random.whole(0, joining - 1);
    const home = site === joiningSite ? 0 : site;
    for (;;) {
      const patient = Math.floor(knownBefore * this.random.unit() ** 0.55);
      if (siteOf(patient) === home) return patient;
    }
  }

  /** People who have the same family name, over all sites. */
  namesakes(count: number): readonly number[] {
    return Array.from({ length: count }, () => this.random.whole(0, knownBefore - 1));
  }

  /** Those whose records come over, in order. */
  joining(): readonly number[] {
    return Array.from({ length: joining }, (_, n) => knownBefore + n);
  }
}

export function siteOf(patient: number): number {
  if (patient >= knownBefore && patient < knownBefore + joining) return joiningSite;
  return before[mix(patient, 77) % before.length] ?? 0;
}

/** The number of the group on the platform, that of the site elsewhere. */
export function nameOf(patient: number, site: number, application: Application): PatientName {
  if (application === 'platform') return String(firstNumber + patient);
  return { id: String(firstSiteNumber + patient), authority: `ipp-${site}` };
}
