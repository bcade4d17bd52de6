import { type Clinic } from '../clinics.js';
import type { Access, Account } from '../event.js';
import type { Hospital, Member } from '../hospital.js';
import { localDayOf } from '../local-time.js';
import { at as itemAt, mix, SeededRandom } from '../random.js';
import { isOnDuty } from '../roster.js';
import { type AttackName, type AttackOrder, type AttackPlan, attackPlans } from './attack-plans.js';
import { placesOf } from './places.js';
import { beginOf, follow, type Plan, read } from './reading.js';

export interface PlantedAttack {
  /** That of its plan, or what it was said to be called. */
  readonly name: string;
  readonly actors: readonly Account[];
  /** One stream of accesses for each account, each in order of time. */
  readonly streams: readonly Generator<Access>[];
}

/** An order for an attack that this hospital cannot have; its message is for the person who gave it. */
export class AttackRefused extends Error {
  override readonly name = 'AttackRefused';
}

/**
 * Plants an attack. It reads no patient twice, and its accounts belong to somebody who goes on working with them. `others` are
 * planted already: no two attacks use one account unless they are told to. Throws `AttackRefused`.
 */
export function plant(hospital: Hospital, order: AttackOrder, others: readonly PlantedAttack[]): PlantedAttack {
  const { name: planned, as: name = planned, role, account, ...settings } = orderOf(order);
  const plan: AttackPlan = { ...attackPlans[planned], ...settings, ...(role && { account: role }) };
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
  const house = itemAt(hospital.units, 0);
  const readers = plan.followHours > 0 ? actors.slice(0, -1) : actors;
  const streamOf = (actor: Account, index: number) => {
    const places = placesOf({ hospital, plan, clinics, index, actors: readers.length, salt });
    return read(hospital, { name, plan, actor, index, places, outside, house, actors: readers.length });
  };
  const streams = readers.map(streamOf);
  const follower = actors[readers.length];
  // The follower takes the same steps as those whom it follows: their streams once more.
  const following =
    follower &&
    follow(
      hospital,
      { name, plan, actor: follower, index: readers.length, outside, house, actors: actors.length },
      readers.map(streamOf),
    );
  return { name, actors, streams: following ? [...streams, following] : streams };
}

function orderOf(order: AttackOrder): Exclude<AttackOrder, AttackName> {
  return typeof order === 'string' ? { name: order } : order;
}

function accountNamed(hospital: Hospital, id: string): Account {
  const found = [...hospital.staff, ...hospital.services].find((account) => account.id === id);
  if (!found) throw new AttackRefused(`there is no account ${id} in this hospital; leave it out to have one chosen`);
  return found;
}

function accountsFor(hospital: Hospital, name: string, plan: AttackPlan, taken: ReadonlySet<string>): readonly Account[] {
  if (plan.account === 'service') {
    const services = hospital.services.filter(({ id }) => !taken.has(id));
    if (services.length === 0) throw new AttackRefused(`${name} finds no service account that another attack has not taken`);
    return [itemAt(services, mix(hospital.seed, 50) % services.length)];
  }
  const day = localDayOf(beginOf(hospital, plan));
  if (plan.isNew) return newest(hospital, plan.actors, day, taken);
  const members = hospital.staff.filter(({ id, role, hiredOn }) => role === plan.account && hiredOn === 0 && !taken.has(id));
  if (members.length < plan.actors)
    throw new AttackRefused(
      `${name} needs ${plan.actors} accounts of the role ${plan.account}, of ${members.length}; take a larger staff`,
    );
  const { seed } = hospital;
  return members
    .map((member) => ({ member, ease: easeOf(member) + 2 * Number(isOnDuty(hospital, member, day)) }))
    .toSorted((a, b) => b.ease - a.ease || mix(seed, 51, a.member.number) - mix(seed, 51, b.member.number))
    .slice(0, plan.actors)
    .map(({ member }) => member);
}

/** Whose first day was last, of those who have been there for a day at least; any role. */
function newest({ seed, staff }: Hospital, actors: number, day: number, taken: ReadonlySet<string>): readonly Member[] {
  return staff
    .filter(({ id, hiredOn }) => hiredOn < day && !taken.has(id))
    .toSorted((a, b) => b.hiredOn - a.hiredOn || mix(seed, 51, a.number) - mix(seed, 51, b.number))
    .slice(0, actors);
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
