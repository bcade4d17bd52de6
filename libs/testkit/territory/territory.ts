import { SeededRandom } from '../hospital/random.js';
import { Agenda } from './agenda.js';
import { Beds } from './beds.js';
import { Register } from './register.js';
import { type Site, sitesOf, type Specialty, specialtiesOf, type Ward, wardsOf } from './sites.js';
import { Staff } from './staff.js';

/** The group of hospitals with its people and those who lie in its beds: what all work is about. */
export interface Territory {
  readonly seed: number;
  readonly headcount: number;
  readonly sites: readonly Site[];
  readonly closedClinicId: string;
  readonly wards: readonly Ward[];
  readonly specialties: readonly Specialty[];
  readonly staff: Staff;
  readonly register: Register;
  readonly beds: Beds;
  readonly agenda: Agenda;
  readonly random: SeededRandom;
}

export function territoryOf(seed: number, headcount: number): Territory {
  const random = new SeededRandom(seed, 'territory: work');
  const sites = sitesOf(seed);
  const wards = wardsOf(sites, headcount);
  const specialties = specialtiesOf(sites);
  const register = new Register(random);
  return {
    seed,
    headcount,
    sites,
    closedClinicId: `98${seed % 1_000}99951`,
    wards,
    specialties,
    staff: new Staff({ sites, wards, specialties }, headcount, new SeededRandom(seed, 'territory: staff')),
    register,
    beds: new Beds(wards, register, random),
    agenda: new Agenda(random),
    random,
  };
}
