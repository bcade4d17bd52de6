import type { DayCounts } from '../habits/day-counts.js';

/** The days of one account as one engine knows them. */
interface Known {
  readonly days: DayCounts;
  readonly account: number;
}

/** Takes over what history says of the days that lie within the stretch, event time, both ends included. */
export function adoptDays(live: Known, history: Known, { from, to }: { readonly from: number; readonly to: number }): void {
  const { table } = history.days.days;
  for (const record of [...history.days.days.overlapping(history.account, from, to)]) {
    if (table.start(record) < from || table.end(record) > to + 1) continue;
    history.days.settle(record);
    live.days.days.adopt(live.account, history.days.days, record);
  }
  live.days.days.noteTold(live.account);
}
