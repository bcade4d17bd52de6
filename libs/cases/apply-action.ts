import type { CaseAction } from '#libs/contracts/case-action.js';
import { type Cases, fits, markBase, move } from './cases.js';
import { hasOutgrown } from './apply-change.js';
import { type CaseState, foundLevel } from './case-state.js';
import { join, part } from './join-cases.js';
import { outdatedEffect } from './outdated-lists.js';
import { givenAnswers } from './given-answers.js';
import { writeNote } from './notes.js';
import { countEffect, takeCount } from './count-together.js';
import { countedOf, type Effect } from './timeline.js';
import { repeats } from './transitions.js';

/** Takes one action into the case that its id leads to. One for which there is no case yet waits for the change that opens it. */
export function applyAction(cases: Cases, action: CaseAction): void {
  const one = cases.of(action.case_id);
  if (!one) return;
  cases.pass(one, Date.parse(action.at));
  const before = one.status;
  const effect = effectOf(cases, one, action);
  if (effect === 'counted') take(cases, one, action);
  cases.write(one, { id: action.action_id, what: action.type, by: action.by, effect, before, action });
}

/** Whether an action counts for a case as it stands. */
export function effectOf(cases: Cases, one: CaseState, action: CaseAction): Effect {
  if (repeats[one.status].includes(action.type)) return 'repeated';
  if (!fits(one, action.type)) return 'superseded';
  switch (action.type) {
    case 'case.assigned':
      return setting(action, one.owner, action.owner, one.setAt.owner);
    case 'case.verdict':
      return isOfMore(one, action) ? 'superseded' : setting(action, one.verdict, action.verdict, one.setAt.verdict);
    case 'case.resolved':
      return isOfMore(one, action) ? 'superseded' : 'counted';
    case 'case.level_set':
      return setting(action, one.setLevel?.level, action.level, one.setAt.level);
    case 'case.noted':
      return one.notes.has(action.note_id) ? 'superseded' : 'counted';
    case 'case.note_corrected':
      return one.notes.get(action.note_id)?.by === action.by ? 'counted' : 'superseded';
    case 'case.linked':
      return action.incident_ids.some((id) => cases.of(id) !== one) ? 'counted' : 'repeated';
    case 'case.counted':
      return countEffect(one, action);
    case 'dossier.outdated':
      return outdatedEffect(one, action);
    case 'dossier.answered':
      return answering(one, action);
    case 'case.unlinked':
      return one.members.has(action.incident_id) && action.incident_id !== one.caseId ? 'counted' : 'superseded';
    default:
      return 'counted';
  }
}

/** A thing that only one can have: what somebody else set after it was looked at is not overwritten. */
function setting(action: CaseAction, now: string | undefined, wanted: string, setAt: number): Effect {
  return action.seen_version < setAt && now !== wanted ? 'superseded' : 'counted';
}

/** Whether somebody else has linked an incident since the case was looked at: what was found of the others says nothing of that account. */
function isOfMore({ entries }: CaseState, { by, seen_version: seen }: CaseAction): boolean {
  return entries.some(
    (line) => line.what === 'case.linked' && line.effect === 'counted' && line.by !== by && line.version > seen,
  );
}

/** A field that somebody answered after it was looked at is not overwritten, and then none of the others. */
function answering(one: CaseState, action: CaseAction & { type: 'dossier.answered' }): Effect {
  const before = givenAnswers(countedOf(one), action.controller_id);
  const places = Object.keys(action.answers);
  if (places.every((place) => before.get(place)?.json === action.answers[place])) return 'repeated';
  const isSeen = (place: string) => (before.get(place)?.at ?? '') === (action.answers_seen[place] ?? '');
  return places.every(isSeen) ? 'counted' : 'superseded';
}

function take(cases: Cases, one: CaseState, action: CaseAction): void {
  // Nobody looked at the case because a list is no longer what it was.
  if (action.type === 'dossier.outdated') return;
  if (action.type === 'case.counted') {
    takeCount(one, action);
    return;
  }
  one.activeAt = one.clock;
  const next = one.version + 1;
  switch (action.type) {
    case 'case.assigned':
      one.owner = action.owner;
      one.setAt = { ...one.setAt, owner: next };
      break;
    case 'case.verdict':
      one.verdict = action.verdict;
      one.setAt = { ...one.setAt, verdict: next };
      break;
    case 'case.level_set':
      one.setLevel = { level: action.level, found: foundLevel(one) };
      one.setAt = { ...one.setAt, level: next };
      break;
    case 'case.noted':
    case 'case.note_corrected':
      writeNote(one.notes, action);
      break;
    case 'case.linked':
      link(cases, one, action.incident_ids, action.by);
      break;
    case 'case.unlinked':
      unlink(cases, one, action);
      break;
    default:
  }
  move(one, action.type, cases.policy, action.by);
  if (action.type === 'case.held') one.holdUntil = Math.min(Date.parse(action.until), one.clock + cases.policy.holdMsMax);
  if (action.type === 'case.resolved') resolve(one, action);
  if (action.type === 'case.linked') markBase(one);
}

function resolve(one: CaseState, action: CaseAction & { type: 'case.resolved' }): void {
  one.verdict = action.verdict;
  one.resolved = { at: one.clock, by: action.by, bySystem: false };
  markBase(one);
}

/** An incident that is the first of its case brings all of that case; any other comes alone; one that is not known yet comes when it opens. */
function link(cases: Cases, one: CaseState, incidentIds: readonly string[], by: string): void {
  for (const id of incidentIds) {
    const other = cases.of(id);
    if (other === one) continue;
    if (!other?.members.has(id)) {
      cases.home.set(id, one.caseId);
      continue;
    }
    cases.pass(other, one.clock);
    const alone = other.caseId === id ? other : part(cases, id, other);
    join(cases, alone, one, 'linked', by);
  }
}

function unlink(cases: Cases, one: CaseState, action: CaseAction & { type: 'case.unlinked' }): void {
  const own = part(cases, action.incident_id, one);
  const before = own.status;
  if (hasOutgrown(cases, own)) move(own, 'grew', cases.policy);
  cases.write(own, { id: action.action_id, what: action.type, by: action.by, effect: 'counted', before, action });
}
