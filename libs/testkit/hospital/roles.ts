import type { Category } from '#libs/contracts/vocabulary.js';
import type { UnitKind } from './clinics.js';

/** How people of a role work. Times are in seconds; shares are of the steps of a shift. */
export interface Role {
  /** Part of the staff. */
  readonly share: number;
  /** Where they work, and how many of them. */
  readonly places: readonly (readonly [UnitKind, number])[];
  readonly application: string;
  readonly categories: readonly Category[];
  /** From one patient to the next, on average. */
  readonly betweenSeconds: number;
  /** Accesses to one patient at a time. */
  readonly accesses: readonly [number, number];
  /** Part of the accesses that write. */
  readonly writes: number;
  readonly prints: number;
  /** Work lists of several patients. */
  readonly lists: number;
  /** Searches by name or date, which find nobody or many and open nothing by themselves. */
  readonly searches: number;
  readonly exports: number;
  readonly privileged: number;
}

const record = 'record-platform';

/** The words of `actor_role`. */
export const roles = {
  physician: {
    share: 0.17, places: [['ward', 50], ['outpatient', 38], ['emergency', 12]], application: record,
    categories: ['clinical', 'prescription', 'lab', 'notes', 'imaging'], betweenSeconds: 760, accesses: [1, 4],
    writes: 0.24, prints: 0.03, lists: 0.07, searches: 0.05, exports: 0.002, privileged: 0,
  },
  nurse: {
    share: 0.42, places: [['ward', 72], ['emergency', 10], ['outpatient', 18]], application: record,
    categories: ['clinical', 'prescription', 'notes'], betweenSeconds: 480, accesses: [1, 3],
    writes: 0.36, prints: 0.01, lists: 0.09, searches: 0.02, exports: 0, privileged: 0,
  },
  secretary: {
    share: 0.13, places: [['outpatient', 70], ['admissions', 30]], application: record,
    categories: ['identity', 'scheduling', 'insurance', 'notes'], betweenSeconds: 420, accesses: [1, 3],
    writes: 0.2, prints: 0.1, lists: 0.06, searches: 0.16, exports: 0.003, privileged: 0,
  },
  administrator: {
    share: 0.07, places: [['admissions', 70], ['office', 30]], application: 'billing',
    categories: ['identity', 'insurance', 'billing'], betweenSeconds: 540, accesses: [1, 2],
    writes: 0.22, prints: 0.05, lists: 0.05, searches: 0.18, exports: 0.006, privileged: 0.12,
  },
  lab_technician: {
    share: 0.055, places: [['lab', 1]], application: 'lab-portal',
    categories: ['lab', 'identity'], betweenSeconds: 210, accesses: [1, 2],
    writes: 0.5, prints: 0.02, lists: 0.05, searches: 0.03, exports: 0, privileged: 0,
  },
  imaging_technician: {
    share: 0.05, places: [['imaging', 1]], application: 'imaging-archive',
    categories: ['imaging', 'identity', 'scheduling'], betweenSeconds: 700, accesses: [2, 4],
    writes: 0.28, prints: 0.02, lists: 0.07, searches: 0.04, exports: 0.004, privileged: 0,
  },
  pharmacist: {
    share: 0.035, places: [['pharmacy', 1]], application: record,
    categories: ['prescription', 'lab', 'clinical'], betweenSeconds: 300, accesses: [1, 3],
    writes: 0.3, prints: 0.02, lists: 0.1, searches: 0.02, exports: 0.001, privileged: 0,
  },
  coder: {
    share: 0.03, places: [['office', 1]], application: 'coding',
    categories: ['billing', 'clinical', 'insurance'], betweenSeconds: 330, accesses: [1, 3],
    writes: 0.3, prints: 0, lists: 0.06, searches: 0.03, exports: 0.004, privileged: 0,
  },
  archivist: {
    share: 0.012, places: [['office', 1]], application: 'archive',
    categories: ['notes', 'identity', 'clinical'], betweenSeconds: 900, accesses: [1, 4],
    writes: 0.03, prints: 0.3, lists: 0, searches: 0.3, exports: 0.03, privileged: 0,
  },
  it_support: {
    share: 0.028, places: [['office', 1]], application: record,
    categories: ['identity', 'scheduling'], betweenSeconds: 3_600, accesses: [1, 3],
    writes: 0.1, prints: 0, lists: 0.02, searches: 0.3, exports: 0.004, privileged: 0.8,
  },
} as const satisfies Readonly<Record<string, Role>>; // prettier-ignore
export type RoleName = keyof typeof roles;
export const roleNames = Object.keys(roles).filter((name): name is RoleName => Object.hasOwn(roles, name));

export function roleOf(name: RoleName): Role {
  return roles[name];
}
