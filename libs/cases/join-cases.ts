import { type Cases, markBase, startWaiting } from './cases.js';
import { type CaseState, newCase, openedAtOf, ownerOf } from './case-state.js';
import { notesOf } from './notes.js';
import type { CaseEntry } from './timeline.js';

/**
 * Makes one case of two: `into` takes the incidents, notes and lines of `from`, whose id leads to it from then on. When the scorer merged
 * their incidents, the older case's status, owner and acknowledgement win; but what one of them leaves open stays open.
 * When a person linked them, those of `into` stand, and what it lacks comes from `from` for as long as that is part of it.
 */
export function join(cases: Cases, from: CaseState, into: CaseState, how: 'merged' | 'linked', by = 'system'): void {
  cases.joined.set(from.caseId, { into: into.caseId, was: copyOf(from) });
  cases.standing.delete(from.caseId);
  for (const [id, member] of from.members) {
    into.members.set(id, how === 'linked' ? { ...member, linkedAt: into.clock, linkedBy: by } : member);
    cases.home.set(id, into.caseId);
  }
  for (const [key, count] of from.counts) into.counts.set(key, into.counts.get(key) ?? count);
  into.version += from.version;
  setLines(into, [...into.entries, ...from.entries]);
  if (how === 'merged') mergeInto(cases, from, into);
  else into.guests.set(from.caseId, { owner: from.owner, openedAt: from.openedAt, reopened: from.reopened });
  for (const [id, guest] of from.guests) into.guests.set(id, guest);
}

/** What the scorer merged is one for ever. */
function mergeInto(cases: Cases, from: CaseState, into: CaseState): void {
  into.reopened = Math.max(into.reopened, from.reopened);
  takeFromOlder(cases, from, into);
  into.openedAt = Math.min(into.openedAt, from.openedAt);
}

/** Gives a case its lines in their order, each once: one that took an incident out stands in both cases that it made. */
function setLines(one: CaseState, entries: readonly CaseEntry[]): void {
  const byId = new Map<string, CaseEntry>();
  for (const entry of entries) if (!byId.has(entry.id)) byId.set(entry.id, entry);
  one.entries = [...byId.values()].toSorted((line, other) => line.place - other.place);
  one.notes = notesOf(one.entries);
}

function takeFromOlder(cases: Cases, from: CaseState, into: CaseState): void {
  const older = isOlder(from, into) ? from : into;
  const younger = older === from ? into : from;
  const each = new Map([...younger.base.each, ...older.base.each]);
  if (older.status === 'resolved' && younger.status !== 'resolved') {
    into.reopened += 1;
    const verdict = older.verdict === 'true_positive' ? older.verdict : '';
    become(into, { ...older, status: 'new', verdict, acknowledged: undefined, resolved: undefined }, each);
    startWaiting(into, cases.policy);
  } else if (older.status !== 'resolved' && younger.status === 'resolved') {
    become(into, { ...older, owner: ownerOf(older) || ownerOf(younger) }, each);
  } else become(into, { ...older, owner: ownerOf(older) || ownerOf(younger), verdict: older.verdict || younger.verdict }, each);
}

function become(into: CaseState, given: CaseState, each: CaseState['base']['each']): void {
  const { status, verdict, owner, setLevel, acknowledgeBy, acknowledged, resolved, holdUntil } = given;
  const base = { ...given.base, each };
  Object.assign(into, { status, verdict, owner, setLevel, acknowledgeBy, acknowledged, resolved, base, holdUntil });
  into.activeAt = Math.max(into.activeAt, given.activeAt);
}

function isOlder(one: CaseState, other: CaseState): boolean {
  const [ours, theirs] = [openedAtOf(one), openedAtOf(other)];
  return ours === theirs ? one.caseId < other.caseId : ours < theirs;
}

/**
 * Takes an incident out of a case, with those that the scorer merged into it: back to the case that it was before, as that stood, or to a
 * new one of its own, with the lines and notes that were written there. What was written while they were one stays. The first incident of a
 * case cannot leave it.
 */
export function part(cases: Cases, incidentId: string, from: CaseState): CaseState {
  const was = cases.joined.get(incidentId)?.was;
  const own = was ? { ...copyOf(was), members: new Map(), guests: new Map() } : newCase(incidentId, from.clock);
  for (const [id, member] of from.members) {
    if (id !== incidentId && (id === from.caseId || member.change.merged_into !== incidentId)) continue;
    own.members.set(id, member);
    from.members.delete(id);
    moveGuest(id, from, own);
    if (id === incidentId) cases.home.delete(id);
    else cases.home.set(id, incidentId);
  }
  setLines(
    own,
    [...own.entries, ...from.entries].filter(({ writtenIn }) => own.members.has(writtenIn)),
  );
  setLines(
    from,
    from.entries.filter(({ writtenIn }) => !own.members.has(writtenIn)),
  );
  cases.joined.delete(incidentId);
  cases.standing.set(incidentId, own);
  own.counts = new Map([...own.counts, ...from.counts]);
  own.clock = from.clock;
  own.activeAt = from.clock;
  own.version = Math.max(own.version, from.version);
  if (own.status === 'new') startWaiting(own, cases.policy);
  if (from.status === 'acknowledged' || from.status === 'on_hold') markBase(from);
  return own;
}

/** The case that leaves is no guest of itself. */
function moveGuest(id: string, from: CaseState, own: CaseState): void {
  const guest = from.guests.get(id);
  from.guests.delete(id);
  if (guest && id !== own.caseId) own.guests.set(id, guest);
}

function copyOf(one: CaseState): CaseState {
  return {
    ...one,
    members: new Map(one.members),
    counts: new Map(one.counts),
    guests: new Map(one.guests),
    notes: new Map(one.notes),
    entries: [...one.entries],
  };
}
