import { SeededRandom } from './random.js';

export interface Clinic {
  readonly id: string;
  readonly name: string;
  readonly wards: number;
  readonly openedAt: string;
  /** Empty while it is open. */
  readonly closedAt: string;
}

export interface Member {
  readonly id: string;
  readonly role: RoleName;
  readonly clinic: Clinic;
  readonly ward: number;
  readonly ip: string;
  readonly device: string;
}

export interface Hospital {
  readonly seed: number;
  readonly groupId: string;
  readonly clinics: readonly Clinic[];
  readonly open: readonly Clinic[];
  readonly closed: readonly Clinic[];
  readonly staff: readonly Member[];
  readonly serviceAccounts: readonly string[];
  readonly start: number;
}

/** Share of the staff, patients looked at in a shift, accesses per patient, hours of the shift, and what is looked at. */
export const roles = {
  physician: {
    share: 0.22,
    patients: 18,
    accesses: 5,
    shifts: [8, 8, 20],
    categories: ['clinical', 'prescription', 'lab', 'notes'],
  },
  nurse: { share: 0.42, patients: 15, accesses: 10, shifts: [7, 14, 21], categories: ['clinical', 'prescription', 'notes'] },
  secretary: { share: 0.14, patients: 40, accesses: 3, shifts: [8, 9], categories: ['identity', 'scheduling', 'insurance'] },
  coder: { share: 0.03, patients: 90, accesses: 2, shifts: [8, 9], categories: ['billing', 'clinical', 'insurance'] },
  pharmacist: { share: 0.04, patients: 45, accesses: 2, shifts: [8, 9], categories: ['prescription', 'lab'] },
  laboratory: { share: 0.05, patients: 60, accesses: 1, shifts: [7, 14, 22], categories: ['lab'] },
  imaging: { share: 0.05, patients: 25, accesses: 2, shifts: [8, 13], categories: ['imaging', 'scheduling'] },
  archivist: { share: 0.01, patients: 20, accesses: 2, shifts: [9], categories: ['notes', 'identity'] },
  administrator: { share: 0.04, patients: 2, accesses: 1, shifts: [9], categories: ['identity'] },
} as const;
export type RoleName = keyof typeof roles;

export interface HospitalOptions {
  readonly seed: number;
  /** Midnight UTC of the first day, milliseconds. */
  readonly start: number;
  readonly staff: number;
  readonly groupId: string;
}

const openClinics = 14;
const closedClinics = 3;
const wardPatients = 26;
const dayMs = 86_400_000;

export function hospitalOf({ seed, start, staff, groupId }: HospitalOptions): Hospital {
  const random = new SeededRandom(seed, 'structure');
  const clinics = Array.from({ length: openClinics + closedClinics }, (_, index) => clinicOf(index, random, start));
  const open = clinics.filter((clinic) => !clinic.closedAt);
  const members = Array.from({ length: staff }, (_, index) => memberOf(index, staff, open, random));
  const serviceAccounts = ['svc.interface-lab', 'svc.interface-imaging', 'svc.billing-batch', 'svc.dpi-replication'];
  return {
    seed,
    groupId,
    start,
    clinics,
    open,
    closed: clinics.filter((clinic) => clinic.closedAt),
    staff: members,
    serviceAccounts,
  };
}

function clinicOf(index: number, random: SeededRandom, start: number): Clinic {
  const closed = index >= openClinics;
  const closedAt = closed ? new Date(start - random.whole(120, 900) * dayMs).toISOString() : '';
  const id = `${random.pick(['75', '69', '13', '31', '44', '59'])}0${String(100_000 + random.whole(0, 899_999))}`;
  return { id, name: `Clinic ${index + 1}`, wards: random.whole(4, 12), openedAt: '2010-01-01T00:00:00.000Z', closedAt };
}

function memberOf(index: number, staff: number, open: readonly Clinic[], random: SeededRandom): Member {
  const clinic = random.weighted(open.map((one) => [one, one.wards] as const));
  const ip = `10.${20 + open.indexOf(clinic)}.${random.whole(0, 15)}.${random.whole(2, 250)}`;
  const role = roleAt(index / staff);
  return {
    id: `${role}.${random.hex(5)}`,
    role,
    clinic,
    ward: random.whole(1, clinic.wards),
    ip,
    device: `PC-${random.hex(6).toUpperCase()}`,
  };
}

function roleAt(share: number): RoleName {
  let below = 0;
  for (const [name, role] of Object.entries(roles)) {
    below += role.share;
    if (share < below) return name as RoleName;
  }
  return 'nurse';
}

/** Patients lying in a ward on a day: about a fifth leave each day and others take their beds. */
export function wardPatientsOn(hospital: Hospital, clinic: Clinic, ward: number, day: number): readonly string[] {
  return Array.from({ length: wardPatients }, (_, bed) => {
    const stay = Math.floor((day + bed * 0.37) / (3 + (bed % 6)));
    return patientId(new SeededRandom(hospital.seed, `bed ${clinic.id} ${ward} ${bed} ${stay}`));
  });
}

/** An invented identifier: twelve digits, so that it is not met by chance in other figures. */
export function patientId(random: SeededRandom): string {
  return `8${String(random.whole(0, 99_999)).padStart(5, '0')}${String(random.whole(0, 999_999)).padStart(6, '0')}`;
}

/** The n-th former patient of a clinic, as archives and exports list them. */
export function formerPatient(hospital: Hospital, clinic: Clinic, index: number): string {
  return patientId(new SeededRandom(hospital.seed, `former ${clinic.id} ${index}`));
}
