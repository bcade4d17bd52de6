import { type Clinic, patientOf } from '../clinics.js';
import type { Access, Cause } from '../event.js';
import type { Hospital, Member } from '../hospital.js';
import { hourMs, instantOf } from '../local-time.js';
import { SeededRandom } from '../random.js';
import { sessionAt, signIn } from '../session.js';

export interface RegisterWork {
  readonly cause: Cause;
  readonly member: Member;
  readonly clinics: readonly Clinic[];
  /** Records of the day, from and to. */
  readonly records: readonly [number, number];
  /** Local hours. */
  readonly hours: readonly [number, number];
}

/** Somebody goes through records of people who are not there, over a working day. */
export function* registerWork(hospital: Hospital, day: number, work: RegisterWork): Generator<Access> {
  const { cause, member, clinics, records, hours } = work;
  const random = new SeededRandom(hospital.seed, `${cause.name} ${member.number} ${day}`);
  const wanted = random.whole(...records);
  const session = sessionAt(member, member.unit, random);
  const gapMs = ((hours[1] - hours[0]) * hourMs) / wanted;
  let at = instantOf(day, hours[0]);
  yield* signIn(session, member.unit.clinic, at, random);
  for (let done = 0; done < wanted; done += 1) {
    const clinic = random.pick(clinics);
    const patients = [patientOf(clinic, random.whole(0, 2 ** 31))];
    yield { session, clinic, at, action: 'read', patients, categories: ['identity'], cause };
    at = Math.round(at + 1_000 + random.wait(gapMs));
  }
}
