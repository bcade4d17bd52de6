import { appointments, unitsIn, wardPatients } from '../caseload.js';
import { type Clinic, clinicOfPatient, patientOf } from '../clinics.js';
import type { Hospital } from '../hospital.js';
import { localDayOf } from '../local-time.js';
import { patientIdentifier } from '../patients.js';
import { at as itemAt, mix } from '../random.js';
import type { AttackPlan } from './attack-plans.js';

/** Whom one account of an attack reads, one patient after the other and none twice; undefined when nobody is left. */
export type Places = (atMs: number) => number | undefined;

export interface PlacesOf {
  readonly hospital: Hospital;
  readonly plan: Pick<AttackPlan, 'patients' | 'order' | 'among'>;
  readonly clinics: readonly Clinic[];
  /** Which of how many accounts that share the patients out. */
  readonly index: number;
  readonly actors: number;
  /** The same for all accounts of an attack. */
  readonly salt: number;
}

export function placesOf(given: PlacesOf): Places {
  if (given.plan.among === 'in_care') return inCare(given);
  const patients = registered(given)[Symbol.iterator]();
  return () => patients.next().value;
}

/** Of the register, in the order of the plan. */
function registered(given: PlacesOf): readonly number[] {
  const { plan, clinics, index, actors } = given;
  const total = clinics.reduce((sum, { patientsFrom, patientsTo }) => sum + patientsTo - patientsFrom, 0);
  const wanted = Math.min(plan.patients, total);
  const mine = Array.from({ length: Math.max(0, Math.ceil((wanted - index) / actors)) }, (_, turn) => index + turn * actors);
  if (plan.order === 'ascending') {
    const all = ascending(given, wanted);
    return mine.flatMap((number) => all[number] ?? []);
  }
  return mine.flatMap((number) => nth(given, wanted, number) ?? []);
}

function nth({ plan, clinics, salt }: PlacesOf, wanted: number, number: number): number | undefined {
  const each = Math.ceil(wanted / Math.max(1, clinics.length));
  const clinic = itemAt(clinics, plan.order === 'by_clinic' ? Math.floor(number / each) : number % clinics.length);
  const place = plan.order === 'by_clinic' ? number % each : Math.floor(number / clinics.length);
  // A step that has no factor in common with the number of patients meets each of them once.
  const size = clinic.patientsTo - clinic.patientsFrom;
  return place < size ? patientOf(clinic, (salt % size) + place * coprimeStep(size)) : undefined;
}

/** Numbers one after the other, as somebody goes through a register: clinic after clinic, each from anywhere in it. */
function ascending({ hospital, clinics, salt }: PlacesOf, wanted: number): readonly number[] {
  const each = Math.ceil(wanted / Math.max(1, clinics.length));
  return clinics
    .flatMap(({ patientsFrom, patientsTo }) => {
      const size = patientsTo - patientsFrom;
      const length = Math.min(each, size);
      const first = patientsFrom + (salt % (size - length + 1));
      return Array.from({ length }, (_, place) => first + place)
        .map((patient) => ({ patient, identifier: patientIdentifier(hospital.seed, patient) }))
        .toSorted((a, b) => (a.identifier < b.identifier ? -1 : 1))
        .map(({ patient }) => patient);
    })
    .slice(0, wanted);
}

/** Of those who lie in a bed of the clinics, or have an appointment there, on the day; every account has a part of them. */
function inCare({ hospital, plan, clinics, index, actors, salt }: PlacesOf): Places {
  const done = new Set<number>();
  let day = Number.NaN;
  let rest: number[] = [];
  return (atMs) => {
    if (done.size >= plan.patients / actors) return undefined;
    if (localDayOf(atMs) !== day) {
      day = localDayOf(atMs);
      const here = clinics.flatMap((clinic) => inClinicOn(hospital, clinic, day));
      const mine = [...new Set(here)].filter((patient) => mix(salt, patient) % actors === index && !done.has(patient));
      rest = mine.toSorted((a, b) => mix(salt, day, b) - mix(salt, day, a));
    }
    const patient = rest.pop();
    if (patient !== undefined) done.add(patient);
    return patient;
  };
}

function inClinicOn(hospital: Hospital, clinic: Clinic, day: number): readonly number[] {
  const wards = unitsIn(hospital, clinic.index, 'ward').flatMap((unit) => wardPatients(hospital, unit, day));
  const expected = unitsIn(hospital, clinic.index, 'outpatient').flatMap((unit) => appointments(hospital, unit, day));
  return [...wards, ...expected];
}

/** Patients of one clinic, as one event can hold them. */
export class Groups {
  #held: number | undefined;

  constructor(
    private readonly hospital: Hospital,
    private readonly places: Places,
  ) {}

  /** At most so many; none when nobody is left. */
  take(most: number, atMs: number): readonly number[] {
    const group: number[] = [];
    while (group.length < most) {
      const patient = this.#held ?? this.places(atMs);
      this.#held = undefined;
      if (patient === undefined) break;
      const { clinics } = this.hospital;
      if (group.length > 0 && clinicOfPatient(clinics, itemAt(group, 0)) !== clinicOfPatient(clinics, patient)) {
        this.#held = patient;
        break;
      }
      group.push(patient);
    }
    return group;
  }
}

function coprimeStep(size: number): number {
  let step = Math.max(1, Math.floor(size * 0.618));
  while (greatestCommonDivisor(step, size) !== 1) step += 1;
  return step;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
