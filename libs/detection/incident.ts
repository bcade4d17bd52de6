import type { RuleMatch } from '#libs/contracts/incident.js';
import type { Firing } from './judge.js';
import { PatientSet } from './patient-set.js';
import type { SeriesRule } from './series.js';
import type { WindowCount } from './window-count.js';

/** A rule that fired for an incident, with what a change tells of it, so that it outlives the rule. */
export interface Match {
  readonly ruleId: string;
  readonly selection: number;
  readonly shown: Pick<RuleMatch, 'title' | 'level' | 'threshold' | 'spread_threshold' | 'timespan_seconds'>;
  readonly steps: readonly number[];
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
  /** Time of the access whose arrival opened it. */
  readonly completedBy: number;
}

/** An incident: a function of the accesses that have arrived, but for its `opening`. */
export class Incident {
  state: 'open' | 'closed' = 'open';
  readonly matches = new Map<string, Match>();
  readonly patientSet = new PatientSet();
  /** Selections (bits) under which each mark was seen. */
  readonly marks = new Map<number, number>();
  /** What `patientSet` and `marks` cover, event time, both ends included; empty at first. */
  coveredFrom = Number.POSITIVE_INFINITY;
  coveredTo = Number.NEGATIVE_INFINITY;
  /** Selections of the rules that fired. */
  firedBits = 0;
  patients = 0;
  patientsAtDetection = 0;
  toldStep = 0;
  /** How often it was told as closed. */
  closings = 0;
  version = 0;
  receivedAt = 0;
  changed = false;

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
  get step(): number {
    let step = 0;
    for (const { steps } of this.matches.values()) for (const at of steps) if (at <= this.patients && at > step) step = at;
    return step;
  }
  get inOrder(): readonly Match[] {
    return [...this.matches.values()].toSorted((a, b) => a.firstFired - b.firstFired || (a.ruleId < b.ruleId ? -1 : 1));
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
        ...termsOf(firing.rule, firing.series.selection),
        firstFired: firing.first,
        lastFired,
        value,
        spread,
        windowFirst: first,
      });
      this.#bits(1 << firing.series.selection);
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

  /** Forgets what it covers, to be filled again from the ledgers. */
  uncover(): void {
    this.patientSet.clear();
    this.marks.clear();
    this.patients = 0;
    this.coveredFrom = Number.POSITIVE_INFINITY;
    this.coveredTo = Number.NEGATIVE_INFINITY;
    this.changed = true;
  }

  #recount(match: Match, { value, spread, first }: WindowCount): void {
    if (value > match.value || (value === match.value && spread > match.spread)) {
      match.value = value;
      match.spread = spread;
      this.changed = true;
    }
    if (first >= match.windowFirst) return;
    match.windowFirst = first;
    this.changed = true;
  }

  #bits(bits: number): void {
    if ((this.firedBits | bits) === this.firedBits) return;
    this.firedBits |= bits;
    this.patients = this.patientSet.countOf(this.firedBits);
  }
}

function termsOf({ rule }: SeriesRule, selection: number): Pick<Match, 'ruleId' | 'selection' | 'shown' | 'steps'> {
  return {
    ruleId: rule.id,
    selection,
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
