import { plant, type PlantedAttack } from './attacks/plant.js';
import type { AttackOrder } from './attacks/attack-plans.js';
import type { Access, Cause, PatientName, SentEvent, SourceEvent } from './event.js';
import { type Hospital, hospitalOf, type HospitalOptions } from './hospital.js';
import { dayMs, instantOf, localDayOf } from './local-time.js';
import { Merge } from './merge.js';
import { massCasualtyDuties, migrationNight, recallList } from './occasions.js';
import { imagingName, patientIdentifier } from './patients.js';
import { mix } from './random.js';
import { dutiesOn } from './roster.js';
import { serviceDay } from './services.js';
import { authOf } from './session.js';
import { workShift } from './shift.js';
import { type Truth, TruthBook } from './truth.js';
import { type WeekOrder, Weeks } from './weeks/weeks.js';

export interface SimulationOptions extends HospitalOptions {
  readonly attacks: readonly AttackOrder[];
  /** A vendor moves one clinic's records a night. */
  readonly migration: boolean;
  /** Local day from the start, counted from 0, with a mass-casualty evening; none when it is not reached. */
  readonly massCasualtyDay: number;
  /** Honest weeks that look like attacks; none where it is left out. */
  readonly weeks?: readonly WeekOrder[];
}

/** An event with what it never says of itself: why it was made. */
export interface PlayedEvent {
  readonly event: SourceEvent;
  /** What is sent of it, where a feed tells less or otherwise. */
  readonly sent?: SentEvent;
  readonly cause?: Cause;
  /** When it arrives, milliseconds since 1970; as it happens where it is left out. */
  readonly receivedMs?: number;
}

/** A group as large as the one of the reference case. */
export const defaultSimulation = {
  seed: 1,
  start: Date.UTC(2026, 0, 4, 23),
  days: 1,
  staff: 1_400,
  establishments: 17,
  closed: 3,
  patients: 900_000,
  groupId: 'helix',
  attacks: ['burst'],
  migration: false,
  massCasualtyDay: 3,
} as const satisfies SimulationOptions;

/**
 * A hospital group over some days: same options, same events, on any machine. Memory holds the staff and one access of everybody who is
 * at work, however many days there are. Throws `AttackRefused`.
 */
export class Simulation {
  readonly hospital: Hospital;
  readonly #attacks: readonly PlantedAttack[];
  readonly #weeks: Weeks;
  readonly #book = new TruthBook();
  readonly #prefix: string;

  constructor(private readonly options: SimulationOptions) {
    this.hospital = hospitalOf(options);
    this.#weeks = new Weeks(this.hospital, options.weeks ?? []);
    const planted: PlantedAttack[] = [];
    for (const order of options.attacks) planted.push(plant(this.hospital, order, planted));
    this.#attacks = planted;
    // Two different simulations have no id in common, or the second one would be taken for a repetition of the first.
    const { days: _days, ...rest } = options;
    this.#prefix = mix(...Buffer.from(JSON.stringify(rest))).toString(36);
  }

  /** Events in order of time; to be asked for once. `truth` counts what was taken from here. */
  *events(): Generator<SourceEvent> {
    for (const { event } of this.played()) yield event;
  }

  /** The same events with the reasons of those that have one: for who judges what was found. Instead of `events`. */
  *played(): Generator<PlayedEvent> {
    const { start, days } = this.hospital;
    const until = start + days * dayMs;
    let number = 0;
    for (const access of this.#accesses(until)) {
      if (access.at < start) continue;
      number += 1;
      this.#book.note(access);
      yield { event: this.#eventOf(access, number), ...(access.cause && { cause: access.cause }) };
    }
  }

  /** What the events that have been played so far hold. */
  truth(): Truth {
    return this.#book.truth(this.hospital);
  }

  *#accesses(until: number): Generator<Access> {
    const merge = new Merge();
    for (const attack of this.#attacks) for (const stream of attack.streams) merge.add(stream);
    // Whoever began before the start is still at work then.
    let day = localDayOf(this.hospital.start) - 1;
    for (;;) {
      for (; instantOf(day, 0) < until && instantOf(day, 0) <= merge.nextAt; day += 1) this.#plan(day, merge);
      if (merge.nextAt >= until) return;
      yield* this.#weeks.reported(merge.take());
    }
  }

  /** Everything that begins on a local day. */
  #plan(day: number, merge: Merge): void {
    const { hospital, options } = this;
    const firstDay = localDayOf(hospital.start);
    const night = day - firstDay;
    for (const duty of this.#weeks.duties(dutiesOn(hospital, day, firstDay), day)) merge.add(workShift(hospital, duty));
    for (const stream of this.#weeks.streams(day)) merge.add(stream);
    if (night === options.massCasualtyDay)
      for (const duty of massCasualtyDuties(hospital, day)) merge.add(workShift(hospital, duty));
    for (const stream of serviceDay(hospital, day)) merge.add(stream);
    for (const stream of recallList(hospital, day, firstDay)) merge.add(stream);
    if (options.migration && night >= 0) merge.add(migrationNight(hospital, day, night));
  }

  #eventOf(access: Access, number: number): SourceEvent {
    const { session, clinic, recordCount, categories, purpose, emergency } = access;
    const { account } = session;
    return {
      time: new Date(access.at).toISOString(),
      group_id: this.hospital.groupId,
      clinic_id: clinic.id,
      actor_id: account.id,
      actor_role: account.role,
      actor_kind: account.kind,
      privileged: account.privileged,
      action: access.action,
      outcome: access.outcome ?? 'success',
      patient_ids: access.patients.map((patient) => this.#nameOf(patient, session.application)),
      ...(recordCount !== undefined && { record_count: recordCount }),
      ...(categories && { categories }),
      ...(purpose && { purpose }),
      ...(emergency && { emergency }),
      source_ip: session.sourceIp,
      device: session.device,
      ...(session.userAgent && { user_agent: session.userAgent }),
      session_id: session.id,
      auth: authOf(session),
      mfa: session.mfa ?? account.mfa,
      application: session.application,
      id: `${this.#prefix}-${number}`,
    };
  }

  #nameOf(patient: number, application: string): PatientName {
    const { seed } = this.hospital;
    return application === 'imaging-archive' ? imagingName(seed, patient) : patientIdentifier(seed, patient);
  }
}
