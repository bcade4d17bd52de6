// late/: accesses of the past: fills windows that began empty, and judges accounts again whose history is known now.
// A second engine judges; what it finds is joined into the live state.

import { adoptDay, knownDay } from '../days/known-day.js';
import type { DayCounts } from '../habits/day-counts.js';
import type { Incident } from '../incidents/incident.js';
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

/** The incidents of one account, and which of them lie within what is judged again. */
interface Covering {
  readonly known: readonly Incident[];
  readonly found: readonly Incident[];
  readonly stretch: { readonly from: number; readonly to: number };
}

/**
 * When the first day begins, event time, that an incident covers now and none did before, or the other way round, and that the live engine has let go of: it was
 * given as it was. Undefined where there is none. Incidents begin with the windows of their first firing, which reach back from the stretch.
 */
export function toldOtherwise(live: Known, history: Known, { known, found, stretch }: Covering): number | undefined {
  const isWithin = ({ firstFired, lastTime }: Incident): boolean => firstFired <= stretch.to && lastTime >= stretch.from;
  const now = [...known.filter((one) => !isWithin(one)), ...found.filter(isWithin)];
  const { table } = history.days.days;
  const starts: number[] = [];
  for (const record of history.days.days.overlapping(history.account, Number.NEGATIVE_INFINITY, stretch.from)) {
    const [start, end] = [table.start(record), table.end(record)];
    const isTold = ({ firstTime, lastTime }: Incident): boolean => firstTime < end && lastTime >= start;
    const isLetGo = live.days.days.at(live.account, start) === 0;
    if (isLetGo && known.some(isTold) !== now.some(isTold)) starts.push(start);
  }
  return starts.length > 0 ? Math.min(...starts) : undefined;
}
