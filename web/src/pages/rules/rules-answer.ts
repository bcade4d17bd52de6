import type { SeenMatch, SeenRow } from '#libs/contracts/seen-case.js';

export interface RuleHead {
  readonly rule_id: string;
  readonly title: string;
  readonly level: SeenMatch['level'];
  readonly type: string;
  readonly subject_kind: string;
  readonly words: string;
  /** The same in French. */
  readonly words_fr: string;
  readonly timespan_seconds: number;
  readonly threshold: number;
  readonly spread_threshold: number;
  readonly exceptions_in_force: number;
  /** Null for whoever does not see all clinics. */
  readonly verdicts: {
    readonly cases: number;
    readonly true_positive: number;
    readonly authorised: number;
    readonly false_positive: number;
    readonly open: number;
    readonly patients_at_firing: number;
  } | null;
}

export interface RuleList {
  readonly rules: readonly RuleHead[];
  readonly since: string | null;
  /** What of their files should be looked at, each with file and line; null for whoever does not see all clinics. */
  readonly warnings: readonly string[] | null;
}

export interface RuleWhole {
  readonly rule: RuleHead & {
    readonly description: string;
    /** Null where the house wrote it: nobody says in which language. */
    readonly description_fr: string | null;
    readonly steps: readonly number[];
    readonly attack: readonly string[];
    readonly false_positives: readonly { readonly text: string; readonly text_fr: string | null }[];
    readonly runbook: string;
    readonly exceptions: readonly {
      readonly exception_id: string;
      readonly until: string;
      readonly is_over: boolean;
      readonly owner: string | null;
      readonly words: string | null;
      readonly words_fr: string | null;
    }[];
    readonly yaml: string | null;
  };
  readonly since: string | null;
  readonly weeks: readonly { readonly week: string; readonly verdict: string; readonly cases: number }[] | null;
}

export interface BacktestHead {
  readonly id: string;
  readonly by: string;
  readonly started_at: string;
  readonly rule_id: string;
  readonly title: string;
  readonly from: string;
  readonly to: string;
  readonly state: 'runs' | 'failed' | 'done';
}

export interface BacktestIncident {
  readonly kind: 'new' | 'gone' | 'same';
  readonly group_id: string;
  readonly actor_id: string;
  readonly first_time: string;
  readonly last_time: string;
  readonly patients_tried: number | null;
  readonly patients_present: number | null;
  readonly earlier_seconds: number;
  readonly more_patients: number;
  readonly rules: readonly string[];
  readonly case_id: string | null;
  readonly verdict: SeenRow['verdict'];
  readonly is_lost: boolean;
}

export interface BacktestFound {
  readonly backtest: BacktestHead & {
    readonly asked: {
      readonly threshold?: number;
      readonly spread?: number;
      readonly timespan?: string;
      readonly exception?: { readonly actor_ids: readonly string[]; readonly expires: string };
    };
    readonly yaml: string;
    readonly file: string;
    readonly why: string | null;
    readonly summary: {
      readonly rows: number;
      readonly seconds: number;
      readonly new: number;
      readonly gone: number;
      readonly same: number;
      readonly earlier: number;
      readonly later: number;
      readonly lost: number;
    } | null;
    readonly incidents: readonly BacktestIncident[];
  };
}
