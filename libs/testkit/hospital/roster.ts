import type { Clinic, Unit } from './clinics.js';
import type { Hospital, Member } from './hospital.js';
import { instantOf, isWeekend, weekdayOf, weekOf } from './local-time.js';
import { at, mix, share } from './random.js';

/** Reasons for which somebody reads more, or elsewhere, than usual. */
export const legitimateNames = [
  'on_call', 'lent', 'new_hire', 'coding_campaign', 'recall_list', 'closed_clinic_request', 'mass_casualty', 'migration',
  'merger', 'back_entry', 'pandemic', 'new_ward', 'locum', 'students', 'audit', 'relocation', 'night_pool',
  'closed_stays', 'research', 'device_recall', 'new_application', 'telephone_desk', 'central_laboratory',
] as const; // prettier-ignore
export type LegitimateName = (typeof legitimateNames)[number];

/** One shift of one person. Times in milliseconds since 1970. */
export interface Duty {
  readonly member: Member;
  readonly unit: Unit;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly reason?: LegitimateName;
  /** The clinics of an on-call round. */
  readonly rounds?: readonly Clinic[];
  /** The people brought in by a mass-casualty event. */
  readonly victims?: readonly number[];
  /** How many people's work it is; one where it is left out. */
  readonly load?: number;
}

/** Part of the weeks that somebody is away, and part that somebody is lent to another clinic. */
const awayShare = 0.13;
const lentShare = 0.012;
const clinicsOnCall = 3;
/** Days in which a new hire counts as one. */
const newHireDays = 10;
/** The coders of a campaign, and its days from the start. */
const campaignCoders = 3;
const campaignDays = 12;

/** Everybody's shifts that begin on a local day. */
export function dutiesOn(hospital: Hospital, day: number, firstDay: number): readonly Duty[] {
  const regular = hospital.staff.flatMap((member) => {
    const duty = regularDuty(hospital, member, day);
    return duty ? [reasoned(hospital, duty, day, firstDay)] : [];
  });
  return [...regular, ...onCall(hospital, day)];
}

/** Whether somebody has a regular shift that begins on a local day. */
export function isOnDuty(hospital: Hospital, member: Member, day: number): boolean {
  return regularDuty(hospital, member, day) !== undefined;
}

function regularDuty({ seed }: Hospital, member: Member, day: number): Duty | undefined {
  if (day < member.hiredOn || share(seed, 30, member.number, weekOf(day)) < awayShare) return undefined;
  const hours = hoursOf(seed, member, day);
  if (!hours) return undefined;
  const own = 0.4 * share(seed, 31, member.number) + 0.2 * share(seed, 32, member.number, day) - 0.3;
  return { member, unit: member.unit, startsAt: instantOf(day, hours[0] + own), endsAt: instantOf(day, hours[1] + own) };
}

/** From and to, in local hours; more than 24 is the next morning. Undefined on a day off. */
function hoursOf(seed: number, { number, unit, role }: Member, day: number): readonly [number, number] | undefined {
  const phase = mix(seed, 33, number);
  if (unit.kind === 'ward' || unit.kind === 'emergency') {
    if (role === 'nurse' || unit.kind === 'emergency') {
      // Two shifts of twelve hours, two days off; four in ten always work at night.
      if ((day + phase) % 4 > 1) return undefined;
      return phase % 10 < 4 ? [19, 31] : [7, 19];
    }
  }
  if (role === 'lab_technician' || role === 'imaging_technician') {
    if ((day + phase) % 7 > 4 || (isWeekend(day) && phase % 3 > 0)) return undefined;
    return (Math.floor(day / 7) + phase) % 2 ? [6.5, 14] : [13.5, 21];
  }
  if (isWeekend(day) || (phase % 5 === 0 && weekdayOf(day) === (phase % 25) % 5)) return undefined;
  return role === 'physician' ? [8.2, 18.2] : [8.3, 16.8];
}

function reasoned(hospital: Hospital, duty: Duty, day: number, firstDay: number): Duty {
  const { seed } = hospital;
  const { member } = duty;
  if (member.role === 'coder' && member.number % 1_000_000 < campaignCoders && day < firstDay + campaignDays)
    return { ...duty, reason: 'coding_campaign' };
  if (share(seed, 34, member.number, weekOf(day)) < lentShare) {
    const elsewhere = hospital.units.filter((unit) => unit.kind === duty.unit.kind && unit.clinic !== duty.unit.clinic);
    if (elsewhere.length > 0)
      return { ...duty, reason: 'lent', unit: at(elsewhere, mix(seed, 35, member.number, weekOf(day)) % elsewhere.length) };
  }
  return day - member.hiredOn < newHireDays ? { ...duty, reason: 'new_hire' } : duty;
}

/** Nights, and days of the weekend: one physician for three clinics. */
function onCall(hospital: Hospital, day: number): readonly Duty[] {
  const duties: Duty[] = [];
  for (let first = 0; first < hospital.open.length; first += clinicsOnCall) {
    const rounds = hospital.open.slice(first, first + clinicsOnCall);
    const physicians = hospital.staff.filter(
      ({ role, unit, hiredOn }) =>
        role === 'physician' && unit.kind !== 'emergency' && hiredOn <= day && rounds.includes(unit.clinic),
    );
    if (physicians.length === 0) continue;
    const shifts: readonly (readonly [number, number])[] = isWeekend(day)
      ? [
          [8.5, 20],
          [20, 32],
        ]
      : [[18.5, 32]];
    for (const [index, [from, to]] of shifts.entries()) {
      const member = at(physicians, mix(hospital.seed, 36, day, first, index) % physicians.length);
      const unit = member.unit;
      duties.push({ member, unit, rounds, reason: 'on_call', startsAt: instantOf(day, from), endsAt: instantOf(day, to) });
    }
  }
  return duties;
}
