import { type Entry, hasNoValueAt, markOf, timeOf } from '../memory/entry.js';
import type { LedgerStore } from '../memory/ledger-store.js';
import type { Marks } from '../memory/marks.js';
import { noSelections } from '../memory/selection-sets.js';
import type { Place } from './firing.js';

/** Entries looked back at to see that a value is a repetition. Missing one costs a recount, never a decision. */
const lookBackEntries = 8;

/** What the end of a ledger says of an entry that is about to come in. One is used again for every entry. */
export interface LookBack {
  /** When its value, with the same number, was met last, event time in ms, and under which selections; -1 where it was not. */
  valueAt: number;
  valueSet: number;
  /** Selections of the newest entry, none where that has no value and took part in no rule. */
  lastSet: number;
  /** Whether its spread value may differ from that of the newest entry. */
  newSpread: boolean;
  /** Index and mark of the very same access, -1 where that has not come before. */
  twin: number;
  twinMark: number;
}

export function nothingSeen(): LookBack {
  return { valueAt: -1, valueSet: noSelections, lastSet: noSelections, newSpread: true, twin: -1, twinMark: 0 };
}

/** Looks back from the end of the ledger of `place`, and writes into `seen` what is found. */
export function lookBack(ledgers: LedgerStore, marks: Marks, place: Place, entry: Entry, seen: LookBack): void {
  const { ledger } = place;
  const { width } = ledgers;
  const length = ledgers.length(ledger);
  seen.valueAt = -1;
  seen.valueSet = noSelections;
  seen.lastSet = noSelections;
  seen.newSpread = true;
  seen.twin = -1;
  if (length === 0) return;
  const words = ledgers.words(ledger);
  const start = ledgers.start(ledger);
  const lastWord = start + (length - 1) * width;
  const lastMark = markOf(words, lastWord);
  seen.lastSet = hasNoValueAt(words, lastWord) ? noSelections : marks.setOf(lastMark);
  seen.newSpread = marks.clinicOf(lastMark) !== marks.clinicOf(entry.mark) || !ledgers.sameOwnSpread(words, lastWord, entry);
  const end = Math.max(start, lastWord - (Math.max(lookBackEntries, place.series.inputs) - 1) * width);
  for (let word = lastWord; word >= end; word -= width) {
    if (!ledgers.saysSame(words, word, entry)) continue;
    const mark = markOf(words, word);
    seen.valueAt = timeOf(words, word);
    seen.valueSet = marks.setOf(mark);
    if (seen.valueAt === entry.time && marks.sameAccess(mark, entry.mark) && ledgers.sameOwnSpread(words, word, entry)) {
      seen.twin = (word - start) / width;
      seen.twinMark = mark;
    }
    return;
  }
}
