import type { Action, Category } from '#libs/contracts/vocabulary.js';
import type { Access } from './event.js';
import { type Clinic, formerPatient, type Hospital, type Member, roles, wardPatientsOn } from './hospital.js';
import { SeededRandom } from './random.js';

const hourMs = 3_600_000;
const shiftHours = 8;
const dayMs = 86_400_000;

/** Actions of ordinary work, and how often. */
const actionWeights: readonly (readonly [Action, number])[] = [
  ['read', 74], ['update', 12], ['print', 4], ['create', 6], ['download', 2], ['search', 2],
]; // prettier-ignore

/** One person's accesses on one day, in no order. Empty on a day off. */
export function staffDay(hospital: Hospital, member: Member, day: number): readonly Access[] {
  const random = new SeededRandom(hospital.seed, `${member.id} ${day}`);
  const weekend = [5, 6].includes(Math.floor(hospital.start / dayMs + day + 3) % 7);
  if (!random.chance(weekend ? 0.3 : 0.72)) return [];
  const role = roles[member.role];
  const startsAt = hospital.start + day * dayMs + random.pick(role.shifts) * hourMs + random.around(0, 12 * 60_000);
  const session = sessionOf(member, random);
  const accesses: Access[] = [signIn(session, startsAt, random)];
  for (const [patient, clinic] of patientsOf(hospital, member, day, random)) {
    const visitAt = startsAt + random.unit() * shiftHours * hourMs;
    const times = 1 + Math.floor(random.gap(role.accesses - 1));
    let at = visitAt;
    for (let i = 0; i < times; i += 1) {
      accesses.push(accessOf(session, clinic, patient, at, random, role.categories));
      at += 5_000 + random.gap(25_000);
    }
  }
  if (random.chance(0.5)) accesses.push(listOf(session, hospital, member, day, startsAt + random.unit() * hourMs));
  return accesses;
}

interface Session extends Pick<
  Access,
  'actor_id' | 'actor_role' | 'actor_kind' | 'source_ip' | 'device' | 'session_id' | 'auth' | 'mfa' | 'application' | 'clinic_id'
> {}

export function sessionOf(member: Member, random: SeededRandom): Session {
  return {
    actor_id: member.id,
    actor_role: member.role,
    actor_kind: 'human',
    clinic_id: member.clinic.id,
    source_ip: member.ip,
    device: member.device,
    session_id: `s-${random.hex(10)}`,
    auth: random.chance(0.6) ? 'smartcard' : 'password',
    mfa: random.chance(0.6),
    application: 'record-platform',
  };
}

/** The patients of a shift, each with the clinic whose record is opened: the own ward, some by request, rounds over three clinics. */
function* patientsOf(hospital: Hospital, member: Member, day: number, random: SeededRandom): Iterable<readonly [string, Clinic]> {
  const { patients } = roles[member.role];
  const wanted = Math.max(1, Math.round(random.around(patients, patients / 4)));
  const rounds =
    member.role === 'physician' && random.chance(0.05)
      ? [member.clinic, random.pick(hospital.open), random.pick(hospital.open)]
      : undefined;
  const lent = member.role === 'nurse' && random.chance(0.02) ? random.pick(hospital.open) : undefined;
  for (let i = 0; i < wanted; i += 1) {
    const clinic = rounds?.[i % 3] ?? lent ?? member.clinic;
    if (member.role === 'archivist') {
      const from = random.chance(0.3) ? random.pick(hospital.closed) : member.clinic;
      yield [formerPatient(hospital, from, random.whole(0, 40_000)), from];
    } else if (['coder', 'secretary', 'pharmacist', 'laboratory', 'imaging'].includes(member.role)) {
      const ward = random.whole(1, clinic.wards);
      yield [random.pick(wardPatientsOn(hospital, clinic, ward, day - random.whole(0, 6))), clinic];
    } else {
      const ward = clinic === member.clinic && random.chance(0.9) ? member.ward : random.whole(1, clinic.wards);
      yield [random.pick(wardPatientsOn(hospital, clinic, ward, day)), clinic];
    }
  }
}

function accessOf(
  session: Session,
  clinic: Clinic,
  patient: string,
  at: number,
  random: SeededRandom,
  categories: readonly Category[],
): Access {
  return {
    ...session,
    clinic_id: clinic.id,
    at: Math.round(at),
    action: random.weighted(actionWeights),
    outcome: random.chance(0.004) ? 'failure' : 'success',
    patient_ids: [patient],
    categories: [random.pick(categories)],
    ...(random.chance(0.003) ? { emergency: true } : {}),
  };
}

function signIn(session: Session, at: number, random: SeededRandom): Access {
  return {
    ...session,
    at: Math.round(at - 20_000),
    action: 'login',
    outcome: random.chance(0.02) ? 'failure' : 'success',
    patient_ids: [],
  };
}

/** The worklist of the ward: one event over several patients. */
function listOf(session: Session, hospital: Hospital, member: Member, day: number, at: number): Access {
  const patients = wardPatientsOn(hospital, member.clinic, member.ward, day).slice(0, 12);
  return {
    ...session,
    at: Math.round(at),
    action: 'list',
    outcome: 'success',
    patient_ids: patients,
    record_count: patients.length,
    categories: ['scheduling'],
  };
}
