import { assertNever } from '#libs/runtime/outcome.js';
import { clinicOfPatient, patientOf, type Unit, type UnitKind } from './clinics.js';
import type { Hospital } from './hospital.js';
import { hourMs, hourOf, isWeekend, localDayOf } from './local-time.js';
import { at, mix, type SeededRandom } from './random.js';
import type { Duty } from './roster.js';

/*
 * Who is there on a day. Worked out from the seed and the place, never stored: the team of a ward meets the same people all day, the
 * next shift meets them again, and weeks need no memory.
 */

/** The patients that a shift deals with: `round` goes over them again and again, `queue` from the first to the last. */
export interface Caseload {
  readonly patients: readonly number[];
  readonly order: 'round' | 'queue';
}

const beds = 26;
const staysDays = [2, 7] as const;
const appointmentsPerDay = 70;
/** Arrivals in an emergency department by hour of the day, of a clinic of weight 20. */
const arrivalsByHour = [3, 2, 2, 1, 1, 1, 2, 3, 5, 7, 8, 8, 7, 7, 7, 7, 7, 8, 8, 8, 7, 6, 5, 4];

/** Who lies in a ward. Everybody stays two to seven days, then the bed has another patient. */
export function wardPatients({ seed }: Hospital, unit: Unit, day: number): readonly number[] {
  return Array.from({ length: beds }, (_, bed) => {
    const stay = staysDays[0] + (mix(seed, 20, unit.number, bed) % (staysDays[1] - staysDays[0] + 1));
    const phase = mix(seed, 21, unit.number, bed) % stay;
    return patientOf(unit.clinic, mix(seed, 22, unit.number, bed, Math.floor((day + phase) / stay)));
  });
}

/** Who is expected in a consultation, in order of the appointments. */
export function appointments({ seed }: Hospital, unit: Unit, day: number): readonly number[] {
  const count = isWeekend(day) ? 6 : appointmentsPerDay + (mix(seed, 23, unit.number, day) % 30);
  return Array.from({ length: count }, (_, index) => patientOf(unit.clinic, mix(seed, 24, unit.number, day, index)));
}

/** Who comes to an emergency department between two instants, in order of arrival. */
export function arrivals({ seed }: Hospital, unit: Unit, fromMs: number, toMs: number): readonly number[] {
  const hours = Array.from({ length: Math.ceil((toMs - fromMs) / hourMs) }, (_, index) => Math.floor(fromMs / hourMs) + index);
  return hours.flatMap((hour) => {
    const usual = at(arrivalsByHour, Math.floor(hourOf(hour * hourMs)));
    const count = Math.round((usual * unit.clinic.weight) / 20 + (mix(seed, 25, unit.number, hour) % 3));
    return Array.from({ length: count }, (_, index) => patientOf(unit.clinic, mix(seed, 26, unit.number, hour, index)));
  });
}

/** What a duty deals with. */
export function caseloadOf(hospital: Hospital, duty: Duty, random: SeededRandom): Caseload {
  const day = localDayOf(duty.startsAt);
  const { unit, member, load = 1 } = duty;
  if (duty.victims) return { patients: duty.victims, order: 'round' };
  if (duty.rounds) return { patients: rounds(hospital, duty, day, random), order: 'queue' };
  switch (member.role) {
    case 'nurse':
    case 'physician':
      return clinical(hospital, duty, day, random);
    case 'secretary':
    case 'administrator':
      return queue(random.some(daysPatients(hospital, unit, day), load * random.whole(35, 70)));
    case 'lab_technician':
      return queue(random.some(daysPatients(hospital, unit, day), load * random.whole(70, 150)));
    case 'imaging_technician':
      return queue(random.some(daysPatients(hospital, unit, day), load * random.whole(18, 36)));
    case 'pharmacist':
      return queue(random.some(inpatients(hospital, unit, day), load * random.whole(45, 95)));
    case 'coder':
      return queue(discharged(hospital, duty, day, random));
    case 'archivist':
      return queue(requested(hospital, random));
    case 'it_support':
      return queue(Array.from({ length: random.whole(4, 12) }, () => anyPatient(hospital, random)));
    default:
      return assertNever(member.role);
  }
}

function queue(patients: readonly number[]): Caseload {
  return { patients, order: 'queue' };
}

/** A nurse has a sector of the ward, a physician the whole of it and a few consultations for others. */
function clinical(
  hospital: Hospital,
  { unit, member, startsAt, endsAt, load = 1 }: Duty,
  day: number,
  random: SeededRandom,
): Caseload {
  if (unit.kind === 'emergency')
    return queue(arrivals(hospital, unit, startsAt - 3 * hourMs, endsAt).filter(() => random.chance(0.6)));
  if (unit.kind === 'outpatient') return queue(random.some(appointments(hospital, unit, day), load * random.whole(14, 30)));
  const ward = wardPatients(hospital, unit, day);
  const first = mix(hospital.seed, 27, member.number, day) % ward.length;
  const sector = Array.from({ length: 13 * load }, (_, index) => at(ward, (first + index) % ward.length));
  if (member.role === 'nurse') return { patients: sector, order: 'round' };
  const others = random.some(inpatients(hospital, unit, day), random.whole(2, 8));
  return { patients: [...ward, ...others], order: 'round' };
}

/** The clinics of an on-call round, one after the other and then again as the calls come. */
function rounds(hospital: Hospital, { rounds, startsAt, endsAt }: Duty, day: number, random: SeededRandom): readonly number[] {
  const called = (rounds ?? []).flatMap((clinic) => {
    const here = unitsIn(hospital, clinic.index, 'ward').flatMap((ward) => wardPatients(hospital, ward, day));
    const arriving = unitsIn(hospital, clinic.index, 'emergency').flatMap((unit) => arrivals(hospital, unit, startsAt, endsAt));
    return [...random.some(here, random.whole(8, 20)), ...random.some(arriving, random.whole(0, 8))];
  });
  return random.some(called, called.length);
}

function inpatients(hospital: Hospital, unit: Unit, day: number): readonly number[] {
  return unitsIn(hospital, unit.clinic.index, 'ward').flatMap((ward) => wardPatients(hospital, ward, day));
}

/** Everybody who has to do with a clinic on a day. A consultation's own secretaries deal with its own patients. */
function daysPatients(hospital: Hospital, unit: Unit, day: number): readonly number[] {
  const consultations = unit.kind === 'outpatient' ? [unit] : unitsIn(hospital, unit.clinic.index, 'outpatient');
  const expected = consultations.flatMap((one) => [...appointments(hospital, one, day), ...appointments(hospital, one, day + 1)]);
  return unit.kind === 'outpatient' ? expected : [...expected, ...inpatients(hospital, unit, day)];
}

/** Coders work through who left some days ago; in a campaign through more of them. */
function discharged(hospital: Hospital, duty: Duty, day: number, random: SeededRandom): readonly number[] {
  const wards = unitsIn(hospital, duty.unit.clinic.index, 'ward');
  const wanted = duty.reason === 'coding_campaign' ? 200 : random.whole(55, 85);
  const longAgo = duty.reason === 'closed_stays' ? 400 : duty.reason ? 90 : 15;
  const found = new Set<number>();
  // A small clinic may have fewer than that; the bound ends the search.
  for (let tries = 0; found.size < wanted && tries < wanted * 4; tries += 1)
    found.add(random.pick(wardPatients(hospital, random.pick(wards), day - random.whole(3, longAgo))));
  return [...found];
}

/** Requests of former patients, insurers and courts: about half of them concern clinics that exist no more. */
function requested(hospital: Hospital, random: SeededRandom): readonly number[] {
  return Array.from({ length: random.whole(12, 32) }, () => {
    const closed = hospital.closed.length > 0 && random.chance(0.5);
    return closed ? patientOf(random.pick(hospital.closed), random.whole(0, 2 ** 31)) : anyPatient(hospital, random);
  });
}

function anyPatient(hospital: Hospital, random: SeededRandom): number {
  return patientOf(random.pick(hospital.open), random.whole(0, 2 ** 31));
}

export function unitsIn(hospital: Hospital, clinic: number, kind: UnitKind): readonly Unit[] {
  return hospital.units.filter((unit) => unit.clinic.index === clinic && unit.kind === kind);
}

/** Patients of the same clinic as the first: what one screen shows together. */
export function sameClinic(hospital: Hospital, patients: readonly number[]): readonly number[] {
  const clinic = clinicOfPatient(hospital.clinics, at(patients, 0));
  return patients.filter((patient) => patient >= clinic.patientsFrom && patient < clinic.patientsTo);
}
