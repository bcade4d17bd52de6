import type { Action } from '#libs/contracts/vocabulary.js';
import type { Cause } from '../hospital/event.js';
import { instantAt } from './calendar.js';
import type { Account } from './staff.js';

/** The platform names people by the number of the group, the others by the number of a site. */
export type Application = 'platform' | 'laboratory' | 'imaging';

/** One access, before it is an event. */
export interface Look {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly account: Account;
  readonly site: number;
  readonly action: Action;
  readonly patients: readonly number[];
  readonly application: Application;
  readonly cause?: Cause;
  /** Where it comes from, if not from where the account usually works. */
  readonly ip?: string;
  readonly emergency?: true;
  /** Of the clinic that is closed. */
  readonly isClosed?: true;
}

export type More = Partial<Pick<Look, 'site' | 'application' | 'cause' | 'ip' | 'emergency' | 'isClosed'>>;

/** Gathers what is looked at from a day on, by the hours that clocks on walls show; they may lie beyond its end. */
export class DayBook {
  readonly looks: Look[] = [];

  /** Days are counted from 0, the first of the traffic. */
  constructor(readonly day: number) {}

  put(hours: number, account: Account, action: Action, patients: readonly number[], more: More = {}): void {
    if (patients.length === 0) return;
    const { site = account.site, application = 'platform', ...rest } = more;
    this.looks.push({ at: instantAt(this.day, hours), account, site, action, patients, application, ...rest });
  }
}
