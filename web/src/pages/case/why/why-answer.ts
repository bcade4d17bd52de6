import type { SeenMatch } from '#libs/contracts/seen-case.js';

export interface WhyRule extends SeenMatch {
  /** Start of the window: accesses after it count. */
  readonly after: string;
  /** Null where the store does not know what the rule selects. */
  readonly figures: {
    readonly accesses: number;
    readonly patients: number;
    readonly clinics: number;
    readonly addresses: number;
    readonly sessions: number;
    readonly actions: Readonly<Record<string, number>>;
    readonly sql: string;
  } | null;
}

export interface Beside {
  readonly seen: number;
  readonly new: number;
  readonly values: readonly string[];
}

export interface UnusualFigures {
  readonly events: number;
  readonly events_before: number;
  readonly clinics: Beside;
  readonly addresses: Beside;
  readonly devices: Beside;
  readonly programs: Beside;
  readonly applications: Beside;
  readonly events_at_new_hours: number;
  readonly new_hours: readonly number[];
  readonly with_mfa: number;
  readonly without_mfa: number;
  readonly closed_clinics: readonly string[];
}

export interface WhyIncident {
  readonly incident_id: string;
  readonly rules: readonly WhyRule[];
  /** Null where it is of no account. */
  readonly unusual: UnusualFigures | null;
}

export interface WhyAnswer {
  readonly incidents: readonly WhyIncident[];
  readonly more: number;
}

export interface AccessPage {
  readonly items: readonly {
    readonly time: string;
    readonly actor_id: string;
    readonly clinic_id: string;
    readonly action: string;
    readonly patient_id: string;
    readonly source_ip: string;
    readonly application: string;
    readonly session_id: string;
    readonly event_id: string;
  }[];
  readonly next: string | null;
}
