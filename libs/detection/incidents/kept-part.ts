import type { SelectionSets } from '../memory/selection-sets.js';
import { Incident } from './incident.js';
import type { Match } from './match.js';

/** What judging history again by the rules of now cannot find. */
export interface Unfindable {
  /** Ids of the rules that ask for what no store has. */
  readonly unstoredRules: ReadonlySet<string>;
  /** Those of a set of selections that no rule has any more. */
  readonly formerWithin: (set: number) => number;
  /** Whether its rule is there, with the selection that it had and no stricter, so that history finds the match again. */
  readonly stands: (match: Match) => boolean;
}

/**
 * What an incident has by rules that ask for what no store has, and by those that are gone, have another selection now or are stricter, as an incident of its
 * own; undefined where it has nothing by them. Judging history again can only find the rest.
 */
export function keptPart(
  incident: Incident,
  { unstoredRules, formerWithin, stands }: Unfindable,
  sets: SelectionSets,
): Incident | undefined {
  const former = formerWithin(incident.firedSet);
  const matches = [...incident.matches].filter(([id, match]) => unstoredRules.has(id) || !stands(match));
  if (matches.length === 0) return undefined;
  const part = new Incident(incident.opening, sets);
  part.matches = new Map(matches);
  part.patientSet.addAll(incident.patientSet);
  for (const [mark, set] of incident.marks) part.see(mark, set);
  part.firedSet = sets.union(former, sets.of(matches.map(([, { selection }]) => selection)));
  part.coveredFrom = incident.coveredFrom;
  part.coveredTo = incident.coveredTo;
  // Of one that ended long ago only the figure is left.
  part.patients = incident.archived ? incident.patients : part.patientSet.countOf(part.firedSet);
  part.patientsAtFiring = incident.patientsAtFiring;
  part.isLate = incident.isLate;
  return part;
}

/** Takes such a part into what history gives of the same incident, whose figures are never smaller for it. */
export function keepPart(judged: Incident, part: Incident): void {
  const { firstFired, patientsAtFiring } = judged;
  judged.absorb(part);
  judged.patients = Math.max(judged.patients, part.patients);
  if (part.firstFired < firstFired) judged.patientsAtFiring = part.patientsAtFiring;
  else if (part.firstFired === firstFired) judged.patientsAtFiring = Math.max(part.patientsAtFiring, patientsAtFiring);
}

/** Counts by these selections too. */
export function widen(incident: Incident, set: number): void {
  incident.firedSet = incident.sets.union(incident.firedSet, set);
  incident.patients = incident.patientSet.countOf(incident.firedSet);
}

/** Counts by the selections of its rules alone, where the others add nothing to what it says. */
export function narrow(incident: Incident): void {
  const { sets, patientSet, matches, marks, firedSet, patients } = incident;
  const own = sets.of([...matches.values()].map(({ selection }) => selection));
  const adds = [...marks.values()].some((seen) => sets.meet(seen, firedSet) && !sets.meet(seen, own));
  if (!adds && patientSet.countOf(own) === patients) incident.firedSet = own;
}
