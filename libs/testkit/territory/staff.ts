import { at, type SeededRandom } from '../hospital/random.js';
import { isDayOff } from './calendar.js';
import { joinDay, joiningSite, type Site, type Specialty, type Ward } from './sites.js';

/** What the directory of the group calls people, their part of the staff or their number, where they work and from what they sign in. */
export const roles = {
  nurse: { word: 'IDE', share: 0.26, unit: 'ward', by: 'cart' },
  aide: { word: 'Aide-soignant', share: 0.11, unit: 'ward', by: 'ward' },
  pool: { word: 'IDE', share: 0.025, unit: 'none', by: 'cart' },
  physician: { word: 'Médecin', share: 0.13, unit: 'both', by: 'farm' },
  resident: { word: 'Interne', share: 0.045, unit: 'ward', by: 'cart' },
  student: { word: 'Etudiant IFSI', share: 0.03, unit: 'ward', by: 'ward' },
  midwife: { word: 'Sage-femme', share: 0.015, unit: 'ward', by: 'ward' },
  secretary: { word: 'Secrétaire médicale', share: 0.08, unit: 'specialty', by: 'farm' },
  admissions: { word: 'Agent des admissions', share: 0.035, unit: 'none', by: 'desk' },
  triage: { word: 'IAO', share: 0.03, unit: 'emergency', by: 'ward' },
  urgentist: { word: 'Médecin urgentiste', share: 0.025, unit: 'emergency', by: 'ward' },
  regulator: { word: 'Médecin régulateur', count: 6, unit: 'none', by: 'desk' },
  technician: { word: 'Technicien de laboratoire', share: 0.03, unit: 'laboratory', by: 'desk' },
  biologist: { word: 'Biologiste', count: 5, unit: 'laboratory', by: 'desk' },
  radiographer: { word: 'Manipulateur radio', share: 0.03, unit: 'none', by: 'desk' },
  radiologist: { word: 'Radiologue', count: 6, unit: 'emergency', by: 'desk' },
  teleradiologist: { word: 'Radiologue', count: 3, unit: 'emergency', by: 'home' },
  pharmacist: { word: 'Pharmacien', share: 0.015, unit: 'none', by: 'desk' },
  physiotherapist: { word: 'Kinésithérapeute', share: 0.02, unit: 'none', by: 'cart' },
  dietitian: { word: 'Diététicien', count: 5, unit: 'none', by: 'cart' },
  social: { word: 'Assistante sociale', share: 0.012, unit: 'none', by: 'desk' },
  psychologist: { word: 'Psychologue', share: 0.01, unit: 'none', by: 'desk' },
  hygiene: { word: 'IDE hygiéniste', count: 2, unit: 'central', by: 'desk' },
  coder: { word: 'TIM', share: 0.018, unit: 'none', by: 'farm' },
  billing: { word: 'Agent de facturation', share: 0.02, unit: 'none', by: 'farm' },
  archivist: { word: 'Archiviste', count: 4, unit: 'central', by: 'desk' },
  support: { word: 'Technicien informatique', share: 0.012, unit: 'central', by: 'farm' },
  helpdesk: { word: 'Téléconseiller', count: 4, unit: 'central', by: 'desk' },
  research: { word: 'ARC', count: 3, unit: 'central', by: 'farm' },
  quality: { word: 'Qualiticien', count: 3, unit: 'central', by: 'vpn' },
  identity: { word: 'Cellule identitovigilance', count: 3, unit: 'central', by: 'farm' },
  shared: { word: 'Compte de service de soins', count: 0, unit: 'ward', by: 'ward' },
} as const; // prettier-ignore
export type Role = keyof typeof roles | 'program';

export const programs = [
  'interface-adt', 'interface-resultats', 'routeur-dicom', 'editions-nuit', 'rappels-vaccin', 'sms-rendez-vous', 'facturation-lot', 'reprise-donnees',
] as const; // prettier-ignore
export type Program = (typeof programs)[number];

export interface Account {
  readonly id: string;
  readonly number: number;
  readonly role: Role;
  readonly site: number;
  /** Of a ward, or of a specialty; none where people go to whoever needs them. */
  readonly ward?: Ward;
  readonly specialty?: Specialty;
  /** How much more, or less, than colleagues: 0.6 to 1.7. */
  readonly pace: number;
  /** Days on which the account exists and its owner works here, the end not included. */
  readonly since: number;
  readonly until: number;
}

/** Everybody who works in the territory; the same seed, the same people. */
export class Staff {
  readonly accounts: readonly Account[];
  readonly #programs: ReadonlyMap<string, Account>;
  readonly #byRole = new Map<Role, Account[]>();

  constructor(
    places: { readonly sites: readonly Site[]; readonly wards: readonly Ward[]; readonly specialties: readonly Specialty[] },
    staff: number,
    random: SeededRandom,
  ) {
    const accounts: Account[] = [];
    for (const [role, { unit, ...size }] of Object.entries(roles) as [keyof typeof roles, (typeof roles)[keyof typeof roles]][]) {
      const count = 'share' in size ? Math.max(3, Math.round(size.share * staff)) : size.count;
      for (let n = 0; n < count; n += 1) accounts.push(member(role, { unit, n, number: accounts.length }, places, random));
    }
    // One for everybody in a ward of old people, on its two computers.
    for (const ward of places.wards.filter(({ kind }) => kind === 'geriatrics'))
      accounts.push({
        ...always,
        id: `ufg${ward.number}`,
        number: accounts.length,
        role: 'shared',
        site: ward.site,
        ward,
        ...life(ward.site),
      });
    this.accounts = accounts;
    for (const account of accounts) this.#byRole.set(account.role, [...(this.#byRole.get(account.role) ?? []), account]);
    this.#programs = new Map(
      programs.map((id, n) => [id, { ...always, id, number: 9_000 + n, role: 'program', site: 0, since: 0, until: Infinity }]),
    );
  }

  program(name: Program): Account {
    const found = this.#programs.get(name);
    if (!found) throw new Error(`there is no program ${name}`);
    return found;
  }

  of(role: Role): readonly Account[] {
    return this.#byRole.get(role) ?? [];
  }

  /** Who receives people at a site on a day: its own, or where all are away somebody of the centre who comes over. */
  desksAt(day: number, site: number): readonly Account[] {
    const own = this.at('admissions', day, site);
    return own.length ? own : this.at('admissions', day, 0).slice(-1);
  }

  /** Who of a role works on a day; of a site, where one is named. */
  at(role: Role, day: number, site?: number): readonly Account[] {
    return this.of(role).filter((account) => (site === undefined || account.site === site) && worksOn(account, day));
  }
}

const always = { pace: 1 } as const;
const roundTheClock: ReadonlySet<Role> = new Set([
  'nurse', 'aide', 'pool', 'midwife', 'triage', 'urgentist', 'regulator', 'technician', 'radiographer', 'teleradiologist', 'biologist', 'shared', 'resident',
]); // prettier-ignore

/** Who works in shifts comes three days of five or so, others on working days; one in nine is on leave. */
export function worksOn({ role, number, since, until }: Account, day: number): boolean {
  if (day < since || day >= until) return false;
  if (role === 'program' || role === 'shared') return true;
  if ((number + Math.floor((day + number) / 9)) % 9 === 0) return false;
  if (roundTheClock.has(role)) return (2 * number + 3 * day) % 5 < 3;
  if (!isDayOff(day)) return role !== 'student' || (number + day) % 5 !== 0;
  if (role === 'admissions' || role === 'pharmacist' || role === 'helpdesk') return (number + day) % 4 === 0;
  return role === 'physician' && (number + day) % 6 === 0;
}

/** Shifts change from week to week: 0 in the morning, 1 in the afternoon, 2 at night. */
export function shiftOf({ number }: Account, day: number): 0 | 1 | 2 {
  const turn = (number + Math.floor(day / 7)) % 7;
  return turn < 3 ? 0 : turn < 6 ? 1 : 2;
}
export const shiftBegins = [6.6, 13.6, 20.8] as const;

function member(
  role: keyof typeof roles,
  { unit, n, number }: { readonly unit: (typeof roles)[keyof typeof roles]['unit']; readonly n: number; readonly number: number },
  { sites, wards, specialties }: ConstructorParameters<typeof Staff>[0],
  random: SeededRandom,
): Account {
  const emergencies = sites.flatMap(({ hasEmergencies }, index) => (hasEmergencies ? [index] : []));
  const laboratories = sites.flatMap(({ hasLaboratory }, index) => (hasLaboratory ? [index] : []));
  const weighted = sites.map(({ weight }, index) => [index, weight] as const);
  const births = role === 'midwife' ? wards.filter(({ kind }) => kind === 'maternity') : [];
  const of = births.length ? births : wards;
  const ward = at(of, n % of.length);
  const specialty = at(specialties, n % specialties.length);
  const places: Readonly<Record<typeof unit, () => Pick<Account, 'site' | 'ward' | 'specialty'>>> = {
    ward: () => ({ site: ward.site, ward }),
    specialty: () => ({ site: specialty.site, specialty }),
    // Half of the physicians have a ward of their site beside consultations.
    both: () => {
      const near = wards.filter(({ site }) => site === specialty.site);
      return { site: specialty.site, specialty, ...(n % 2 === 0 && { ward: random.pick(near) }) };
    },
    emergency: () => ({ site: at(emergencies, n % 3 === 2 ? 1 : 0) }),
    laboratory: () => ({ site: at(laboratories, n % 4 === 3 ? 1 : 0) }),
    central: () => ({ site: 0 }),
    none: () => ({ site: random.weighted(weighted) }),
  };
  const place = places[unit]();
  const pace = 0.6 + 1.1 * random.unit() ** 1.5;
  return { id: `${role.slice(0, 3)}${String(4_000 + 13 * number)}`, number, role, ...place, pace, ...life(place.site, random) };
}

/** Most are there all the time. Some retire, are hired, or come back after months; those of the site that joins get their accounts on that day. */
function life(site: number, random?: SeededRandom): Pick<Account, 'since' | 'until'> {
  if (site === joiningSite) return { since: joinDay, until: Infinity };
  const fate = random?.unit() ?? 1;
  if (fate < 0.012) return { since: 0, until: random?.whole(4, 20) ?? Infinity };
  if (fate < 0.05) return { since: random?.whole(2, 19) ?? 0, until: Infinity };
  return { since: 0, until: Infinity };
}
