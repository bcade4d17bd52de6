import { type AttackName, plant, type PlantedAttack } from './attacks.js';
import type { Access, SourceEvent } from './event.js';
import { type Hospital, hospitalOf } from './hospital.js';
import { legitimateDay } from './legitimate.js';
import { staffDay } from './staff-day.js';

export interface SimulationOptions {
  readonly seed: number;
  /** Midnight UTC of the first day, milliseconds. */
  readonly start: number;
  readonly days: number;
  readonly staff: number;
  readonly groupId: string;
  readonly attacks: readonly AttackName[];
}

export const defaultSimulation = { days: 1, staff: 1400, groupId: 'helix' } as const;

/** What was planted, in the form that a check reads. `patients` is the exact number of distinct patients read by the attack. */
export interface Truth {
  readonly start: string;
  readonly days: number;
  readonly closed_clinics: readonly string[];
  readonly service_accounts: readonly string[];
  readonly attacks: readonly {
    readonly name: AttackName;
    readonly actors: readonly string[];
    readonly begins: string;
    readonly patients: number;
  }[];
}

const dayMs = 86_400_000;

/** A hospital group over some days: same options, same events, on any machine. Memory is bounded by the events of one day. */
export class Simulation {
  readonly hospital: Hospital;
  readonly #attacks: readonly PlantedAttack[];

  constructor(private readonly options: SimulationOptions) {
    this.hospital = hospitalOf(options);
    this.#attacks = options.attacks.map((name) => plant(this.hospital, name));
  }

  get attacks(): readonly PlantedAttack[] {
    return this.#attacks;
  }

  /** Events in order of time; ids count up, so that a repeated run repeats them. */
  *events(): Generator<SourceEvent> {
    let number = 0;
    let beyond: Access[] = this.#attacks.flatMap((attack) => attack.accesses);
    for (let day = 0; day < this.options.days; day += 1) {
      const until = this.hospital.start + (day + 1) * dayMs;
      const all = [...beyond, ...this.#ordinary(day)].toSorted((a, b) => a.at - b.at || compare(a.actor_id, b.actor_id));
      const later = all.findIndex((access) => access.at >= until);
      beyond = later < 0 ? [] : all.slice(later);
      for (const access of later < 0 ? all : all.slice(0, later)) {
        number += 1;
        yield this.#eventOf(access, number);
      }
    }
  }

  truth(): Truth {
    const until = this.hospital.start + this.options.days * dayMs;
    return {
      start: new Date(this.hospital.start).toISOString(),
      days: this.options.days,
      closed_clinics: this.hospital.closed.map((clinic) => clinic.id),
      service_accounts: this.hospital.serviceAccounts,
      attacks: this.#attacks.map(({ name, actors, begins, accesses }) => ({
        name,
        actors,
        begins: new Date(begins).toISOString(),
        patients: new Set(accesses.filter((access) => access.at < until).flatMap((access) => access.patient_ids)).size,
      })),
    };
  }

  #ordinary(day: number): readonly Access[] {
    return [
      ...this.hospital.staff.flatMap((member) => staffDay(this.hospital, member, day)),
      ...legitimateDay(this.hospital, day),
    ];
  }

  #eventOf({ at, ...access }: Access, number: number): SourceEvent {
    const id = `${this.options.seed}-${String(number).padStart(9, '0')}`;
    return { id, time: new Date(at).toISOString(), group_id: this.options.groupId, ...access };
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
