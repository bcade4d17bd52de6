import { hex128Of } from '#libs/contracts/hex128.js';
import { type CaseState, foundLevel, iso, levelOf, newCase, patientsOf, standing } from './case-state.js';
import type { CasePolicy } from './policy.js';
import type { CaseEntry } from './timeline.js';
import { type Cause, type MachineCause, transitions } from './transitions.js';

/** Called with each line of a case's life, and the case right after it. */
export type Observe = (entry: CaseEntry, one: CaseState) => void;

/** The cases of a fold while it goes on. */
export class Cases {
  /** By `case_id`; a case that was joined to another is no longer here. */
  readonly standing = new Map<string, CaseState>();
  /** Cases that were joined to another, as they stood then. */
  readonly joined = new Map<string, { readonly into: string; readonly was: CaseState }>();
  /** Incidents that lie in a case other than their own, and those that will when they are opened. */
  readonly home = new Map<string, string>();
  /** What the clock did. */
  timed = 0;
  #place = 0;

  constructor(
    readonly policy: CasePolicy,
    private readonly observe: Observe = () => {},
  ) {}

  /** The case that an id of a case or of an incident leads to. */
  of(id: string): CaseState | undefined {
    let at = this.home.get(id) ?? id;
    for (let next = this.joined.get(at); next && !this.standing.has(at); next = this.joined.get(at)) at = next.into;
    return this.standing.get(at);
  }

  open(caseId: string, at: number): CaseState {
    const made = newCase(caseId, at);
    this.standing.set(caseId, made);
    return made;
  }

  /** The next version of a case. */
  count(one: CaseState): void {
    one.version += 1;
    one.changedAt = one.clock;
  }

  /** Writes a line; one that counted makes the next version. */
  write(one: CaseState, entry: Omit<CaseEntry, 'at' | 'after' | 'version' | 'place' | 'patients' | 'writtenIn'>): void {
    if (entry.effect === 'counted') this.count(one);
    const line: CaseEntry = {
      ...entry,
      at: iso(one.clock),
      after: one.status,
      version: one.version,
      patients: patientsOf(one),
      place: this.#place++,
      writtenIn: one.caseId,
    };
    one.entries.push(line);
    this.observe(line, one);
  }

  /** Lets the clock of a case go on to `at`; what falls due on the way happens first, at its own time. */
  pass(one: CaseState, at: number): void {
    for (let due = dueOf(one, this.policy); due !== undefined && due.at <= at; due = dueOf(one, this.policy)) {
      one.clock = Math.max(one.clock, due.at);
      this.timed += 1;
      const before = one.status;
      move(one, due.cause, this.policy);
      const id = hex128Of(`${one.caseId} ${due.cause} ${due.at}`);
      this.write(one, { id, what: due.cause, by: 'system', effect: 'counted', before });
    }
    one.clock = Math.max(one.clock, at);
  }
}

/** What the clock will do to a case next, if nobody does anything. */
export function dueOf(one: CaseState, policy: CasePolicy): { readonly cause: MachineCause; readonly at: number } | undefined {
  if (one.status === 'on_hold' && one.holdUntil !== undefined) return { cause: 'hold_ended', at: one.holdUntil };
  if (one.status === 'acknowledged')
    return { cause: 'unacknowledged', at: one.activeAt + policy.unacknowledgeAfterMs(levelOf(one)) };
  return undefined;
}

/** Whether the table has a row for it. */
export function fits(one: CaseState, cause: Cause): boolean {
  return transitions[one.status][cause] !== undefined;
}

/** Takes a case along the table, if it has a row, and sets what goes with the status. */
export function move(one: CaseState, cause: Cause, policy: CasePolicy, by = 'system'): void {
  const before = one.status;
  const after = transitions[before][cause];
  if (after === undefined) return;
  one.status = after;
  if (after !== 'on_hold') one.holdUntil = undefined;
  if (cause === 'hold_ended') one.activeAt = one.clock;
  if (before === 'new' && after === 'acknowledged') {
    one.acknowledged = { at: one.clock, by };
    markBase(one);
  }
  if (after !== 'new') one.acknowledgeBy = undefined;
  if (after === 'new' && before !== 'new') becomeNew(one, cause, policy);
}

/** What later growth is measured against. */
export function markBase(one: CaseState): void {
  const each = new Map(standing(one).map(({ incident_id, patients, level }) => [incident_id, { patients, level }] as const));
  one.base = { patients: patientsOf(one), level: foundLevel(one), each };
}

function becomeNew(one: CaseState, cause: Cause, policy: CasePolicy): void {
  one.reopened += 1;
  one.acknowledged = undefined;
  one.resolved = undefined;
  // What was found true stays true when more of it comes; any other verdict was about less than there is.
  if (!(cause === 'grew' && one.verdict === 'true_positive') && cause !== 'unacknowledged') one.verdict = '';
  startWaiting(one, policy);
}

/** From now on somebody should take it. */
export function startWaiting(one: CaseState, policy: CasePolicy): void {
  one.acknowledgeBy = one.clock + policy.acknowledgeWithinMs(levelOf(one));
}
