import type { CaseBook } from '#libs/cases/case-book.js';
import type { CaseEntry } from '#libs/cases/timeline.js';
import type { CaseRow } from '#libs/contracts/case-row.js';
import type { MuteRow } from '#libs/contracts/mute-row.js';
import { CasePlan } from './case-plan.js';
import type { Nobody, Planning } from './planning.js';
import type { Routing } from './routing.js';
import type { Send } from './send.js';

/** A line of the life of a case, the case right after it, and the ids of its incidents. */
export interface Line {
  readonly entry: CaseEntry;
  readonly row: CaseRow;
  readonly members: readonly string[];
}

export interface PlanOptions {
  readonly routing: Routing;
  readonly mutes: readonly MuteRow[];
  /** Messages are planned up to this instant, milliseconds of the wall clock. */
  readonly until: number;
  /** Since when a send has been failing; what reaches nobody makes the next step come at once. */
  readonly failedAt?: (sendId: string) => number | undefined;
}

export interface Plan {
  /** By when they are due. */
  readonly sends: readonly Send[];
  readonly nobody: readonly Nobody[];
  /** The first instant after `until` at which more is due, if nobody does anything; Infinity when nothing is. */
  readonly nextAt: number;
}

/** The messages of connected cases: a function of their lines, in the order in which they happened, of the file and of the mutes. */
export function planOf(lines: readonly Line[], { routing, mutes, until, failedAt = () => undefined }: PlanOptions): Plan {
  const planning: Planning = { routing, mutes, failedAt, sends: [], nobody: [] };
  const cases = new Map<string, CasePlan>();
  for (const { entry, row, members } of lines) {
    const at = Date.parse(entry.at);
    const one = cases.get(row.case_id) ?? new CasePlan(row.case_id, planning);
    cases.set(row.case_id, one);
    for (const id of members) {
      const joined = cases.get(id);
      if (joined && joined !== one && !joined.gone) joined.joinInto(one, at);
    }
    one.take(entry, row, at);
  }
  for (const one of cases.values()) one.advance(until + 1);
  const sends = planning.sends.toSorted((one, other) => one.at - other.at);
  const later = sends.find(({ at }) => at > until)?.at ?? Infinity;
  return { sends, nobody: planning.nobody, nextAt: Math.min(later, ...[...cases.values()].map(({ dueAt }) => dueAt)) };
}

/** The lines of the cases that an id is connected with, as they stand at `now`. */
export function linesOf(book: CaseBook, id: string, now: number): readonly Line[] {
  const lines: Line[] = [];
  book.replay(id, now, (entry, row, members) => lines.push({ entry, row, members }));
  return lines;
}
