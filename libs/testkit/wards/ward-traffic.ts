/**
 * A second hospital group, by other assumptions than `../hospital`: people lie in wards for some days, a desk meets everybody first, numbers are given in
 * the order in which people come, coders and billing work off what happened days ago, and few work at weekends. What finds attacks in one of them by
 * its peculiarities shows it in the other. docs/simulation.md says what is in it.
 */
import { SeededRandom } from '../hospital/random.js';
import type { SourceEvent } from '../hospital/event.js';
import type { PlayedEvent } from '../hospital/simulation.js';
import type { Traffic } from '../quality/play.js';
import { DayBook, type WardAccess } from './access.js';
import { plantedAccesses } from './attacks.js';
import { Coming } from './coming.js';
import { programs, WardGroup, worksOn } from './group.js';
import { House } from './house.js';
import { programsWork } from './programs.js';
import { StaffWork } from './staff-work.js';

export interface WardTrafficOptions {
  readonly seed: number;
  readonly days: number;
  /** Accounts of people. */
  readonly staff: number;
  readonly attacks: boolean;
}

/** Midnight of Monday, 2 March 2026 in Paris; before the clocks go forward for four weeks. */
const startMs = Date.UTC(2026, 2, 1, 23);
const dayMs = 86_400_000;
const groupId = 'wards';
const firstNumber = 3_000_000;

export interface WardTraffic extends Traffic {
  readonly startMs: number;
  readonly closedClinics: readonly string[];
}

/** Same options, same events. Memory holds a day. */
export function wardTraffic(options: WardTrafficOptions): WardTraffic {
  const { seed, days, staff } = options;
  const group = new WardGroup(seed, staff, days);
  return {
    groupId,
    seed,
    days,
    staff,
    startMs,
    serviceAccounts: programs,
    closedClinics: [group.closedClinicId],
    played: () => played(group, options),
  };
}

function* played(group: WardGroup, { seed, days, attacks }: WardTrafficOptions): Generator<PlayedEvent> {
  const random = new SeededRandom(seed, 'wards: work');
  const house = new House(group, random);
  const coming = new Coming(group, house, random);
  const work = new StaffWork(group, house, random);
  const planted = attacks ? plantedAccesses(group, new SeededRandom(seed, 'wards: attacks'), { startMs, days }) : [];
  let next = 0;
  let number = 0;
  let later: readonly WardAccess[] = [];
  for (let day = 0; day < days; day += 1) {
    const book = new DayBook(startMs + day * dayMs);
    coming.plan(day, book);
    for (const account of group.accounts) if (worksOn(account, day)) work.plan(account, day, book);
    programsWork(group, house, random, { day, book });
    const end = book.startMs + dayMs;
    const all = [...later, ...book.accesses];
    later = all.filter(({ at }) => at >= end);
    const today = all.filter(({ at }) => at >= book.startMs && at < end);
    for (let one = planted[next]; one && one.at < end; one = planted[next]) {
      today.push(one);
      next += 1;
    }
    for (const access of today.toSorted((a, b) => a.at - b.at)) {
      number += 1;
      yield { event: eventOf(access, group, { day, number }), ...(access.cause && { cause: access.cause }) };
    }
  }
}

function eventOf(
  access: WardAccess,
  group: WardGroup,
  { day, number }: { readonly day: number; readonly number: number },
): SourceEvent {
  const { at, account, site, action, patients, ip = account.ip, emergency, isClosed } = access;
  const isProgram = account.role === 'program';
  return {
    id: `wards-${group.seed}-${number}`,
    time: new Date(at).toISOString(),
    group_id: groupId,
    clinic_id: isClosed ? group.closedClinicId : (group.sites[site]?.clinicId ?? ''),
    actor_id: account.id,
    actor_role: account.role,
    actor_kind: isProgram ? 'service' : 'human',
    privileged: account.role === 'it',
    action,
    outcome: 'success',
    patient_ids: [...new Set(patients)].map((patient) => String(firstNumber + patient)),
    ...(emergency && { emergency }),
    source_ip: ip,
    device: `ws-${ip}`,
    session_id: `${account.id}-${day}-${ip}`,
    auth: isProgram ? 'certificate' : 'password',
    mfa: false,
    application: isProgram ? account.id : 'patient-file',
  };
}
