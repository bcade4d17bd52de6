import type { Days } from '../days/days.js';
import type { Entry } from '../memory/entry.js';
import type { LedgerStore } from '../memory/ledger-store.js';
import type { Marks } from '../memory/marks.js';
import type { CompiledRule } from '../compile/series.js';
import type { GrownCounts } from '../count/grown-counts.js';
import type { SameEntries } from '../count/same-entries.js';
import type { WindowCounter } from '../count/window-count.js';
import type { Bounds } from './bounds.js';
import type { Dormancy } from './dormancy.js';
import { copyOf, type Place } from './firing.js';
import type { KnownFirings } from './known-firings.js';
import type { LateBounds } from './late-bounds.js';
import type { LateRests } from './late-rests.js';
import type { LateRuns } from './late-runs.js';
import type { LookingTable } from './looking.js';
import { forbids, isAnchor } from './meetings.js';
import type { OrderedChains } from './ordered-chains.js';
import type { Rests } from './rests.js';
import type { Settler } from './settler.js';
import type { Twins } from './twins.js';
import type { LedgerNumber } from '../scan/kinds.js';

/** What those share that take entries into the ledgers of one store, in order and late. */
export interface JudgeParts {
  readonly ledgers: LedgerStore;
  readonly marks: Marks;
  readonly settler: Settler;
  readonly dormancy: Dormancy;
  /** Where the model of habits is asked; without it rules that ask for habits never hold. */
  readonly days: Days | undefined;
  readonly counts: GrownCounts;
  readonly counter: WindowCounter;
  readonly twins: Twins;
  readonly chains: OrderedChains;
  readonly fired: KnownFirings;
  readonly bounds: Bounds;
  readonly looking: LookingTable;
  readonly rests: Rests;
  readonly runs: LateRuns;
  readonly same: SameEntries;
  readonly late: LateBounds;
  readonly lateRests: LateRests;
}

/** An access that comes again says what both say, and came in time when one of them did. */
export function joinMarks(
  { ledgers, marks, counts }: JudgeParts,
  ledger: LedgerNumber,
  index: number,
  held: number,
  { mark: again, time }: Entry,
): void {
  if (held === again) return;
  const both = marks.withSet(held, marks.setOf(again));
  const joined = marks.lateOf(again) === 0 ? marks.inTime(both) : both;
  if (joined === held) return;
  ledgers.setMark(ledger, index, joined);
  counts.marked(ledger, time);
}

/** False when the anchor, or one of those before it that the entry decides about, should have been judged before. */
export function settleLater(
  settler: Settler,
  { account, ledger, cell }: Place,
  rule: CompiledRule,
  { time, v3 }: Entry,
): boolean {
  const isInTime = !forbids(rule, v3) || settler.waitsFor(rule, time - rule.forwardMs);
  return (!isAnchor(rule, v3) || settler.add({ rule, account, ledger, cell: copyOf(cell), time })) && isInTime;
}

export function hasNoValue({ v0, v1, v2, v3 }: Entry): boolean {
  return (v0 | v1 | v2 | v3) === 0;
}
