import type { IncidentChange } from '#libs/contracts/incident.js';
import { type Cases, fits, markBase, move, startWaiting } from './cases.js';
import { type CaseState, foundLevel, levelOf, patientsOf, rank, type Reached, standing } from './case-state.js';
import { join } from './join-cases.js';
import { opens } from './records.js';
import type { MachineCause } from './transitions.js';

/** Takes one change of the scorer into the case of its incident; one that stands and has none gets a case. */
export function applyChange(cases: Cases, change: IncidentChange): void {
  const at = Date.parse(change.changed_at);
  const one = cases.of(change.incident_id);
  const member = one?.members.get(change.incident_id);
  if (!one || !member) {
    if (change.merged_into !== '') cases.home.set(change.incident_id, cases.of(change.merged_into)?.caseId ?? change.merged_into);
    else if (opens(change)) enter(cases, change, at, one);
    return;
  }
  cases.pass(one, at);
  one.members.set(change.incident_id, { ...member, change });
  const target = change.merged_into === '' ? one : cases.of(change.merged_into);
  if (!target) cases.home.set(change.merged_into, one.caseId);
  if (target && target !== one) {
    cases.pass(target, at);
    join(cases, one, target, 'merged');
  }
  if (change.merged_into !== '') mergeBases(target ?? one, change.incident_id, change.merged_into);
  settle(cases, target ?? one, change);
}

/** The first told change of an incident: into the case that somebody linked it to, or into its own. */
function enter(cases: Cases, change: IncidentChange, at: number, linked: CaseState | undefined): void {
  const one = linked ?? cases.open(change.incident_id, at);
  cases.pass(one, at);
  one.members.set(change.incident_id, { change, linkedAt: one.clock, linkedBy: 'system' });
  const { incident_id, patients, level } = change;
  if (linked) one.base = { ...one.base, each: new Map(one.base.each).set(incident_id, { patients, level }) };
  if (!linked) startWaiting(one, cases.policy);
  settle(cases, one, change);
}

/** What a change does to the status, and its line. Figures that move nothing get no line. */
function settle(cases: Cases, one: CaseState, change: IncidentChange): void {
  const before = one.status;
  const because = causeOf(cases, one, change);
  if (because === 'withdrawn') close(one);
  if (because) move(one, because, cases.policy);
  hurry(cases, one);
  if (change.change_type === 'incident.updated' && !because) {
    cases.count(one);
    return;
  }
  const { change_id: id, change_type: what, incident_id } = change;
  cases.write(one, { id, what, by: 'system', effect: 'counted', before, ...(because ? { because } : {}), incident_id });
}

/** What a change of the scorer is for people, `undefined` when it moves nothing. */
function causeOf(cases: Cases, one: CaseState, change: IncidentChange): MachineCause | undefined {
  const stands = [...one.members.values()].some(({ change: { state } }) => state === 'open' || state === 'closed');
  const cause = stands ? growthOf(cases, one, change) : change.change_type === 'incident.withdrawn' ? 'withdrawn' : undefined;
  return cause && fits(one, cause) ? cause : undefined;
}

function growthOf(cases: Cases, one: CaseState, change: IncidentChange): MachineCause | undefined {
  if (one.status === 'resolved' && one.resolved?.bySystem)
    return opens(change) && change.state === 'open' ? 'returned' : undefined;
  if (one.status === 'resolved' && one.verdict === 'true_positive') return moreOfIt(change) ? 'grew' : undefined;
  if (hasOutgrown(cases, one)) return 'grew';
  return one.status === 'resolved' && hasRisen(one) ? 'grew' : undefined;
}

/** Whether it, or one of several incidents that were linked, has many times the patients at which somebody took or closed it. */
export function hasOutgrown(cases: Cases, one: CaseState): boolean {
  const isMany = (patients: number, base: number) => patients >= cases.policy.growthFactor * Math.max(1, base);
  return isMany(patientsOf(one), one.base.patients) || someGrew(one, (now, base) => isMany(now.patients, base.patients));
}

function hasRisen(one: CaseState): boolean {
  return rank(foundLevel(one)) > rank(one.base.level) || someGrew(one, (now, base) => rank(now.level) > rank(base.level));
}

function someGrew(one: CaseState, grew: (now: Reached, base: Reached) => boolean): boolean {
  const now = standing(one);
  return (
    now.length > 1 &&
    now.some((change) => {
      const base = one.base.each.get(change.incident_id);
      return base !== undefined && grew(change, base);
    })
  );
}

/** An incident that another was merged into begins where both stood. */
function mergeBases(one: CaseState, from: string, into: string): void {
  const [gone, left] = [one.base.each.get(from), one.base.each.get(into)];
  if (!gone) return;
  const patients = gone.patients + (left?.patients ?? 0);
  const level = left && rank(left.level) > rank(gone.level) ? left.level : gone.level;
  one.base = { ...one.base, each: new Map(one.base.each).set(into, { patients, level }) };
}

function moreOfIt({ change_type }: IncidentChange): boolean {
  return change_type === 'incident.step' || change_type === 'incident.rule_added' || change_type === 'incident.opened';
}

function close(one: CaseState): void {
  one.verdict = 'false_positive';
  one.resolved = { at: one.clock, by: 'system', bySystem: true };
  markBase(one);
}

/** A new case whose level has risen waits no longer than that level allows from now on. */
function hurry(cases: Cases, one: CaseState): void {
  if (one.status !== 'new' || one.acknowledgeBy === undefined) return;
  one.acknowledgeBy = Math.min(one.acknowledgeBy, one.clock + cases.policy.acknowledgeWithinMs(levelOf(one)));
}
