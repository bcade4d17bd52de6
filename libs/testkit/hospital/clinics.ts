import { at, mix, share } from './random.js';
import { dayMs } from './local-time.js';

/** An establishment of the group. Its patients are numbered in one piece: `patientsFrom` up to, not including, `patientsTo`. */
export interface Clinic {
  readonly index: number;
  /** Nine digits like a FINESS number, of a department that does not exist. */
  readonly id: string;
  readonly name: string;
  readonly openedAt: string;
  /** Empty while it is open. */
  readonly closedAt: string;
  /** Its part of the staff and beds; zero when it is closed. */
  readonly weight: number;
  readonly patientsFrom: number;
  readonly patientsTo: number;
}

export const unitKinds = ['ward', 'emergency', 'outpatient', 'lab', 'imaging', 'pharmacy', 'admissions', 'office'] as const;
export type UnitKind = (typeof unitKinds)[number];

/** A place of work with its computers. */
export interface Unit {
  readonly number: number;
  readonly clinic: Clinic;
  readonly kind: UnitKind;
}

export interface ClinicOptions {
  readonly seed: number;
  readonly start: number;
  readonly establishments: number;
  readonly closed: number;
  readonly patients: number;
}

const trees = [
  'Tilleuls', 'Ormes', 'Cèdres', 'Peupliers', 'Érables', 'Noyers', 'Saules', 'Charmes', 'Frênes', 'Hêtres', 'Aulnes', 'Bouleaux',
  'Platanes', 'Mélèzes', 'Sorbiers', 'Alisiers', 'Cormiers', 'Genêts', 'Lauriers', 'Merisiers',
]; // prettier-ignore

/** Clinics with an emergency department. */
const emergencies = 4;
/** Staff for one ward. */
const staffPerWard = 44;
const staffPerOutpatient = 80;

/** Open clinics first, from the largest to the smallest, then the closed ones, whose records are still in the group's platform. */
export function clinicsOf({ seed, start, establishments, closed, patients }: ClinicOptions): readonly Clinic[] {
  const open = establishments - closed;
  const sizes = Array.from({ length: establishments }, (_, index) => (index < open ? 30 / (index + 1.5) + 3 : 5 + (index % 3)));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let from = 0;
  return sizes.map((size, index) => {
    const patientsFrom = Math.round((patients * from) / total);
    from += size;
    return {
      index,
      id: `99${String(1_000_000 + ((index * 477_211 + (mix(seed, 1) % 9_000_000)) % 9_000_000))}`,
      name: `Clinique des ${trees[index] ?? `Jardins ${index + 1}`}`,
      openedAt: '2010-01-01T00:00:00.000Z',
      closedAt: index < open ? '' : new Date(start - (120 + Math.floor(700 * share(seed, 2, index))) * dayMs).toISOString(),
      weight: index < open ? size : 0,
      patientsFrom,
      patientsTo: Math.round((patients * from) / total),
    };
  });
}

export function unitsOf(clinics: readonly Clinic[], staff: number): readonly Unit[] {
  const total = clinics.reduce((sum, clinic) => sum + clinic.weight, 0);
  const places = clinics
    .filter((clinic) => !clinic.closedAt)
    .flatMap((clinic) => {
      const part = (staff * clinic.weight) / total;
      const counts: Readonly<Record<UnitKind, number>> = {
        ward: Math.max(1, Math.round(part / staffPerWard)),
        emergency: clinic.index < emergencies ? 1 : 0,
        outpatient: Math.max(1, Math.round(part / staffPerOutpatient)),
        lab: 1,
        imaging: 1,
        pharmacy: 1,
        admissions: 1,
        office: 1,
      };
      return unitKinds.flatMap((kind) => Array.from({ length: counts[kind] }, () => ({ clinic, kind })));
    });
  return places.map((place, number) => ({ number, ...place }));
}

/** The clinic that keeps a patient's record. */
export function clinicOfPatient(clinics: readonly Clinic[], patient: number): Clinic {
  let low = 0;
  let high = clinics.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (patient < at(clinics, middle).patientsTo) high = middle;
    else low = middle + 1;
  }
  return at(clinics, low);
}

/** One of a clinic's patients, chosen by a number. */
export function patientOf(clinic: Clinic, number: number): number {
  return clinic.patientsFrom + (number % (clinic.patientsTo - clinic.patientsFrom));
}
