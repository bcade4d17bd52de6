import { clinicOfPatient, type Unit } from '../clinics.js';
import type { Access, Account, Cause, Session } from '../event.js';
import type { Hospital } from '../hospital.js';
import { hourMs, hourOf, instantOf, localDayOf } from '../local-time.js';
import { Merge } from '../merge.js';
import { at as itemAt, SeededRandom } from '../random.js';
import { serverOf } from '../service-accounts.js';
import { sessionAt } from '../session.js';
import type { AttackPlan } from './attack-plans.js';
import { Groups, type Places } from './places.js';

/** Sessions end after this long, and the next one begins after a sign-in. */
const sessionMs = 6 * hourMs;

export type Plan = Omit<AttackPlan, 'account' | 'what'>;

export interface Reading {
  readonly name: string;
  readonly plan: Plan;
  readonly actor: Account;
  readonly index: number;
  readonly actors: number;
  readonly places: Places;
  readonly outside: Pick<Session, 'sourceIp' | 'device'> & Partial<Session>;
  /** Where the computer stands that all accounts of an attack `from` the house use. */
  readonly house: Unit;
}

/** What one account reads, from its first sign-in on. */
export function* read(hospital: Hospital, reading: Reading): Generator<Access> {
  const { name, plan, actor, index, actors, places } = reading;
  const random = new SeededRandom(hospital.seed, `reading ${name} ${actor.id}`);
  const gapMs = (60_000 * plan.together * actors) / plan.pace;
  const from = beginOf(hospital, plan);
  const until = from + plan.days * 24 * hourMs;
  const wait = () => waitOf(plan, gapMs, random);
  const sessions = new Sessions(hospital, reading, random);
  const groups = new Groups(hospital, places);
  const quota = new Quota(plan, localDayOf(from));
  const aside = Math.round((index * gapMs) / actors);
  let at = Math.round(from + aside);
  const late = (time: number) => (plan.rhythm === 'even' ? aside : time % hourMs);
  for (;;) {
    at = inHours(at, plan.hours, late(at));
    if (at >= until) return;
    const left = quota.left(localDayOf(at));
    if (left === 0) {
      const next = localDayOf(at) + plan.everyDays;
      at = plan.rhythm === 'even' ? instantOf(next, plan.hours[0]) + aside : instantOf(next, plan.hours[0] + 2 * random.unit());
      continue;
    }
    const patients = groups.take(Math.min(plan.together, left), at);
    if (patients.length === 0) return;
    quota.take(patients.length);
    const signIn = sessions.signIn(at, patients);
    if (signIn) {
      yield signIn;
      at += 2_000;
    }
    yield sessions.access(at, patients);
    at = Math.round(at + 1 + wait());
  }
}

function waitOf({ rhythm }: Plan, gapMs: number, random: SeededRandom): number {
  if (rhythm === 'even') return gapMs;
  return rhythm === 'steady' ? random.between(0.6, 1.4) * gapMs : random.wait(gapMs);
}

/** One account opens what others have opened, in their order and so many hours later. */
export function* follow(
  hospital: Hospital,
  reading: Omit<Reading, 'places'>,
  others: readonly Generator<Access>[],
): Generator<Access> {
  const { name, plan, actor } = reading;
  const random = new SeededRandom(hospital.seed, `following ${name} ${actor.id}`);
  const sessions = new Sessions(hospital, reading, random);
  const merge = new Merge();
  for (const other of others) merge.add(other);
  let at = 0;
  while (merge.nextAt < Infinity) {
    const { patients, at: linkedAt } = merge.take();
    if (patients.length === 0) continue;
    at = inHours(Math.max(at + 5_000 + Math.round(random.wait(20_000)), linkedAt + plan.followHours * hourMs), plan.hours);
    const signIn = sessions.signIn(at, patients);
    if (signIn) {
      yield signIn;
      at += 2_000;
    }
    yield sessions.access(at, patients);
  }
}

/** How many records are left to an account on a day. */
class Quota {
  #day = Number.NaN;
  #taken = 0;

  constructor(
    private readonly plan: Plan,
    private readonly firstDay: number,
  ) {}

  left(day: number): number {
    if (day !== this.#day) this.#taken = 0;
    this.#day = day;
    return Math.max(0, this.plan.perDay + this.plan.growth * (day - this.firstDay) - this.#taken);
  }

  take(records: number): void {
    this.#taken += records;
  }
}

/** The sessions of one account of an attack, and what it does in them. */
class Sessions {
  readonly #cause: Cause;
  #session: Session | undefined;
  #endsAt = 0;

  constructor(
    private readonly hospital: Hospital,
    private readonly reading: Omit<Reading, 'places'>,
    private readonly random: SeededRandom,
  ) {
    this.#cause = { kind: 'attack', name: reading.name };
  }

  /** The sign-in that is needed before an access; none while a session lasts. */
  signIn(at: number, patients: readonly number[]): Access | undefined {
    if (this.#session && at < this.#endsAt) return undefined;
    this.#session = this.#open();
    this.#endsAt = at + sessionMs;
    return { session: this.#session, clinic: this.#clinicOf(patients), at, action: 'login', patients: [], cause: this.#cause };
  }

  access(at: number, patients: readonly number[]): Access {
    const { plan } = this.reading;
    this.#session ??= this.#open();
    const recordCount = plan.together > 1 ? { recordCount: patients.length } : {};
    const emergency = plan.emergency ? ({ emergency: true } as const) : {};
    const categories = ['identity', this.random.pick(['prescription', 'insurance', 'clinical'] as const)] as const;
    const base = { session: this.#session, clinic: this.#clinicOf(patients), at, action: plan.action, patients, categories };
    return { ...base, ...recordCount, ...emergency, cause: this.#cause };
  }

  #clinicOf(patients: readonly number[]) {
    return clinicOfPatient(this.hospital.clinics, itemAt(patients, 0));
  }

  #open(): Session {
    const { actor, plan, outside, house } = this.reading;
    const { random } = this;
    const member = this.hospital.staff.find((one) => one.id === actor.id);
    const own: Session = member
      ? sessionAt(member, member.unit, random)
      : { account: actor, id: `s-${random.hex(12)}`, device: 'SRV-INTEGRATION', ...serverOf(actor.id) };
    if (plan.from === 'own') return own;
    const stolen = actor.kind === 'service' ? {} : ({ auth: 'password', mfa: false } as const);
    if (plan.from === 'house') return { ...own, ...houseComputer(house), ...stolen };
    const inside = () => ({ sourceIp: `10.${random.whole(20, 33)}.251.${random.whole(2, 250)}`, device: 'unknown' });
    return { ...own, ...(plan.from === 'outside' ? outside : inside()), ...stolen };
  }
}

/** One computer of a unit, among those that its staff use. */
function houseComputer({ clinic, kind, number }: Unit): Pick<Session, 'sourceIp' | 'device'> {
  return {
    sourceIp: `10.${20 + (clinic.index % 200)}.${number % 250}.13`,
    device: `WS-${clinic.index + 1}-${kind.slice(0, 3).toUpperCase()}${number}-3`,
  };
}

/** The hour of its day; a day later where that is before the simulation begins. */
export function beginOf(hospital: Hospital, plan: Plan): number {
  const day = localDayOf(hospital.start) + plan.day;
  const begin = instantOf(day, plan.hour);
  return begin >= hospital.start ? begin : instantOf(day + 1, plan.hour);
}

/** The time itself, or where it lies outside of the hours the next time at which they begin, and so many milliseconds. */
function inHours(at: number, [from, to]: readonly [number, number], late = at % hourMs): number {
  const hour = hourOf(at);
  const day = localDayOf(at);
  if (hour < from) return instantOf(day, from) + late;
  return hour >= to ? instantOf(day + 1, from) + late : at;
}
