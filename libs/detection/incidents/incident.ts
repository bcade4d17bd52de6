// Longer than the house likes: an incident's contents and every way in which they change stand together.
import type { RuleMatch } from '#libs/contracts/incident.js';
import type { Firing } from '../judge/judge.js';
import { GrownWindows } from './windows-grown.js';
import { PatientSet } from '../memory/patient-set.js';
import { noSelections, type SelectionSets } from '../memory/selection-sets.js';
import type { CompiledRule } from '../compile/series.js';
import type { WindowCount } from '../judge/window-count.js';

/** A rule that fired for an incident, with what a change tells of it, so that it outlives the rule. */
export interface Match {
  readonly ruleId: string;
  readonly selection: number;
  readonly shown: Pick<RuleMatch, 'title' | 'level' | 'threshold' | 'spread_threshold' | 'timespan_seconds'>;
  readonly steps: readonly number[];
  readonly exceptions: CompiledRule['exceptions'];
  firstFired: number;
  lastFired: number;
  /** Counts and earliest entry of the window at `firstFired`. */
  value: number;
  spread: number;
  windowFirst: number;
}

/** What is fixed when an incident opens. Times in milliseconds. */
export interface Opening {
  readonly id: string;
  readonly groupId: string;
  readonly actorId: string;
  /** Order of opening in the log. */
  readonly order: number;
  readonly detectedAt: number;
  /** Time of the access whose arrival opened it. */
  readonly completedBy: number;
}

/** An incident: a function of the accesses that have arrived, but for its `opening`. */
export class Incident {
  state: 'open' | 'closed' | 'suppressed' | 'withdrawn' = 'open';
  matches = new Map<string, Match>();
  patientSet: PatientSet;
  /** Set of selections under which each mark was seen. */
  marks = new Map<number, number>();
  /** What `patientSet` and `marks` cover, event time, both ends included; empty at first. */
  coveredFrom = Number.POSITIVE_INFINITY;
  coveredTo = Number.NEGATIVE_INFINITY;
  /** Selections of the rules that fired. */
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
    private readonly sets: SelectionSets,
  ) {
    this.patientSet = new PatientSet(sets);
  }

  get firstFired(): number {
    let first = Number.POSITIVE_INFINITY;
    for (const { firstFired } of this.matches.values()) if (firstFired < first) first = firstFired;
    return first;
  }
  /** Last time at which a rule held. */
  get lastTime(): number {
    let last = Number.NEGATIVE_INFINITY;
    for (const { lastFired } of this.matches.values()) if (lastFired > last) last = lastFired;
    return last;
  }
  /** Earliest access in the window of the first firing. */
  get firstTime(): number {
    const first = this.firstFired;
    let earliest = Number.POSITIVE_INFINITY;
    for (const { firstFired, windowFirst } of this.matches.values())
      if (firstFired === first && windowFirst < earliest) earliest = windowFirst;
    return earliest;
  }
  /** Selections of the rules that fired first. */
  get firingSet(): number {
    const first = this.firstFired;
    return this.sets.of([...this.matches.values()].flatMap((one) => (one.firstFired === first ? one.selection : [])));
  }
  get step(): number {
    let step = 0;
    for (const { steps } of this.matches.values()) for (const at of steps) if (at <= this.patients && at > step) step = at;
    return step;
  }
  get inOrder(): readonly Match[] {
    return [...this.matches.values()].toSorted((a, b) => a.firstFired - b.firstFired || (a.ruleId < b.ruleId ? -1 : 1));
  }
  /** Ids of the exceptions that took one of its accesses out. */
  get exceptions(): readonly string[] {
    const ids = new Set<string>();
    for (const { exceptions } of this.matches.values())
      for (const { id, selection } of exceptions) if (this.sets.has(this.seenSet, selection)) ids.add(id);
    return [...ids].toSorted();
  }

  /** Whether an exception took one of its accesses out. */
  get isExceptional(): boolean {
    if (this.#excepted?.matches !== this.matches || this.#excepted.count !== this.matches.size) {
      const taken = [...this.matches.values()].flatMap(({ exceptions }) => exceptions.map(({ selection }) => selection));
      this.#excepted = { matches: this.matches, count: this.matches.size, set: this.sets.of(taken) };
    }
    return this.sets.meet(this.seenSet, this.#excepted.set);
  }

  /** Takes firings in that do nothing but let rules hold longer, which most firings do. False, and nothing taken, where one does more. */
  prolong(firings: readonly Firing[], quietMs: number): boolean {
    const { lastTime } = this;
    for (const { rule, first } of firings) {
      const match = this.matches.get(rule.rule.id);
      if (!match || first <= match.firstFired || first - lastTime >= quietMs) return false;
    }
    for (const { rule, last } of firings) {
      const match = this.matches.get(rule.rule.id);
      if (!match || last <= match.lastFired) continue;
      match.lastFired = last;
      this.changed = true;
    }
    return true;
  }

  /**
   * Takes a firing in; `count` is asked for the window at its first time where that matters, later when it was counted before and `waits`
   * says that it can still be.
   */
  fire(firing: Firing, count: (firing: Firing) => WindowCount, waits: boolean): void {
    const { rule } = firing.rule;
    const match = this.matches.get(rule.id);
    if (!match || firing.first < match.firstFired) {
      const { value, spread, first } = count(firing);
      this.windows.counted(firing);
      const lastFired = Math.max(match?.lastFired ?? firing.last, firing.last);
      this.matches.set(rule.id, {
        ...termsOf(firing.rule),
        firstFired: firing.first,
        lastFired,
        value,
        spread,
        windowFirst: first,
      });
      this.#alsoFired(this.sets.of([firing.rule.selection]));
      this.firingStale = true;
      this.changed = true;
      return;
    }
    if (firing.first === match.firstFired) {
      if (waits && this.windows.grows(firing)) this.#grow(match, firing);
      else {
        this.#recount(match, count(firing));
        this.windows.counted(firing);
      }
    }
    if (firing.last > match.lastFired) {
      match.lastFired = firing.last;
      this.changed = true;
    }
  }

  /** Counts the windows again that have grown. */
  countAgain(count: (firing: Firing) => WindowCount): void {
    for (const firing of this.windows.take()) {
      const match = this.matches.get(firing.rule.rule.id);
      if (match?.firstFired === firing.first) this.#recount(match, count(firing));
    }
  }

  /** Counts the patient for the selections; a value of zero is an access without patient, which only leaves its mark. */
  add(v0: number, v1: number, v2: number, v3: number, mark: number, set: number): void {
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
  see(mark: number, set: number): void {
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
    const before = this.#contents();
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
    if (this.#contents() !== before) this.changed = true;
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

  #contents(): string {
    return JSON.stringify([
      this.patients,
      this.patientsAtFiring,
      this.isLate,
      this.inOrder,
      [...this.marks].toSorted(([a], [b]) => a - b),
    ]);
  }

  /** Its counts are asked for later; when it begins is known at once. */
  #grow(match: Match, { by }: Firing): void {
    this.changed = true;
    if (by >= match.windowFirst) return;
    match.windowFirst = by;
    this.firingStale = true;
  }

  #recount(match: Match, { value, spread, first }: WindowCount): void {
    if (value > match.value || (value === match.value && spread > match.spread)) {
      match.value = value;
      match.spread = spread;
      this.changed = true;
    }
    if (first >= match.windowFirst) return;
    match.windowFirst = first;
    this.firingStale = true;
    this.changed = true;
  }

  #alsoFired(set: number): void {
    const both = this.sets.union(this.firedSet, set);
    if (both === this.firedSet) return;
    this.firedSet = both;
    this.patients = this.patientSet.countOf(this.firedSet);
  }
}

function termsOf({
  rule,
  selection,
  exceptions,
}: CompiledRule): Pick<Match, 'ruleId' | 'selection' | 'shown' | 'steps' | 'exceptions'> {
  return {
    ruleId: rule.id,
    selection,
    exceptions,
    steps: rule.steps,
    shown: {
      title: rule.title,
      level: rule.level,
      threshold: rule.condition.atLeast,
      spread_threshold: rule.spread?.atLeast ?? 0,
      timespan_seconds: rule.timespanMs / 1000,
    },
  };
}
