import { at, SeededRandom } from '../hospital/random.js';

/** One account opened one patient. */
export interface Opening {
  readonly actor: number;
  readonly patient: number;
  /** From 0. */
  readonly day: number;
  /** Openings of one event have the same; `undefined` where each is an event of its own. */
  readonly exported?: number;
}

export interface LeakedHospitalOptions {
  readonly seed: number;
  readonly staff: number;
  /** Patients of the group, most of whom nobody opens in the period. */
  readonly population: number;
  readonly days: number;
}

/** A month of a hospital group in which patients were taken, as bare numbers, so that a million openings fit a test. */
export interface LeakedHospital extends LeakedHospitalOptions {
  readonly openings: readonly Opening[];
  readonly actors: readonly string[];
  /** Took an eighth of what was opened, on two days, over five clinics, the second day by exports. */
  readonly attacker: { readonly actor: number; readonly patients: readonly number[]; readonly days: readonly [number, number] };
  /** Ten accounts that took some hundred patients each on one day. */
  readonly accomplices: readonly { readonly actor: number; readonly patients: readonly number[] }[];
  /** Accounts that open tens of thousands in the course of their work. */
  readonly services: readonly number[];
}

export const monthOfGroup: LeakedHospitalOptions = { seed: 1, staff: 1_400, population: 260_000, days: 30 };

/** A patient is one of the clinic whose number its own leaves. */
export const clinics = 17;
export const unitStaff = 14;
const bedsPerUnit = 30;
const stayDays = 4;
const comingsPerUnit = 40;
const accomplices = 10;
const exportSize = 400;

/** Plays the month. Units share their patients, floaters and services cross them; the thefts lie over ordinary work of the same accounts. */
export function leakedHospital(options: LeakedHospitalOptions): LeakedHospital {
  const { seed, staff, population, days } = options;
  const random = new SeededRandom(seed, 'leaked hospital');
  const openings: Opening[] = [];
  const units = Array.from({ length: Math.ceil(staff / unitStaff) }, (_, unit) => ({
    clinic: unit % clinics,
    beds: [] as number[],
  }));
  const patientOf = (clinic: number) => random.whole(0, Math.floor(population / clinics) - 1) * clinics + clinic;
  const seen: number[] = [];
  for (let day = 0; day < days; day += 1) {
    for (const [unit, { clinic, beds }] of units.entries()) {
      const present = presentOn(beds, () => patientOf(clinic), random);
      seen.push(...present);
      for (let member = 0; member < unitStaff; member += 1) {
        const actor = unit * unitStaff + member;
        if (actor >= staff || !random.chance(0.6)) continue;
        const load = random.whole(8, 34);
        for (let n = 0; n < load; n += 1)
          openings.push({ actor, patient: random.chance(0.95) ? random.pick(present) : patientOf(clinic), day });
      }
    }
    // An indexing service and an archivist, in proportion to the group.
    for (const [service, share] of [
      [staff, 0.005],
      [staff + 1, 0.006],
    ] as const)
      for (let n = 0; n < population * share; n += 1) openings.push({ actor: service, patient: random.pick(seen), day });
  }
  const targets = random.some(
    Array.from({ length: clinics }, (_, clinic) => clinic),
    5,
  );
  const attacker = attack(openings, { actor: random.whole(0, staff - 1), targets, random, options });
  const ten = helpers(openings, { random, options, not: attacker.actor });
  const actors = [...Array.from({ length: staff }, (_, n) => `staff.${n}`), 'indexing', 'archivist'];
  return { ...options, openings, actors, attacker, accomplices: ten, services: [staff, staff + 1] };
}

/** Beds change hands after some days; who comes for the day is another one each day. */
function presentOn(beds: number[], next: () => number, random: SeededRandom): readonly number[] {
  for (let bed = 0; bed < bedsPerUnit; bed += 1) if (beds[bed] === undefined || random.chance(1 / stayDays)) beds[bed] = next();
  return [...beds, ...Array.from({ length: comingsPerUnit }, next)];
}

interface Theft {
  readonly random: SeededRandom;
  readonly options: LeakedHospitalOptions;
}

function attack(
  openings: Opening[],
  { actor, targets, random, options }: Theft & { readonly actor: number; readonly targets: readonly number[] },
): LeakedHospital['attacker'] {
  const days = [Math.floor(options.days * 0.66), Math.floor(options.days * 0.7) + 1] as const;
  const some = new Set<number>();
  while (some.size < options.population / 21)
    some.add(random.whole(0, Math.floor(options.population / clinics) - 1) * clinics + random.pick(targets));
  const patients = [...some];
  for (const [index, patient] of patients.entries()) {
    const first = index < patients.length * 0.65;
    const exported = first ? undefined : 1_000 + Math.floor(index / exportSize);
    openings.push({ actor, patient, day: first ? days[0] : days[1], ...(exported !== undefined && { exported }) });
  }
  return { actor, patients, days };
}

function helpers(openings: Opening[], { random, options, not }: Theft & { readonly not: number }): LeakedHospital['accomplices'] {
  const day = Math.floor(options.days * 0.8);
  const staff = Array.from({ length: options.staff }, (_, actor) => actor).filter((actor) => actor !== not);
  return random.some(staff, accomplices).map((actor) => {
    const some = new Set<number>();
    while (some.size < options.population / 430) some.add(random.whole(0, options.population - 1));
    for (const patient of some) openings.push({ actor, patient, day });
    return { actor, patients: [...some] };
  });
}

/** Samples of a leak as people hand them in. */
export class LeakSamples {
  readonly opened: readonly number[];
  readonly #random: SeededRandom;
  readonly #unopened: readonly number[];

  constructor({ openings, population }: LeakedHospital, seed: number) {
    const opened = new Set(openings.map(({ patient }) => patient));
    this.opened = [...opened];
    this.#unopened = Array.from({ length: population }, (_, patient) => patient).filter((patient) => !opened.has(patient));
    this.#random = new SeededRandom(seed, 'samples');
  }

  /** Patients of a theft, a part of them replaced by others that somebody opened. */
  of(patients: readonly number[], size: number, foreign = 0): readonly number[] {
    const others = Math.round(size * foreign);
    return [...this.#draw(patients, size - others), ...this.#draw(this.opened, others)];
  }

  atRandom(size: number): readonly number[] {
    return this.#draw(this.opened, size);
  }

  neverOpened(size: number): readonly number[] {
    return this.#draw(this.#unopened, size);
  }

  #draw(from: readonly number[], size: number): readonly number[] {
    const drawn = new Set<number>();
    while (drawn.size < Math.min(size, from.length)) drawn.add(at(from, this.#random.whole(0, from.length - 1)));
    return [...drawn];
  }
}
