import type { Access } from './event.js';
import type { Hospital } from './hospital.js';

/** What an attack, or legitimate work that stands out, has done in the events that were played. */
export interface Deed {
  readonly name: string;
  readonly actors: readonly string[];
  /** Times of its first and last access to a patient. */
  readonly begins: string;
  readonly ends: string;
  /** Exact number of distinct patients that it touched without failure. */
  readonly patients: number;
  readonly events: number;
  readonly clinics: readonly string[];
}

/** What was planted, in the form that a check reads: only what the played events hold, and exactly that. */
export interface Truth {
  readonly start: string;
  readonly days: number;
  readonly closed_clinics: readonly string[];
  readonly service_accounts: readonly string[];
  readonly attacks: readonly Deed[];
  /** Work that reads much, or elsewhere, for a reason. */
  readonly legitimate: readonly Deed[];
}

interface Count {
  readonly kind: 'attack' | 'legitimate';
  readonly name: string;
  readonly actors: Set<string>;
  readonly patients: Set<number>;
  readonly clinics: Set<string>;
  begins: number;
  ends: number;
  events: number;
}

/** Counts what is played. Memory: one number for each patient of an attack or of legitimate work that stands out. */
export class TruthBook {
  readonly #counts = new Map<string, Count>();

  note({ cause, session, patients, outcome, clinic, at }: Access): void {
    if (!cause || outcome === 'failure' || patients.length === 0) return;
    const key = `${cause.kind} ${cause.name}`;
    const count: Count = this.#counts.get(key) ?? {
      ...cause,
      actors: new Set(),
      patients: new Set(),
      clinics: new Set(),
      begins: at,
      ends: at,
      events: 0,
    };
    this.#counts.set(key, count);
    count.actors.add(session.account.id);
    for (const patient of patients) count.patients.add(patient);
    count.clinics.add(clinic.id);
    count.ends = at;
    count.events += 1;
  }

  truth(hospital: Hospital): Truth {
    return {
      start: new Date(hospital.start).toISOString(),
      days: hospital.days,
      closed_clinics: hospital.closed.map((clinic) => clinic.id),
      service_accounts: hospital.serviceAccounts,
      attacks: this.#deeds('attack'),
      legitimate: this.#deeds('legitimate'),
    };
  }

  #deeds(kind: Count['kind']): readonly Deed[] {
    return [...this.#counts.values()]
      .filter((count) => count.kind === kind)
      .map(({ name, actors, patients, clinics, begins, ends, events }) => ({
        name,
        actors: [...actors],
        begins: new Date(begins).toISOString(),
        ends: new Date(ends).toISOString(),
        patients: patients.size,
        events,
        clinics: [...clinics],
      }));
  }
}
