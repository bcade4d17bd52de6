import type { HabitRule, Habits } from '#libs/habits/seams.js';
import type { SubjectKind } from '#libs/contracts/vocabulary.js';
import type { Reach } from '../rule/reach.js';
import type { Field, Rule, Selection } from '../rule/rule.js';
import type { Milliseconds } from '../scan/kinds.js';

/** Where the value of an entry comes from. */
export type ValueSource =
  | { readonly kind: 'patient' }
  | { readonly kind: 'event' }
  | { readonly kind: 'fields'; readonly fields: readonly Field[] }
  /** The number of the input, for rules that ask which inputs are met. */
  | { readonly kind: 'input'; readonly input: number };

/** Accesses of a selection, as a series takes them. */
export interface RowFeed {
  /** Number of the selection. */
  readonly selection: number;
  readonly by: readonly Field[];
  readonly value: ValueSource;
  readonly spread: Field | undefined;
  /** Holds the number that the event counts with, in series with `amounts`. */
  readonly amount: Field | undefined;
}

/** Matches of another rule, as a series takes them; `by`, `spread` and the numbers of a value are places in that rule's group-by. */
export interface MatchFeed {
  readonly series: Series;
  readonly by: readonly number[];
  readonly value:
    | { readonly kind: 'match' }
    | { readonly kind: 'places'; readonly places: readonly number[] }
    /** Beside accesses, as which they count: the value of an identifier, or of another field. */
    | { readonly kind: 'identifier' | 'field'; readonly place: number }
    | { readonly kind: 'input'; readonly input: number };
  readonly spread: number | undefined;
}

/**
 * What windows are kept over: entries by account and group-by cell. Every rule over the same inputs shares its ledgers, whatever its
 * window. The series `main` holds every selected access of an account once, by patient: rules over patients of the whole account count
 * there what is marked with their selection, and incidents list patients from it.
 */
export interface Series {
  readonly index: number;
  /** Names the content: windows survive a change of rules that leaves the series as it was. */
  readonly key: string;
  readonly kind: 'main' | 'count' | 'ordered';
  readonly feeds: readonly RowFeed[];
  readonly rules: readonly CompiledRule[];
  /** How far back entries are kept from the newest of their account, milliseconds. */
  readonly horizonMs: Milliseconds;
  /** Inputs of a series of kind `ordered`. */
  readonly inputs: number;
  /** Entries carry a spread value of their own. */
  readonly spreads: boolean;
  /** Entries carry the number that their event counts with. */
  readonly amounts: boolean;
}

/** Both minima of a rule; `spread` 0 where it asks for none. `counted` is the number of the selection whose entries count. */
export interface Threshold {
  readonly counted: number;
  readonly timespanMs: Milliseconds;
  readonly atLeast: number;
  readonly spreadAtLeast: number;
}

/** A rule within its series. */
export interface CompiledRule extends Threshold {
  readonly rule: Rule;
  readonly series: Series;
  /** Place in the bounds of a ledger. */
  readonly slot: number;
  /** What it raises: incidents, a record of what its exceptions suppress, or nothing by itself. */
  readonly raises: 'incident' | 'suppressed' | 'nothing';
  /** Number of the selection whose patients its incidents list. */
  readonly selection: number;
  /** Exceptions of a suppressed rule, with the number of the selection that each takes out. */
  readonly exceptions: readonly { readonly id: string; readonly selection: number }[];
  /** Series that take its matches. */
  readonly feeds: readonly MatchFeed[];
  /** Milliseconds by which event time must have passed an anchor before it may be judged; 0 where more accesses cannot undo it. */
  readonly settleMs: Milliseconds;
  /** The same of it or of what it looks at: so much later than its time it may be told of it. */
  readonly waitsMs: Milliseconds;
  /** How far after an anchor accesses decide about it, milliseconds; 0 where none does. Within `settleMs`. */
  readonly forwardMs: Milliseconds;
  /** How far before an anchor the accesses lie that decide it, inner rules included, milliseconds. */
  readonly reachMs: Milliseconds;
  /** How far before its windows the accesses lie that its inner rules count, milliseconds; 0 without any. */
  readonly innerMs: Milliseconds;
  /** Column of the counts of a day, -1 for none. */
  readonly habit: number;
  /** Its counts are those of the days, if it has such a column. */
  readonly learns: boolean;
  /** It holds only where the day is unusual. */
  readonly days: boolean;
  /** Column of the dormancy table, -1 for none. */
  readonly dormancy: number;
  readonly dormantMs: Milliseconds;
  /** Names what makes it hold: equal for rules that hold at the same times. */
  readonly key: string;
}

/** A selection and its number. */
export interface LiveSelection {
  readonly number: number;
  readonly selection: Selection;
}

/** A rule of which the largest count of each day is known. */
export interface DayCount {
  readonly habit: HabitRule;
  /** Undefined where only rules without their exceptions have the column. */
  readonly rule: CompiledRule | undefined;
  /** Names what is counted: counts of a day survive a change of rules that leaves it as it was. */
  readonly key: string;
}

export interface CompiledSeries {
  /** Ids by number, those of earlier rules included. */
  readonly selectionIds: readonly string[];
  readonly live: readonly LiveSelection[];
  readonly main: Series;
  /** All but `main`. */
  readonly others: readonly Series[];
  readonly rules: readonly CompiledRule[];
  /** Selections whose accesses make accounts wake up, by column of the dormancy table. */
  readonly dormancies: readonly { readonly selection: number; readonly dormantMs: Milliseconds }[];
  /** By column of the counts of a day. */
  readonly dayCounts: readonly DayCount[];
  /** Rules that hold only where a day is unusual. */
  readonly daysRules: readonly CompiledRule[];
  readonly mainSlots: number;
  readonly allowedLatenessMsMax: number;
  readonly reach: Reach;
  /** By selection: the longest reach of the rules that look at it. */
  readonly reachMs: readonly number[];
  /** By selection: how far behind its account's newest an access may lie and every window that it changes still be held. */
  readonly behindMs: readonly number[];
  /** The longest time that any series looks back. */
  readonly horizonMsMax: number;
}

export interface CompileOptions {
  /** Who is asked what is usual. */
  readonly habits?: Habits;
  readonly subject?: SubjectKind;
  readonly holdsReach?: boolean;
  readonly quietMs: Milliseconds;
  readonly allowedLatenessMs: Milliseconds;
}
