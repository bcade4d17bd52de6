// late/: accesses of the past: fills windows that began empty, and judges accounts again whose history is known now.
// A second engine judges; what it finds is joined into the live state.

import { adoptDay, knownDay } from '../days/known-day.js';
import type { DayCounts } from '../habits/day-counts.js';
import type { AccountNumber } from '../scan/kinds.js';

/** The days of one account as one engine knows them. */
interface Known {
  readonly days: DayCounts;
  readonly account: AccountNumber;
}

/** Takes over what history says of the days that lie within the stretch, event time, both ends included. */
export function adoptDays(live: Known, history: Known, { from, to }: { readonly from: number; readonly to: number }): void {
  const { table } = history.days.days;
  for (const record of history.days.days.overlapping(history.account, from, to)) {
    if (table.start(record) < from || table.end(record) > to + 1) continue;
    history.days.settle(record);
    adoptDay(live.days.days, live.account, knownDay(history.days.days, record), table.start(record));
  }
  live.days.days.noteTold(live.account);
}
