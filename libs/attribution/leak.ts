import type { Controls } from './controls.js';
import type { Support } from './support.js';

/** A question: which accounts of a group took these patients, within a period of the accesses. */
export interface LeakQuestion {
  readonly groupId: string;
  /** Event times in milliseconds, half open: `[fromMs, toMs)`. */
  readonly fromMs: number;
  readonly toMs: number;
  /** What people call the leak. */
  readonly title: string;
  /** Pseudonyms, 1 to `samplePatientsMax`. One that is given twice counts once. */
  readonly patients: readonly string[];
  /** Who asks. */
  readonly by: string;
  readonly atMs: number;
}

/** More patients than this say nothing more, and cost more. */
export const samplePatientsMax = 50_000;

/** A question that has an id; its sample is kept apart. */
export type Leak = Omit<LeakQuestion, 'patients'> & { readonly leakId: string };

export interface Account {
  readonly actorId: string;
  /** Patients that it opened in the period. */
  readonly size: number;
}

/** What is stored of a sample and of everybody in its group and period. Accesses that failed opened nothing and do not count. */
export interface LeakAccesses {
  /** Pseudonyms of the sample that Vigie knows at any time, of this group. */
  readonly known: number;
  /** Patients that anybody opened in the period. */
  readonly patients: number;
  /** Everybody who opened one. */
  readonly accounts: readonly Account[];
  /** Patients that anybody opened at each clinic, and that the account did which opened most of them. */
  readonly clinics: readonly { readonly clinicId: string; readonly size: number; readonly largest: number }[];
  /** Patients of the sample that anybody opened, with the places in `accounts` of those who did, and in `clinics` of where. */
  readonly touched: readonly { readonly patient: string; readonly holders: readonly number[]; readonly at: readonly number[] }[];
  /** The holders of patients drawn at random from those that anybody opened. */
  readonly pool: readonly (readonly number[])[];
}

export const momentKinds = ['day', 'incident', 'export'] as const;

/** Something that an account did at one time: a day in Paris, an incident, an export event. */
export interface Moment {
  readonly kind: (typeof momentKinds)[number];
  readonly actorId: string;
  /** The day (`2026-11-20`), the incident's id, the event's id. */
  readonly ref: string;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Patients that it touched. */
  readonly size: number;
  /** Of them, those of the sample. */
  readonly held: readonly string[];
}

/** An event that says how many records it touched, and not whose. */
export interface SizedExport {
  readonly actorId: string;
  readonly eventId: string;
  readonly time: string;
  readonly action: string;
  readonly records: number;
}

export interface Finding {
  /** From 1, by share, periods before moments. */
  readonly rank: number;
  readonly actorId: string;
  readonly kind: 'period' | Moment['kind'];
  /** Of a moment, as there. */
  readonly ref: string;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Patients of the sample among the `size` that it touched. */
  readonly matched: number;
  readonly size: number;
  /** Of the touched sample, 0 to 1. */
  readonly share: number;
  /** Natural logarithm, the number of accounts (or moments) already divided out. */
  readonly lnBayes: number;
  readonly support: Support;
  /** Accounts (or moments) that would explain the sample nearly as well in its stead. */
  readonly alike: readonly string[];
}

/**
 * `named`: somebody is. `nobody`: nobody stands out. `too_small`: no sample of this size could name the account that fits best. `unopened`: nobody
 * opened any of these patients.
 */
export const verdicts = ['named', 'nobody', 'too_small', 'unopened'] as const;

export interface Attribution {
  readonly leakId: string;
  readonly verdict: (typeof verdicts)[number];
  /** Different pseudonyms in the sample; of them known to Vigie at all, and opened by anybody in the period. */
  readonly given: number;
  readonly known: number;
  readonly touched: number;
  /** Accounts that were compared, and patients that any of them opened. */
  readonly accounts: number;
  readonly patients: number;
  readonly findings: readonly Finding[];
  /** Accounts that stand out no further than somebody does in a random sample: not named. */
  readonly doubtful: readonly Finding[];
  /** Share of the touched sample that no named account explains, 0 to 1. */
  readonly rest: number;
  /** Fewest patients that could name the account that fits best; undefined where none could, or none fits. */
  readonly smallest?: number;
  readonly controls: Controls;
  /** Events of about this size that name no patient, nearest first, and how many there are. */
  readonly exports: readonly SizedExport[];
  readonly exportsFound: number;
}

/** Where accesses and leaks are. Each rejects when it is away. */
export interface LeakStore {
  /** Keeps the sample, so that what follows can ask for it. */
  keep(leak: Leak, patients: readonly string[]): Promise<void>;
  accesses(leak: Leak): Promise<LeakAccesses>;
  /** Everything that these accounts did in the period, by kind, whether or not it touched the sample. */
  moments(leak: Leak, actorIds: readonly string[]): Promise<readonly Moment[]>;
  /** Events that name no patient and touched from `least` to `most` records, nearest to `wanted` first. */
  sizedExports(
    leak: Leak,
    size: { readonly least: number; readonly wanted: number; readonly most: number },
  ): Promise<{ readonly found: number; readonly nearest: readonly SizedExport[] }>;
  /** Writes down what was found. */
  record(leak: Leak, found: Attribution): Promise<void>;
}

/** What every answer says of itself. */
export const caveat =
  'This is about the accounts in Vigie, against a random draw from opened patients; it says nothing about who sat behind the account.';
