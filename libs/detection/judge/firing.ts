import { copied } from '../memory/grown.js';
import type { Days } from '../days/days.js';
import { noCell } from '../memory/cell-key.js';
import type { CellKey } from '../memory/cell-table.js';
import type { CompiledRule, Series } from '../compile/series.js';
import type { AccountNumber, LedgerNumber, Milliseconds } from '../scan/kinds.js';

/** A rule was found to hold at `first`, at `last`, and at times between them that lie closer than quiet. */
export interface Firing {
  readonly rule: CompiledRule;
  readonly ledger: LedgerNumber;
  readonly cell: Uint8Array;
  readonly first: number;
  readonly last: number;
  /** The time of the entry that makes it hold; what entered the window at `first`. */
  readonly by: number;
  /** What is told of it on the day of `first`, of a rule that asks for habits. */
  readonly least: number | undefined;
}

/** The ledger that an entry goes to. */
export interface Place {
  series: Series;
  account: AccountNumber;
  ledger: LedgerNumber;
  /** Valid until the next row. */
  cell: Readonly<Pick<CellKey, 'bytes' | 'start' | 'end'>>;
  /** Entries not above it are as good as gone. */
  floor: Milliseconds;
}

/** The rule holds because of the entry at `by`, from `first` to `last`. The cell is copied: it may lie in a frame whose memory is used again. */
export function firingAt(
  { account, ledger, cell }: Place,
  rule: CompiledRule,
  { first, last, by }: Pick<Firing, 'first' | 'last' | 'by'>,
  days: Days | undefined,
): Firing {
  const least = rule.habit >= 0 && days ? days.least(days.at(account, first), rule.habit) : undefined;
  return { rule, ledger, cell: copyOf(cell), first, last, by, least };
}

/** Most cells are empty, and one empty array serves for all of them: a new one costs more than the rest of a firing. */
export function copyOf({ bytes, start, end }: Place['cell']): Uint8Array {
  return start === end ? noCell.bytes : copied(bytes, start, end);
}
