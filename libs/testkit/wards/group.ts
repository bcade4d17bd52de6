import { SeededRandom } from '../hospital/random.js';

/** A clinic of the group. */
export interface Site {
  readonly clinicId: string;
  /** Wards of twenty-two beds. */
  readonly wards: number;
  readonly hasEmergencies: boolean;
}

export interface WardAccount {
  readonly id: string;
  readonly role: WardRole | 'program';
  readonly site: number;
  readonly ward: number;
  readonly ip: string;
  /** At home, for who works from there in the evening. */
  readonly homeIp: string;
  /** How much more, or less, than others of the role: 0.6 to 1.65. */
  readonly pace: number;
  /** When a shift begins, hours of the day; shifts do not rotate. */
  readonly from: number;
  /** The day on which it is made, counted from 0. */
  readonly since: number;
  /** Says who works on which day. */
  readonly turn: number;
}

/** Shares of the staff. */
const roleShares = {
  doctor: 0.16, nurse: 0.36, aide: 0.1, desk: 0.11, coder: 0.03, pharmacy: 0.03, laboratory: 0.05, radiographer: 0.05, archive: 0.015,
  dietitian: 0.02, social_worker: 0.02, it: 0.01, physiotherapist: 0.03, billing: 0.025,
} as const; // prettier-ignore
export type WardRole = keyof typeof roleShares;

export const programs = ['interface-engine', 'image-archive', 'laboratory-link', 'billing-run', 'night-index'] as const;
export type Program = (typeof programs)[number];

const shifts = [6.5, 13.5, 21];
/** Of the accounts, how many are made while the traffic runs. */
const newcomerShare = 0.03;

/** Who works where in a group of six clinics and a closed one. Same seed, same group. */
export class WardGroup {
  readonly sites: readonly Site[];
  readonly closedClinicId: string;
  readonly accounts: readonly WardAccount[];
  readonly #programs: ReadonlyMap<Program, WardAccount>;

  constructor(
    readonly seed: number,
    readonly staff: number,
    days: number,
  ) {
    const random = new SeededRandom(seed, 'wards: group');
    this.sites = Array.from({ length: 6 }, (_, site) => ({
      clinicId: `33${seed}00${site}07`,
      wards: site === 0 ? Math.round(staff / 45) : Math.max(2, Math.round(staff / 110)),
      hasEmergencies: site < 3,
    }));
    this.closedClinicId = `33${seed}99907`;
    const accounts: WardAccount[] = [];
    for (const role of Object.keys(roleShares) as WardRole[])
      for (let n = Math.max(2, Math.round(roleShares[role] * staff)); n > 0; n -= 1)
        accounts.push(this.#account(role, accounts.length + 1, random, days));
    this.accounts = accounts;
    this.#programs = new Map(programs.map((name, index) => [name, programOf(name, index)]));
  }

  program(name: Program): WardAccount {
    const found = this.#programs.get(name);
    if (!found) throw new Error(`the group has no program ${name}`);
    return found;
  }

  /** Who of a role works at a site on a day. */
  atWork(role: WardRole, site: number, day: number): readonly WardAccount[] {
    return this.accounts.filter((account) => account.role === role && account.site === site && worksOn(account, day));
  }

  #account(role: WardRole, number: number, random: SeededRandom, days: number): WardAccount {
    const site = random.weighted([
      [0, 5],
      [1, 2],
      [2, 2],
      [3, 1],
      [4, 1],
      [5, 1],
    ] as const);
    return {
      id: `${role.slice(0, 1)}${10_000 + 7 * number}`,
      role,
      site,
      ward: random.whole(0, (this.sites[site]?.wards ?? 1) - 1),
      pace: 0.6 + 1.05 * random.unit() ** 1.4,
      ip: `10.${20 + site}.${random.whole(0, 3)}.${random.whole(10, 240)}`,
      homeIp: `198.51.${random.whole(0, 255)}.${random.whole(1, 250)}`,
      from: random.pick(shifts),
      since: random.chance(newcomerShare) ? random.whole(3, Math.max(3, days - 2)) : 0,
      turn: number,
    };
  }
}

/** Monday is day 0. Wards are worked in at all hours and days, the rest at weekends by few or by nobody. */
export function worksOn({ role, since, turn }: WardAccount, day: number): boolean {
  if (day < since) return false;
  const isWeekend = day % 7 >= 5;
  if (role === 'program') return true;
  if (role === 'nurse' || role === 'aide') return (turn + 3 * day) % 7 < 4;
  if (!isWeekend) return (13 * turn + day) % 11 !== 0;
  if (role === 'doctor' || role === 'laboratory' || role === 'desk') return (turn + day) % 6 === 0;
  return role === 'pharmacy' && (turn + day) % 4 === 0;
}

function programOf(id: Program, index: number): WardAccount {
  const ip = `10.9.0.${5 + index}`;
  return { id, role: 'program', site: 0, ward: 0, ip, homeIp: ip, pace: 1, from: 0, since: 0, turn: 0 };
}
