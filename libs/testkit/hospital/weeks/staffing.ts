import { patientOf, type Unit } from '../clinics.js';
import type { Hospital, Member } from '../hospital.js';
import { instantOf, isWeekend } from '../local-time.js';
import { at as itemAt, mix, share } from '../random.js';
import type { RoleName } from '../roles.js';
import type { Duty } from '../roster.js';

/*
 * Weeks that change who works where. Each takes the duties of a day and gives those that come to be.
 */

const pandemicDays = 7;
const lentToEmergencies = 0.15;
const arrivalsMore = 90;

/** Staff of the wards goes to the emergency department of the clinic, whose patients they all meet. */
export function pandemic(hospital: Hospital, duties: readonly Duty[], day: number, since: number): readonly Duty[] {
  if (since >= pandemicDays) return duties;
  const { seed, units } = hospital;
  return duties.map((duty) => {
    const emergency = units.find(({ kind, clinic }) => kind === 'emergency' && clinic === duty.unit.clinic);
    const isClinical = duty.member.role === 'nurse' || duty.member.role === 'physician';
    if (!emergency || !isClinical || duty.reason) return duty;
    if (duty.unit !== emergency && share(seed, 62, duty.member.number, day - since) >= lentToEmergencies) return duty;
    const victims = Array.from({ length: arrivalsMore }, (_, index) =>
      patientOf(emergency.clinic, mix(seed, 63, day, emergency.number, index)),
    );
    return { ...duty, unit: emergency, victims, reason: 'pandemic' };
  });
}

const wardStaff = 26;

/** Nurses and physicians of other clinics work in a ward that did not exist before. */
export function newWard(hospital: Hospital, duties: readonly Duty[]): readonly Duty[] {
  const clinic = itemAt(hospital.open, 0);
  const unit: Unit = { number: hospital.units.length, clinic, kind: 'ward' };
  const moved = new Set(
    hospital.staff
      .filter(
        ({ role, unit: from, hiredOn }) =>
          hiredOn === 0 && from.clinic !== clinic && from.kind === 'ward' && (role === 'nurse' || role === 'physician'),
      )
      .toSorted((a, b) => mix(hospital.seed, 64, a.number) - mix(hospital.seed, 64, b.number))
      .slice(0, wardStaff),
  );
  return duties.map((duty) => (moved.has(duty.member) && !duty.rounds ? { ...duty, unit, reason: 'new_ward' } : duty));
}

/** Somebody new who works in another clinic every working day. */
export function locum(hospital: Hospital, duties: readonly Duty[], day: number, since: number): readonly Duty[] {
  if (isWeekend(day)) return duties;
  const wards = hospital.units.filter(({ kind }) => kind === 'ward' || kind === 'outpatient');
  const clinic = itemAt(hospital.open, since % Math.min(4, hospital.open.length));
  const unit = itemAt(
    wards.filter((ward) => ward.clinic === clinic),
    0,
  );
  return [...duties, dutyOf(guest('locum.9001', 9_000_001, 'physician', unit, day - since), day, 'locum')];
}

const studentsCount = 24;

/** New accounts that follow the wards. */
export function students(hospital: Hospital, duties: readonly Duty[], day: number, since: number): readonly Duty[] {
  if (isWeekend(day)) return duties;
  const wards = hospital.units.filter(({ kind }) => kind === 'ward');
  const more = Array.from({ length: studentsCount }, (_, index) => {
    const unit = itemAt(wards, mix(hospital.seed, 65, index, Math.floor(since / 14)) % wards.length);
    return dutyOf(guest(`student.${9_100 + index}`, 9_100_000 + index, 'physician', unit, day - since), day, 'students');
  });
  return [...duties, ...more];
}

const relocatedStaff = 30;

/** A consultation moves from one clinic to another, with everybody who works in it. */
export function relocation(hospital: Hospital, duties: readonly Duty[]): readonly Duty[] {
  const [from, to] = [itemAt(hospital.open, 1), itemAt(hospital.open, 3)];
  const unit: Unit = { number: hospital.units.length + 1, clinic: to, kind: 'outpatient' };
  const moved = new Set(
    hospital.staff.filter((member) => member.unit.clinic === from && member.unit.kind === 'outpatient').slice(0, relocatedStaff),
  );
  return duties.map((duty) => (moved.has(duty.member) && !duty.rounds ? { ...duty, unit, reason: 'relocation' } : duty));
}

const poolNurses = 16;

/** Nurses who work at night only, one night in their own clinic and the next in another. */
export function nightPool(hospital: Hospital, duties: readonly Duty[], day: number): readonly Duty[] {
  const wards = hospital.units.filter(({ kind }) => kind === 'ward');
  const pool = new Map(
    hospital.staff
      .filter(({ role, unit, hiredOn }) => role === 'nurse' && unit.kind === 'ward' && hiredOn === 0)
      .toSorted((a, b) => mix(hospital.seed, 69, a.number) - mix(hospital.seed, 69, b.number))
      .slice(0, poolNurses)
      .map((member) => [member, wards.find(({ clinic }) => clinic !== member.unit.clinic)] as const),
  );
  const others = duties.filter(({ member }) => !pool.has(member));
  const nights = [...pool].flatMap(([member, other], index) => {
    const unit = (day + index) % 2 === 0 ? member.unit : other;
    if (!unit || (Math.floor(day / 2) + index) % 2 === 0) return [];
    return [{ member, unit, startsAt: instantOf(day, 19), endsAt: instantOf(day, 31), reason: 'night_pool' as const }];
  });
  return [...others, ...nights];
}

const closedStaysDays = 5;

/** The coding department reads stays that were closed up to a year ago, for a week and by everybody. */
export function closedStays(_: Hospital, duties: readonly Duty[], _day: number, since: number): readonly Duty[] {
  if (since >= closedStaysDays) return duties;
  return duties.map((duty) => (duty.member.role === 'coder' ? { ...duty, reason: 'closed_stays' } : duty));
}

const atWork = 0.5;

/** Who stays does the work of two. */
export function summer({ seed }: Hospital, duties: readonly Duty[]): readonly Duty[] {
  return duties.filter(({ member }) => share(seed, 66, member.number) < atWork).map((duty) => ({ ...duty, load: 2 }));
}

function guest(id: string, number: number, role: RoleName, unit: Unit, hiredOn: number): Member {
  return { id, number, role, unit, hiredOn, kind: 'human', privileged: false, auth: 'password', mfa: true };
}

function dutyOf(member: Member, day: number, reason: 'locum' | 'students'): Duty {
  return { member, unit: member.unit, startsAt: instantOf(day, 8.3), endsAt: instantOf(day, 17), reason };
}
