import type { Attribution, Leak, LeakAccesses, LeakStore, Moment, SizedExport } from '#libs/attribution/leak.js';
import { aPatient } from '../builders.js';
import { clinics, type LeakedHospital, type Opening } from './leaked-hospital.js';

const dayMs = 86_400_000;
/** 2026-11-01 in Paris: days there begin an hour before those of UTC. */
export const leakedFromMs = Date.UTC(2026, 9, 31, 23);

/** Swedish dates are written as ISO 8601 has them. */
const parisDays = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Paris' });

/** When an opening was: at ten in the morning of its day in Paris. */
export function openedAtMs({ day }: Opening): number {
  return leakedFromMs + day * dayMs + 10 * 3_600_000;
}

/** The pseudonym of a patient of the hospital. */
export function pseudonymOf(patient: number): string {
  return aPatient(`leaked ${patient}`);
}

/** `990000003`, in the order of their numbers. */
export function clinicOf(patient: number): string {
  return `9900000${String(patient % clinics).padStart(2, '0')}`;
}

/** What ClickHouse answers, counted over the numbers of a hospital; it knows patients whom anybody opened, and has no incidents. */
export class MemoryLeakStore implements LeakStore {
  readonly recorded: Attribution[] = [];
  readonly #accounts: readonly { readonly actorId: string; readonly size: number }[];
  readonly #places: ReadonlyMap<string, readonly number[]>;
  readonly #clinics: ReadonlyMap<string, number>;
  readonly #openings: ReadonlyMap<number, readonly Opening[]>;
  readonly #actors: readonly string[];
  #sample: readonly string[] = [];

  constructor(
    { openings, actors }: Pick<LeakedHospital, 'openings' | 'actors'>,
    private readonly unnamed: readonly SizedExport[] = [],
  ) {
    const holders = Map.groupBy(openings, ({ patient }) => patient);
    this.#actors = actors;
    this.#clinics = new Map([...holders.keys()].map((patient) => [pseudonymOf(patient), patient % clinics]));
    this.#openings = Map.groupBy(openings, ({ actor }) => actor);
    const seen = [...this.#openings.keys()].toSorted((a, b) => (nameOf(actors, a) < nameOf(actors, b) ? -1 : 1));
    const placeOf = new Map(seen.map((actor, place) => [actor, place]));
    this.#accounts = seen.map((actor) => ({
      actorId: nameOf(actors, actor),
      size: patientsOf(this.#openings.get(actor) ?? []).size,
    }));
    this.#places = new Map(
      [...holders].map(([patient, of]) => [
        pseudonymOf(patient),
        [...new Set(of.map(({ actor }) => placeOf.get(actor) ?? 0))].toSorted((a, b) => a - b),
      ]),
    );
  }

  keep(_: Leak, patients: readonly string[]): Promise<void> {
    this.#sample = patients;
    return Promise.resolve();
  }

  /** Of each clinic, how many patients the account opened that opened most. */
  #largest(): readonly number[] {
    const largest = Array.from({ length: clinics }, () => 0);
    for (const openings of this.#openings.values())
      for (const [clinic, patients] of Map.groupBy(patientsOf(openings), (patient) => patient % clinics))
        largest[clinic] = Math.max(largest[clinic] ?? 0, patients.length);
    return largest;
  }

  accesses(): Promise<LeakAccesses> {
    const touched = this.#sample.flatMap((patient) => {
      const holders = this.#places.get(patient);
      return holders ? [{ patient, holders, at: [this.#clinics.get(patient) ?? 0] }] : [];
    });
    const pool = [...this.#places.values()];
    const at = Map.groupBy(this.#clinics.values(), (clinic) => clinic);
    const largest = this.#largest();
    const known = Array.from({ length: clinics }, (_, clinic) => ({
      clinicId: clinicOf(clinic),
      size: at.get(clinic)?.length ?? 0,
      largest: largest[clinic] ?? 0,
    }));
    return Promise.resolve({
      clinics: known,
      known: touched.length,
      patients: pool.length,
      accounts: this.#accounts,
      touched,
      pool,
    });
  }

  moments(_: Leak, actorIds: readonly string[]): Promise<readonly Moment[]> {
    const sample = new Set(this.#sample);
    const momentOf = (actorId: string, kind: Moment['kind'], ref: string, openings: readonly Opening[]): Moment => {
      const times = openings.map(openedAtMs).toSorted((a, b) => a - b);
      const patients = [...patientsOf(openings)].map(pseudonymOf);
      return {
        actorId,
        kind,
        ref,
        size: patients.length,
        held: patients.filter((patient) => sample.has(patient)).toSorted(),
        firstMs: times[0] ?? 0,
        lastMs: times.at(-1) ?? 0,
      };
    };
    return Promise.resolve(
      actorIds.flatMap((actorId) => {
        const own = this.#openings.get(this.#actors.indexOf(actorId)) ?? [];
        const days = [...Map.groupBy(own, ({ day }) => day).values()].map(
          (openings) => [parisDays.format(openings.map(openedAtMs)[0]), openings] as const,
        );
        const exports = [
          ...Map.groupBy(
            own.filter(({ exported }) => exported !== undefined),
            ({ exported }) => String(exported),
          ),
        ];
        return [
          ...days.map(([day, openings]) => momentOf(actorId, 'day', day, openings)),
          ...exports.map(([event, openings]) => momentOf(actorId, 'export', event, openings)),
        ];
      }),
    );
  }

  sizedExports(_: Leak, { least, most }: { readonly least: number; readonly most: number }) {
    const nearest = this.unnamed.filter(({ records }) => records >= least && records <= most);
    return Promise.resolve({ found: nearest.length, nearest });
  }

  record(_: Leak, found: Attribution): Promise<void> {
    this.recorded.push(found);
    return Promise.resolve();
  }
}

function nameOf(actors: readonly string[], actor: number): string {
  return actors[actor] ?? '';
}

function patientsOf(openings: readonly Opening[]): ReadonlySet<number> {
  return new Set(openings.map(({ patient }) => patient));
}
