import type { AccountState } from '../account-state.js';
import type { CommonStep } from './common-step.js';
import type { DayView } from '../day-view.js';
import type { FirstPeers } from './first-peers.js';
import type { LearnedDayWriter } from '../learned-day.js';
import type { PendingDays } from '../pending-days.js';

/** A day that is being learned. */
export interface Learning {
  readonly pending: PendingDays;
  readonly day: number;
  /** By which the day was judged, or else the newest. */
  readonly view: DayView;
  readonly wasJudged: boolean;
  /** On the very first day: the peers of the same day. */
  readonly first: FirstPeers | undefined;
  readonly writer: LearnedDayWriter;
  /** The account as it was known when the day was judged, and as it is known now, with the days between. */
  readonly state: AccountState;
  readonly now: AccountState;
  readonly common: CommonStep;
  staff: number;
}
