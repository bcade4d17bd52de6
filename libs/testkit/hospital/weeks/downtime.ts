import { appointments, unitsIn, wardPatients } from '../caseload.js';
import type { Clinic } from '../clinics.js';
import type { Access } from '../event.js';
import type { Hospital, Member } from '../hospital.js';
import { hourOf, instantOf } from '../local-time.js';
import { at as itemAt, SeededRandom } from '../random.js';
import { sessionAt, signIn } from '../session.js';

const clinicsDown = 3;
const downHours = [9, 16] as const;
const clerksOfAClinic = 4;
const entryHours = [16.5, 22.5] as const;

/** Whether the platform could not take an access: of a person, in a clinic that is down. */
export function isDown({ open }: Hospital, { at, clinic, session }: Access, since: number): boolean {
  if (since !== 0 || session.account.kind !== 'human' || !open.slice(0, clinicsDown).includes(clinic)) return false;
  const hour = hourOf(at);
  return hour >= downHours[0] && hour < downHours[1];
}

/** What was written on paper is entered in the evening by a few, for everybody. */
export function backEntry(hospital: Hospital, day: number, since: number): readonly Generator<Access>[] {
  if (since !== 0) return [];
  return hospital.open.slice(0, clinicsDown).flatMap((clinic) => {
    const clerks = hospital.staff.filter(
      ({ unit, role, hiredOn }) => unit.clinic === clinic && hiredOn === 0 && (role === 'secretary' || role === 'nurse'),
    );
    return clerks.slice(0, clerksOfAClinic).map((member) => enter(hospital, day, clinic, member));
  });
}

function* enter(hospital: Hospital, day: number, clinic: Clinic, member: Member): Generator<Access> {
  const random = new SeededRandom(hospital.seed, `back entry ${member.number} ${day}`);
  const wards = unitsIn(hospital, clinic.index, 'ward').flatMap((unit) => wardPatients(hospital, unit, day));
  const expected = unitsIn(hospital, clinic.index, 'outpatient').flatMap((unit) => appointments(hospital, unit, day));
  const seen = [...new Set([...wards, ...expected])];
  const patients = random.some(seen, Math.ceil(seen.length / clerksOfAClinic));
  const session = sessionAt(member, member.unit, random);
  const cause = { kind: 'legitimate', name: 'back_entry' } as const;
  let at = instantOf(day, entryHours[0]);
  yield* signIn(session, clinic, at, random);
  for (let index = 0; index < patients.length && at < instantOf(day, entryHours[1]); index += 1) {
    const action = random.chance(0.5) ? 'update' : 'read';
    yield { session, clinic, at, action, patients: [itemAt(patients, index)], categories: ['notes'], cause };
    at = Math.round(at + 5_000 + random.wait(70_000));
  }
}
