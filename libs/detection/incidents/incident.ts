import type { Firing } from '../judge/firing.js';
import { exceptionsOf, firingSelectionsOf, inOrderOf, lowers, matchOf, prolong } from './incident-match.js';
import type { Match } from './match.js';
import { KnownTimes, stepOf } from './match-times.js';
import type { Opening } from './opening.js';
import { GrownWindows } from './windows-grown.js';
import { PatientSet } from '../memory/patient-set.js';
import { noSelections, type SelectionSets } from '../memory/selection-sets.js';
import type { WindowCount } from '../count/window-count.js';
import type { MarkNumber, Milliseconds } from '../scan/kinds.js';

/** An incident: a function of the accesses that have arrived, but for its `opening`. */
export class Incident {
  state: 'open' | 'closed' | 'suppressed' | 'withdrawn' = 'open';
  matches = new Map<string, Match>();
  readonly times = new KnownTimes();
  patientSet: PatientSet;
  /** Set of selections under which each mark was seen. */
  marks = new Map<number, number>();
  /** What `patientSet` and `marks` cover, event time, both ends included; empty at first. */
  coveredFrom = Number.POSITIVE_INFINITY;
  coveredTo = Number.NEGATIVE_INFINITY;
  /** Selections of the rules that fired, those among them by which they fired before a list or a rule changed. Its patients are counted by these. */
  firedSet = noSelections;
  /** Selections under which any of its accesses was seen. */
  seenSet = noSelections;
  /** What the exceptions of so many rules take out. */
  #excepted: { readonly matches: ReadonlyMap<string, Match>; readonly count: number; readonly set: number } | undefined;
  patients = 0;
  /** Of the frame that is being judged. */
  readonly windows = new GrownWindows();
  /** Patients touched up to the first firing, and whether that has to be counted again. */
  patientsAtFiring = 0;
  firingStale = true;
  /** An access up to the first firing came late, and by how much the latest known one. */
  isLate = false;
  lateMs = 0;
  patientsAtDetection = 0;
  toldStep = 0;
  /** How often it was told as closed. */
  closings = 0;
  version = 0;
  receivedAt = 0;
  changed = false;
  /** It ended long ago: its patients are no longer held, and only the account's history can change it. */
  archived = false;

  constructor(
    readonly opening: Opening,
    readonly sets: SelectionSets,
  ) {
    this.patientSet = new PatientSet(sets);
  }

  get firstFired(): number {
    return this.times.of(this.matches).firstFired;
  }
  /** Last time at which a rule held. */
  get lastTime(): number {
    return this.times.of(this.matches).lastFired;
  }
  /** Earliest access in the window of the first firing, those of inner rules included. */
  get firstTime(): number {
    return this.times.of(this.matches).firstTime;
  }
  /** Selections of the rules that fired first. */
  get firingSet(): number {
    return this.sets.of(firingSelectionsOf(this.matches));
  }
  get step(): number {
    return stepOf(this.times.of(this.matches).steps, this.patients);
  }
  get inOrder(): readonly Match[] {
    return inOrderOf(this.matches);
  }
  /** Ids of the exceptions that took one of its accesses out. */
  get exceptions(): readonly string[] {
    return exceptionsOf(this.matches, (selection) => this.sets.has(this.seenSet, selection));
  }

  /** Whether an exception took one of its accesses out. */
  get isExceptional(): boolean {
    if (this.#excepted?.matches !== this.matches || this.#excepted.count !== this.matches.size) {
      const taken = [...this.matches.values()].flatMap(({ exceptions }) => exceptions.map(({ selection }) => selection));
      this.#excepted = { matches: this.matches, count: this.matches.size, set: this.sets.of(taken) };
    }
    return this.sets.meet(this.seenSet, this.#excepted.set);
  }

  /** Takes firings in that do nothing but let rules hold longer or windows grow, as most do. False, and nothing taken, where one does more. */
  prolong(firings: readonly Firing[], quietMs: Milliseconds): boolean {
    if (firings.length === 0) return true;
    const what = prolong(this.windows, firings, this.times.of(this.matches), quietMs);
    if (what === 'longer') this.changed = true;
    return what !== 'more';
  }

  /** Whether `fire` needs the window at the firing's first time; later when it was counted before and may be counted again. */
  asksFor(firing: Firing): boolean {
    const match = this.matches.get(firing.rule.rule.id);
    if (!match || firing.first < match.firstFired) return true;
    return firing.first === match.firstFired && !this.windows.isCounted(firing);
  }

  /** Takes a firing in, with the window at its first time where `asksFor` says so. `waits`: that may be counted again when it has grown. */
  fire(firing: Firing, window: WindowCount | undefined, waits: boolean): void {
    const match = this.matches.get(firing.rule.rule.id);
    if (window && waits) this.windows.counted(firing);
    if (window && (!match || firing.first < match.firstFired)) this.#begin(firing, window, match);
    if (!match || firing.first < match.firstFired) return;
    if (lowers(match, firing)) this.changed = true;
    if (firing.first === match.firstFired) {
      if (window) this.recount(firing, window);
      else this.#grow(match, firing);
    }
    if (firing.last > match.lastFired) {
      match.lastFired = firing.last;
      this.times.changed();
      this.changed = true;
    }
  }

  /** Windows in which its rules hold first, and that have grown since they were counted; they are taken to be counted now. */
  grown(): readonly Firing[] {
    return this.windows.take().filter(({ rule, first }) => this.matches.get(rule.rule.id)?.firstFired === first);
  }

  /** Takes the window of a rule's first firing in, as it is now. */
  recount({ rule: of }: Firing, { value: exact, spread, first }: WindowCount): void {
    const match = this.matches.get(of.rule.id);
    if (!match) return;
    const value = Math.floor(exact);
    if (value > match.value || (value === match.value && spread > match.spread)) {
      match.value = value;
      match.spread = spread;
      this.changed = true;
    }
    if (first >= match.windowFirst) return;
    match.windowFirst = first;
    match.begins = Math.min(match.begins, first);
    this.times.changed();
    this.firingStale = true;
    this.changed = true;
  }

  /** Counts the patient for the selections; a value of zero is an access without patient, which only leaves its mark. */
  add(v0: number, v1: number, v2: number, v3: number, mark: MarkNumber, set: number): void {
    const { sets } = this;
    const seen = this.marks.get(mark) ?? noSelections;
    const both = sets.union(seen, set);
    if (both !== seen) {
      this.see(mark, both);
      this.changed = true;
    }
    if ((v0 | v1 | v2 | v3) === 0) return;
    const before = this.patientSet.add(v0, v1, v2, v3, set);
    if (sets.meet(before, this.firedSet) || !sets.meet(set, this.firedSet)) return;
    this.patients += 1;
    this.changed = true;
  }

  /** Notes the selections of a mark. */
  see(mark: MarkNumber, set: number): void {
    this.marks.set(mark, set);
    this.seenSet = this.sets.union(this.seenSet, set);
  }

  absorb(other: Incident): void {
    if (other.firstFired <= this.firstFired) this.firingStale = true;
    for (const match of other.matches.values()) {
      const own = this.matches.get(match.ruleId);
      const lastFired = Math.max(own?.lastFired ?? match.lastFired, match.lastFired);
      this.matches.set(match.ruleId, { ...(own && own.firstFired <= match.firstFired ? own : match), lastFired });
    }
    this.times.changed();
    this.patientSet.addAll(other.patientSet);
    for (const [mark, set] of other.marks) this.see(mark, this.sets.union(this.marks.get(mark) ?? noSelections, set));
    this.firedSet = this.sets.union(this.firedSet, other.firedSet);
    this.coveredFrom = Math.min(this.coveredFrom, other.coveredFrom);
    this.coveredTo = Math.max(this.coveredTo, other.coveredTo);
    this.patients = this.patientSet.countOf(this.firedSet);
    this.changed = true;
  }

  /** Takes the place of what it was the contents of `other`, which judged the account's history. What has been told of it stays. */
  become(other: Incident): void {
    const before = contentsOf(this);
    // Where nothing new came up to the first firing, what was known of how it came is known better than now.
    const isSame = !this.firingStale && this.firstTime === other.firstTime && this.firstFired === other.firstFired;
    const isLate = isSame && this.patientsAtFiring === other.patientsAtFiring ? this.isLate : other.isLate;
    this.matches = other.matches;
    this.patientSet = other.patientSet;
    this.marks = other.marks;
    this.seenSet = other.seenSet;
    this.coveredFrom = other.coveredFrom;
    this.coveredTo = other.coveredTo;
    this.firedSet = other.firedSet;
    this.patients = other.patients;
    this.patientsAtFiring = other.patientsAtFiring;
    this.isLate = isLate;
    this.firingStale = false;
    this.archived = false;
    if (contentsOf(this) !== before) this.changed = true;
  }

  /** Lets go of its patients; what it was is still known. */
  archive(): void {
    this.patientSet = new PatientSet(this.sets);
    this.marks = new Map();
    this.seenSet = noSelections;
    this.archived = true;
  }

  /** Forgets what it covers, to be filled again from the ledgers. */
  uncover(): void {
    this.patientSet.clear();
    this.marks.clear();
    this.seenSet = noSelections;
    this.patients = 0;
    this.firingStale = true;
    this.coveredFrom = Number.POSITIVE_INFINITY;
    this.coveredTo = Number.NEGATIVE_INFINITY;
    this.changed = true;
  }

  #begin(firing: Firing, window: WindowCount, before: Match | undefined): void {
    this.matches.set(firing.rule.rule.id, matchOf(firing, window, before?.lastFired));
    this.times.changed();
    this.firingStale = true;
    this.changed = true;
    const both = this.sets.union(this.firedSet, this.sets.of([firing.rule.selection]));
    if (both === this.firedSet) return;
    this.firedSet = both;
    this.patients = this.patientSet.countOf(both);
  }

  /** Its counts are asked for later; when it begins is known at once. */
  #grow(match: Match, firing: Firing): void {
    this.windows.grows(firing);
    this.changed = true;
    if (firing.by >= match.windowFirst) return;
    match.windowFirst = firing.by;
    match.begins = Math.min(match.begins, firing.by);
    this.times.changed();
    this.firingStale = true;
  }
}

/** What a change tells of the incident, to be compared. */
function contentsOf({ patients, patientsAtFiring, isLate, inOrder, marks, firedSet }: Incident): string {
  return JSON.stringify([patients, patientsAtFiring, isLate, inOrder, firedSet, [...marks].toSorted(([a], [b]) => a - b)]);
}
