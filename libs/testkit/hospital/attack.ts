import { type AttackName, type AttackOrder, type AttackPlan, attackPlans } from './attack-plans.js';
import { type Clinic, clinicOfPatient, patientOf } from './clinics.js';
import type { Access, Account, Cause, Session } from './event.js';
import type { Hospital, Member } from './hospital.js';
import { hourMs, hourOf, instantOf, localDayOf } from './local-time.js';
import { patientIdentifier } from './patients.js';
import { at as itemAt, mix, SeededRandom } from './random.js';
import { isOnDuty } from './roster.js';
import { sessionAt } from './session.js';

export interface PlantedAttack {
  readonly name: AttackName;
  readonly actors: readonly Account[];
  /** One stream of accesses for each account, each in order of time. */
  readonly streams: readonly Generator<Access>[];
}

type Plan = Omit<AttackPlan, 'account' | 'what'>;

/** Sessions end after this long, and the next one begins after a sign-in. */
const sessionMs = 6 * hourMs;

/** An order for an attack that this hospital cannot have; its message is for the person who gave it. */
export class AttackRefused extends Error {
  override readonly name = 'AttackRefused';
}

/**
 * Plants an attack. It reads no patient twice, and its accounts belong to somebody who goes on working with them. `others` are
 * planted already: no two attacks use one account unless they are told to. Throws `AttackRefused`.
 */
export function plant(hospital: Hospital, order: AttackOrder, others: readonly PlantedAttack[]): PlantedAttack {
  const { name, account, ...settings } = typeof order === 'string' ? { name: order } : order;
  const plan: AttackPlan = { ...attackPlans[name], ...settings };
  const random = new SeededRandom(hospital.seed, `attack ${name} ${others.length}`);
  const taken = new Set(others.flatMap(({ actors }) => actors.map(({ id }) => id)));
  const actors = account === undefined ? accountsFor(hospital, name, plan, taken) : [accountNamed(hospital, account)];
  const clinics = clinicsFor(hospital, plan, itemAt(actors, 0), random);
  const outside = {
    sourceIp: `203.0.113.${random.whole(2, 250)}`,
    device: 'unknown',
    userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)',
  };
  // One for all accounts, so that they share the patients out instead of meeting the same ones.
  const salt = random.whole(1, 2 ** 30);
  const streams = actors.map((actor, index) => {
    const places = targets(hospital, plan, clinics, index, actors.length, salt);
    return read(hospital, { name, plan, actor, index, places, outside, actors: actors.length });
  });
  return { name, actors, streams };
}

function accountNamed(hospital: Hospital, id: string): Account {
  const found = [...hospital.staff, ...hospital.services].find((account) => account.id === id);
  if (!found) throw new AttackRefused(`there is no account ${id} in this hospital; leave it out to have one chosen`);
  return found;
}

function accountsFor(hospital: Hospital, name: AttackName, plan: AttackPlan, taken: ReadonlySet<string>): readonly Account[] {
  if (plan.account === 'service') {
    const services = hospital.services.filter(({ id }) => !taken.has(id));
    if (services.length === 0) throw new AttackRefused(`${name} finds no service account that another attack has not taken`);
    return [itemAt(services, mix(hospital.seed, 50) % services.length)];
  }
  const members = hospital.staff.filter(({ id, role, hiredOn }) => role === plan.account && hiredOn === 0 && !taken.has(id));
  if (members.length < plan.actors)
    throw new AttackRefused(
      `${name} needs ${plan.actors} accounts of the role ${plan.account}, of ${members.length}; take a larger staff`,
    );
  const { seed } = hospital;
  const day = localDayOf(beginOf(hospital, plan));
  return members
    .map((member) => ({ member, ease: easeOf(member) + 2 * Number(isOnDuty(hospital, member, day)) }))
    .toSorted((a, b) => b.ease - a.ease || mix(seed, 51, a.member.number) - mix(seed, 51, b.member.number))
    .slice(0, plan.actors)
    .map(({ member }) => member);
}

/**
 * Privileged accounts without second factor first: those are the ones that get stolen. Then those whose owner is at work on that day, so
 * that the theft lies between ordinary work; then those without second factor.
 */
function easeOf({ privileged, mfa }: Member): number {
  return Number(privileged && !mfa) * 4 + Number(!mfa);
}

function clinicsFor(hospital: Hospital, plan: Plan, actor: Account, random: SeededRandom): readonly Clinic[] {
  const closed = random.some(hospital.closed, plan.closed);
  if (plan.open !== 'own') return [...closed, ...random.some(hospital.open, plan.open)].filter(hasPatients);
  const member = hospital.staff.find((one) => one.id === actor.id);
  return [...closed, member?.unit.clinic ?? itemAt(hospital.open, 0)];
}

function hasPatients(clinic: Clinic): boolean {
  return clinic.patientsTo > clinic.patientsFrom;
}

/** The patients that one of the accounts reads, all different, in the order of the plan. */
function* targets(
  hospital: Hospital,
  plan: Plan,
  clinics: readonly Clinic[],
  index: number,
  actors: number,
  salt: number,
): Generator<number> {
  const total = clinics.reduce((sum, { patientsFrom, patientsTo }) => sum + patientsTo - patientsFrom, 0);
  const wanted = Math.min(plan.patients, total);
  const each = Math.ceil(wanted / Math.max(1, clinics.length));
  const nth = (number: number) => {
    const clinic = itemAt(clinics, plan.order === 'by_clinic' ? Math.floor(number / each) : number % clinics.length);
    const place = plan.order === 'by_clinic' ? number % each : Math.floor(number / clinics.length);
    // A step that has no factor in common with the number of patients meets each of them once.
    const size = clinic.patientsTo - clinic.patientsFrom;
    return place < size ? patientOf(clinic, (salt % size) + place * coprimeStep(size)) : undefined;
  };
  const numbers = Array.from({ length: Math.ceil((wanted - index) / actors) }, (_, turn) => index + turn * actors);
  const patients = plan.order === 'ascending' ? ascending(hospital, numbers.map(nth)) : numbers.map(nth);
  for (const patient of patients) if (patient !== undefined) yield patient;
}

function ascending(hospital: Hospital, patients: readonly (number | undefined)[]): readonly (number | undefined)[] {
  const named = patients.flatMap((patient) =>
    patient === undefined ? [] : [{ patient, identifier: patientIdentifier(hospital.seed, patient) }],
  );
  return named.toSorted((a, b) => (a.identifier < b.identifier ? -1 : 1)).map(({ patient }) => patient);
}

function coprimeStep(size: number): number {
  let step = Math.max(1, Math.floor(size * 0.618));
  while (greatestCommonDivisor(step, size) !== 1) step += 1;
  return step;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

interface Reading {
  readonly name: AttackName;
  readonly plan: Plan;
  readonly actor: Account;
  readonly index: number;
  readonly actors: number;
  readonly places: Iterable<number>;
  readonly outside: Pick<Session, 'sourceIp' | 'device'> & Partial<Session>;
}

/** What one account reads, from its first sign-in on. */
function* read(hospital: Hospital, { name, plan, actor, index, actors, places, outside }: Reading): Generator<Access> {
  const random = new SeededRandom(hospital.seed, `reading ${name} ${actor.id}`);
  const cause: Cause = { kind: 'attack', name };
  const gapMs = (60_000 * plan.together * actors) / plan.pace;
  const from = beginOf(hospital, plan);
  const until = from + plan.days * 24 * hourMs;
  const wait = () => (plan.rhythm === 'steady' ? random.between(0.6, 1.4) * gapMs : random.wait(gapMs));
  let at = Math.round(from + (index * gapMs) / actors);
  let session: Session | undefined;
  let sessionEnds = 0;
  for (const patients of together(hospital, places, plan.together)) {
    const clinic = clinicOfPatient(hospital.clinics, itemAt(patients, 0));
    at = inHours(at, plan.hours);
    if (at >= until) return;
    if (!session || at >= sessionEnds) {
      session = sessionFor(hospital, actor, plan, outside, random);
      sessionEnds = at + sessionMs;
      yield { session, clinic, at, action: 'login', patients: [], cause };
      at += 2_000;
    }
    const recordCount = plan.together > 1 ? { recordCount: patients.length } : {};
    const categories = ['identity', random.pick(['prescription', 'insurance', 'clinical'] as const)] as const;
    yield { session, clinic, at, action: plan.action, patients, categories, ...recordCount, cause };
    at = Math.round(at + 1 + wait());
  }
}

/** The hour of its day; a day later where that is before the simulation begins. */
function beginOf(hospital: Hospital, plan: Plan): number {
  const day = localDayOf(hospital.start) + plan.day;
  const begin = instantOf(day, plan.hour);
  return begin >= hospital.start ? begin : instantOf(day + 1, plan.hour);
}

function inHours(at: number, [from, to]: readonly [number, number]): number {
  const hour = hourOf(at);
  const day = localDayOf(at);
  if (hour < from) return instantOf(day, from) + (at % hourMs);
  return hour >= to ? instantOf(day + 1, from) + (at % hourMs) : at;
}

/** Patients of one clinic at a time, as one event can hold them. */
function* together(hospital: Hospital, places: Iterable<number>, most: number): Generator<readonly number[]> {
  let held: number[] = [];
  for (const patient of places) {
    const [first] = held;
    const elsewhere =
      first !== undefined && clinicOfPatient(hospital.clinics, first) !== clinicOfPatient(hospital.clinics, patient);
    if (held.length >= most || elsewhere) {
      yield held;
      held = [];
    }
    held.push(patient);
  }
  if (held.length > 0) yield held;
}

function sessionFor(hospital: Hospital, actor: Account, plan: Plan, outside: Reading['outside'], random: SeededRandom): Session {
  const member = hospital.staff.find((one) => one.id === actor.id);
  const own: Session = member
    ? sessionAt(member, member.unit, random)
    : { account: actor, id: `s-${random.hex(12)}`, sourceIp: '10.10.7.77', device: 'unknown', application: 'integration-engine' };
  if (plan.from === 'own') return own;
  const stolen = actor.kind === 'service' ? {} : ({ auth: 'password', mfa: false } as const);
  const place =
    plan.from === 'outside' ? outside : { sourceIp: `10.${random.whole(20, 33)}.251.${random.whole(2, 250)}`, device: 'unknown' };
  return { ...own, ...place, ...stolen };
}
