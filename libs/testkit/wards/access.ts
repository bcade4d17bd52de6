import type { Action } from '#libs/contracts/vocabulary.js';
import type { Cause } from '../hospital/event.js';
import type { WardAccount } from './group.js';

/** One access of the traffic of wards, before it is an event. */
export interface WardAccess {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly account: WardAccount;
  readonly site: number;
  readonly action: Action;
  readonly patients: readonly number[];
  readonly cause?: Cause;
  /** Where it comes from, if not from the account's own place. */
  readonly ip?: string;
  readonly emergency?: true;
  /** Of the clinic that is closed. */
  readonly isClosed?: true;
}

export type More = Partial<Pick<WardAccess, 'cause' | 'ip' | 'emergency' | 'isClosed'>>;

/** Gathers the accesses of a day. Times are hours from its midnight, and may lie beyond it. */
export class DayBook {
  readonly accesses: WardAccess[] = [];

  constructor(readonly startMs: number) {}

  put(
    hours: number,
    account: WardAccount,
    action: Action,
    patients: readonly number[],
    more: More & { readonly site?: number } = {},
  ): void {
    if (patients.length === 0) return;
    const { site = account.site, ...rest } = more;
    this.accesses.push({ at: Math.round(this.startMs + hours * 3_600_000), account, site, action, patients, ...rest });
  }
}
