import type { SubjectKind } from '#libs/contracts/vocabulary.js';
import type { Incident } from './incident.js';
import type { Arrival, Opening } from './opening.js';
import type { Unfindable } from './kept-part.js';
import type { AccountNumber, Milliseconds } from '../scan/kinds.js';

export interface BookOptions extends Unfindable {
  readonly quietMs: Milliseconds;
  /** What came late came at least so late, milliseconds. */
  readonly allowedLatenessMs: Milliseconds;
  readonly keepClosedMs: Milliseconds;
  readonly closedBytesMax: number;
  readonly selectionIds: readonly string[];
  /** `suppressed`: what would have been incidents without exceptions. It is recorded, not told. */
  readonly kind: 'incidents' | 'suppressed';
  readonly subject: SubjectKind;
}

/** What one arrival does to the incidents of its account. */
export interface Turn {
  readonly arrival: Arrival;
  /** Incidents that were joined, each with the one that it went into. */
  readonly joined: Map<Incident, Incident>;
  opened: number;
}

/** What an account's history was judged to hold, for the incidents between `from` and `to`, event time. */
export interface Verdict {
  readonly account: AccountNumber;
  readonly incidents: readonly Incident[];
  readonly from: number;
  readonly to: number;
  /** How far behind others the late accesses came that made it be judged again, milliseconds. */
  readonly lateMs: Milliseconds;
  readonly receivedAt: number;
  readonly detectedAt: Milliseconds;
  /** Counts the accesses of history that lie between an incident's times for it. */
  cover(incident: Incident): void;
  /** Asked for one that was not known before. */
  opening(incident: Incident, order: number): Opening;
}

/** The incident that survives where one after the other was joined. */
export function lastOf(joined: ReadonlyMap<Incident, Incident>, into: Incident): Incident {
  for (let at = into; ;) {
    const next = joined.get(at);
    if (!next) return at;
    at = next;
  }
}

/** Whether two incidents, or an incident and a firing, are closer than quiet. */
export function areNear(
  a: { readonly firstFired: number; readonly lastTime: number },
  b: { readonly firstFired: number; readonly lastTime: number },
  quietMs: Milliseconds,
): boolean {
  return a.firstFired - b.lastTime < quietMs && b.firstFired - a.lastTime < quietMs;
}
