// Longer than the house likes: an incident's contents and every way in which they change stand together.
import type { RuleMatch } from '#libs/contracts/incident.js';
import type { Firing } from './judge.js';
import { PatientSet } from './patient-set.js';
import type { CompiledRule } from './series.js';
import type { WindowCount } from './window-count.js';

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
  readonly found: 'live' | 'late';
  /** How far the access that opened it lay behind the newest of its partition; 0 where it was live. */
  readonly lateMs: number;
  /** Time of the access whose arrival opened it. */
  readonly completedBy: number;
}

/** An incident: a function of the accesses that have arrived, but for its `opening`. */
export class Incident {
  state: 'open' | 'closed' | 'suppressed' | 'withdrawn' = 'open';
  matches = new Map<string, Match>();
  patientSet = new PatientSet();
  /** Selections (bits) under which each mark was seen. */
  marks = new Map<number, number>();
  /** What `patientSet` and `marks` cover, event time, both ends included; empty at first. */
  coveredFrom = Number.POSITIVE_INFINITY;
  coveredTo = Number.NEGATIVE_INFINITY;
  /** Selections of the rules that fired. */
  firedBits = 0;
  patients = 0;
  /** Patients touched up to the first firing, and whether that has to be counted again. */
  patientsAtFiring = 0;
  firingStale = true;
  patientsAtDetection = 0;
  toldStep = 0;
  /** How often it was told as closed. */
  closings = 0;
  version = 0;
  receivedAt = 0;
  changed = false;
  /** It ended long ago: its patients are no longer held, and only the account's history can change it. */
  archived = false;

  constructor(readonly opening: Opening) {}

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
  get firingBits(): number {
    const first = this.firstFired;
    let bits = 0;
    for (const { firstFired, selection } of this.matches.values()) if (firstFired === first) bits |= 1 << selection;
    return bits;
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
      for (const { id, bit } of exceptions) for (const bits of this.marks.values()) if ((bits & bit) !== 0) ids.add(id);
    return [...ids].toSorted();
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

  /** Takes a firing in; `count` is asked for the window at its first time where that matters. */
  fire(firing: Firing, count: (firing: Firing) => WindowCount): void {
    const { rule } = firing.rule;
    const match = this.matches.get(rule.id);
    if (!match || firing.first < match.firstFired) {
      const { value, spread, first } = count(firing);
      const lastFired = Math.max(match?.lastFired ?? firing.last, firing.last);
      this.matches.set(rule.id, {
        ...termsOf(firing.rule),
        firstFired: firing.first,
        lastFired,
        value,
        spread,
        windowFirst: first,
      });
      this.#bits(1 << firing.rule.selection);
      this.firingStale = true;
      this.changed = true;
      return;
    }
    if (firing.first === match.firstFired) this.#recount(match, count(firing));
    if (firing.last > match.lastFired) {
      match.lastFired = firing.last;
      this.changed = true;
    }
  }

  /** Counts the patient for the selections; a value of zero is an access without patient, which only leaves its mark. */
  add(v0: number, v1: number, v2: number, v3: number, mark: number, bits: number): void {
    const seen = this.marks.get(mark) ?? 0;
    if ((seen | bits) !== seen) {
      this.marks.set(mark, seen | bits);
      this.changed = true;
    }
    if ((v0 | v1 | v2 | v3) === 0) return;
    const before = this.patientSet.add(v0, v1, v2, v3, bits);
    if ((before & this.firedBits) !== 0 || (bits & this.firedBits) === 0) return;
    this.patients += 1;
    this.changed = true;
  }

  absorb(other: Incident): void {
    if (other.firstFired <= this.firstFired) this.firingStale = true;
    for (const match of other.matches.values()) {
      const own = this.matches.get(match.ruleId);
      const lastFired = Math.max(own?.lastFired ?? match.lastFired, match.lastFired);
      this.matches.set(match.ruleId, { ...(own && own.firstFired <= match.firstFired ? own : match), lastFired });
    }
    this.patientSet.addAll(other.patientSet);
    for (const [mark, bits] of other.marks) this.marks.set(mark, (this.marks.get(mark) ?? 0) | bits);
    this.firedBits |= other.firedBits;
    this.coveredFrom = Math.min(this.coveredFrom, other.coveredFrom);
    this.coveredTo = Math.max(this.coveredTo, other.coveredTo);
    this.patients = this.patientSet.countOf(this.firedBits);
    this.changed = true;
  }

  /** Takes the place of what it was the contents of `other`, which judged the account's history. What has been told of it stays. */
  become(other: Incident): void {
    const before = this.#contents();
    this.matches = other.matches;
    this.patientSet = other.patientSet;
    this.marks = other.marks;
    this.coveredFrom = other.coveredFrom;
    this.coveredTo = other.coveredTo;
    this.firedBits = other.firedBits;
    this.patients = other.patients;
    this.patientsAtFiring = other.patientsAtFiring;
    this.firingStale = false;
    this.archived = false;
    if (this.#contents() !== before) this.changed = true;
  }

  /** Lets go of its patients; what it was is still known. */
  archive(): void {
    this.patientSet = new PatientSet();
    this.marks = new Map();
    this.archived = true;
  }

  /** Forgets what it covers, to be filled again from the ledgers. */
  uncover(): void {
    this.patientSet.clear();
    this.marks.clear();
    this.patients = 0;
    this.firingStale = true;
    this.coveredFrom = Number.POSITIVE_INFINITY;
    this.coveredTo = Number.NEGATIVE_INFINITY;
    this.changed = true;
  }

  #contents(): string {
    return JSON.stringify([this.patients, this.patientsAtFiring, this.inOrder, [...this.marks].toSorted(([a], [b]) => a - b)]);
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

  #bits(bits: number): void {
    if ((this.firedBits | bits) === this.firedBits) return;
    this.firedBits |= bits;
    this.patients = this.patientSet.countOf(this.firedBits);
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
