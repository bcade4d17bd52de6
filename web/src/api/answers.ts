import type { CaseStatus } from '#libs/contracts/case-row.js';
import type { DossierSnapshot } from '#libs/contracts/dossier.js';
import type { FeedGap } from '#libs/contracts/vocabulary.js';
import type { NotificationRow } from '#libs/contracts/notification-row.js';
import type { SeenAction, SeenIncident, SeenRow } from '#libs/contracts/seen-case.js';

export interface Me {
  readonly id: string;
  readonly roles: readonly ('analyst' | 'dpo' | 'operator' | 'reader')[];
  readonly clinics: readonly string[] | null;
}

export interface Summary {
  readonly at: string;
  readonly cases: {
    readonly open: number;
    readonly not_taken: number;
    readonly critical: number;
    readonly oldest_at: string | null;
    readonly last_opened_at: string | null;
  };
  /** Different people. Null where a case counts patients of clinics that the reader does not see; the most that they can be where it is not settled. */
  readonly patients: { readonly open: number | null; readonly open_settled: boolean; readonly clinics: number };
  readonly nearest_clock: {
    readonly clock: 'gdpr33' | 'gdpr34' | 'cert_sante' | 'nis2_24' | 'nis2_72' | 'nis2_month' | 'investigation';
    readonly controller_id: string;
    readonly due_at: string;
    readonly case_id: string;
  } | null;
  readonly feeds: {
    readonly checked_at: string;
    readonly is_old: boolean;
    readonly known: number;
    readonly quiet: readonly { readonly source: string; readonly state: string; readonly last_received: string | null }[];
    readonly last_received: string | null;
    readonly events_day: number;
    readonly set_aside_day: number;
  } | null;
}

/** What the pages are made of beside the console, and since when processes of it do not answer. */
export interface Parts {
  readonly parts: readonly {
    readonly part: 'store' | 'log' | 'scorers';
    readonly known: number;
    readonly away: number;
    readonly since: string | null;
  }[];
}

export interface CasePage {
  readonly cases: readonly SeenRow[];
  readonly next: string | null;
  readonly as_of: string;
}

export type ShownIncident = Pick<
  SeenIncident,
  | 'incident_id'
  | 'actor_id'
  | 'state'
  | 'level'
  | 'patients'
  | 'clinics'
  | 'rules'
  | 'rule_matches'
  | 'detected_at'
  | 'patients_at_firing'
  | 'first_time'
  | 'last_time'
  | 'linked_at'
  | 'linked_by'
>;

export interface Note {
  readonly note_id: string;
  readonly by: string;
  readonly at: string;
  /** Null where it may be about clinics that the reader does not see. */
  readonly text: string | null;
  readonly struck: readonly { readonly at: string; readonly text: string }[];
}

export type Measure = Extract<SeenAction, { readonly type: 'case.measure' }>;

export interface ShownCase {
  readonly case: SeenRow;
  readonly incidents: readonly ShownIncident[];
  readonly notes: readonly Note[];
  readonly measures: readonly Measure[];
}

export interface TimelineLine {
  readonly id: string;
  readonly at: string;
  readonly what: string;
  readonly by: string;
  readonly effect: 'counted' | 'repeated' | 'superseded';
  readonly before: CaseStatus;
  readonly after: CaseStatus;
  readonly because?: string;
  readonly patients: number | null;
  readonly via?: string;
  readonly action?: SeenAction;
}

export interface Timeline {
  readonly lines: readonly TimelineLine[];
}

export interface Told {
  readonly notifications: readonly NotificationRow[];
}

export interface Shape {
  readonly first_time: string;
  readonly last_time: string;
  readonly bin_seconds: number;
  readonly points: readonly { readonly at: string; readonly patients: number }[];
  readonly total: number;
}

export interface CaseClinic {
  readonly clinic_id: string;
  readonly controller_id: string;
  readonly name: string;
  readonly closed_at: string | null;
  readonly patients: number;
  readonly exported: number;
  readonly attempted: number;
  readonly accesses: number;
  readonly categories: readonly string[];
  readonly first_time: string;
  readonly last_time: string;
}

export interface Feeds {
  readonly checked_at: string;
  readonly is_old: boolean;
  readonly sources: readonly {
    readonly group_id: string;
    readonly source: string;
    readonly state: 'ok' | 'thin' | 'silent';
    readonly last_time?: string;
    readonly last_received?: string;
    readonly events_hour: number;
    readonly events_day: number;
    readonly habit_hour: number;
    readonly dated_ahead: number;
    readonly delay_seconds: number;
    readonly lacks: readonly FeedGap[];
    readonly set_aside: Readonly<Record<string, number>>;
  }[];
}

export type Tier = 'exported' | 'displayed' | 'listed' | 'attempted';

export interface PatientPage {
  /** Of all pages: a patient of two clinics is two lines. */
  readonly figure: Readonly<Record<Tier, number>> & { readonly lines: number; readonly patients: number };
  readonly items: readonly {
    readonly patient_id: string;
    readonly clinic_id: string;
    readonly certainty: Tier;
    readonly categories: readonly string[];
    readonly first_time: string;
    readonly last_time: string;
    readonly accesses: number;
  }[];
  readonly next: string | null;
}

export type Snapshot = Omit<DossierSnapshot, 'manifest'>;

export interface Snapshots {
  /** Oldest first. */
  readonly snapshots: readonly Snapshot[];
}

export type DossierValue = string | number | boolean | readonly string[] | null;

/** One answer of the form: who gave it, and when. */
export interface DossierField {
  readonly value: DossierValue;
  readonly source: 'machine' | 'person' | 'unknown';
  readonly by: string;
  readonly at: string;
}

export interface Dossier {
  readonly parts: Readonly<Record<string, Readonly<Record<string, DossierField>>>>;
  readonly clocks: readonly {
    readonly clock: NonNullable<Summary['nearest_clock']>['clock'];
    readonly state: 'running' | 'met' | 'met_late' | 'stopped';
    readonly due_at: string;
    readonly reference: string;
  }[];
}

type Words = Readonly<Record<string, Readonly<Record<'fr' | 'en', string>>>>;

export interface DossierLabels {
  readonly unknown: Readonly<Record<'fr' | 'en', string>>;
  readonly parts: Words;
  readonly fields: Words;
  readonly values: Words;
}
