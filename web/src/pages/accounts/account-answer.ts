import type { AccountView } from '#libs/contracts/accounts/account-view.js';

export interface AccountDay {
  readonly day: string;
  readonly events: number;
  readonly patients: number;
  readonly clinics: number;
}

export interface AccountHour {
  readonly day: string;
  readonly hour: number;
  readonly events: number;
  readonly patients: number;
}

export interface AccountValue {
  readonly kind: 'clinic' | 'address' | 'application' | 'device' | 'program';
  readonly value: string;
  readonly events_before: number;
  readonly events_last_day: number;
  readonly first_time: string;
  readonly last_time: string;
}

export interface Peers {
  readonly role: string;
  readonly accounts: number;
  readonly fullest: number;
  readonly fullest_rank: number;
  /** Median, of nine in ten, of 99 in a hundred. */
  readonly fullest_quantiles: readonly [number, number, number];
}

export interface AccountRecord {
  readonly group_id: string;
  readonly actor_id: string;
  readonly first_day: string;
  readonly last_day: string;
  /** Days and hours without an access are left out. */
  readonly days: readonly AccountDay[];
  readonly hours: readonly AccountHour[];
  readonly values: readonly AccountValue[];
  readonly peers: Peers | null;
  readonly windows:
    | { readonly state: 'known'; readonly rules: AccountView['rules']; readonly newest_time: string }
    | { readonly state: 'nothing' | 'away' | 'other_clinics' };
}
