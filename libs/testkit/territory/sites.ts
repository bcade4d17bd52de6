import { at } from '../hospital/random.js';

export type WardKind = 'medicine' | 'surgery' | 'intensive' | 'geriatrics' | 'psychiatry' | 'maternity';

/** Beds of a ward, and for how many days on average somebody stays. */
export const wardKinds: Readonly<Record<WardKind, { readonly beds: number; readonly days: number }>> = {
  medicine: { beds: 28, days: 6 },
  surgery: { beds: 24, days: 3 },
  intensive: { beds: 10, days: 4 },
  geriatrics: { beds: 32, days: 45 },
  psychiatry: { beds: 22, days: 28 },
  maternity: { beds: 20, days: 3 },
};

export interface Ward {
  readonly number: number;
  readonly site: number;
  readonly kind: WardKind;
}

/** Those who give appointments in a field: patients of a half-day. */
export interface Specialty {
  readonly number: number;
  readonly site: number;
  readonly sessionSize: number;
}

export interface Site {
  readonly clinicId: string;
  /** Its part of the staff. */
  readonly weight: number;
  readonly wardKinds: readonly WardKind[];
  readonly sessionSizes: readonly number[];
  readonly hasEmergencies: boolean;
  readonly hasLaboratory: boolean;
}

/** The day on which the sixth site joins the platform: in the third week. */
export const joinDay = 14;
export const joiningSite = 5;

/** A central hospital, a district one, a local one with old people, a psychiatric one with its sectors, a house of consultations, and one that joins. */
const plan: readonly Omit<Site, 'clinicId'>[] = [
  {
    weight: 43,
    wardKinds: ['medicine', 'surgery', 'intensive', 'medicine', 'surgery', 'maternity', 'medicine', 'geriatrics'],
    sessionSizes: [14, 36, 9, 22, 40, 12, 18, 28],
    hasEmergencies: true, hasLaboratory: true,
  },
  {
    weight: 20, wardKinds: ['medicine', 'surgery', 'geriatrics', 'maternity'], sessionSizes: [16, 30, 20],
    hasEmergencies: true, hasLaboratory: true,
  },
  { weight: 11, wardKinds: ['geriatrics', 'medicine', 'geriatrics'], sessionSizes: [12, 10], hasEmergencies: false, hasLaboratory: false },
  { weight: 12, wardKinds: ['psychiatry', 'psychiatry', 'psychiatry'], sessionSizes: [8, 10, 9], hasEmergencies: false, hasLaboratory: false },
  { weight: 6, wardKinds: ['surgery'], sessionSizes: [32, 18, 38, 24], hasEmergencies: false, hasLaboratory: false },
  { weight: 8, wardKinds: ['medicine', 'geriatrics'], sessionSizes: [14, 20], hasEmergencies: false, hasLaboratory: false },
]; // prettier-ignore

export function sitesOf(seed: number): readonly Site[] {
  return plan.map((site, index) => ({ ...site, clinicId: `98${seed % 1_000}00${index}51` }));
}

/** Wards in turn until there are beds for the staff; no site has less than its kinds say it needs one of. */
export function wardsOf(sites: readonly Site[], staff: number): readonly Ward[] {
  let number = 0;
  return sites.flatMap(({ weight, wardKinds: kinds }, site) => {
    const count = Math.max(1, Math.round((staff * weight) / 100 / 40));
    return Array.from({ length: count }, (_, n) => ({ number: number++, site, kind: at(kinds, n % kinds.length) }));
  });
}

export function specialtiesOf(sites: readonly Site[]): readonly Specialty[] {
  let number = 0;
  return sites.flatMap(({ sessionSizes }, site) => sessionSizes.map((sessionSize) => ({ number: number++, site, sessionSize })));
}
