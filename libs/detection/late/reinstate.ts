import type { IncidentChange } from '#libs/contracts/incident.js';
import { categories, isStoredSubject } from '#libs/contracts/vocabulary.js';
import { Incident } from '../incidents/incident.js';
import type { Match } from '../incidents/match.js';
import { keepPart } from '../incidents/kept-part.js';
import { versionsPerFrame } from '../incidents/incident-teller.js';
import { noSelections } from '../memory/selection-sets.js';
import { hashBytes } from '../scan/keyed-hash.js';
import { viewOf } from '../scan/scan-text.js';
import type { EngineState } from '../state/engine-state.js';
import type { AccountNumber } from '../scan/kinds.js';

/** An incident as it was told last, to be known by an engine that did not tell it. */
export interface ToldIncident {
  /** By which this engine has it, or is to have it. */
  readonly id: string;
  readonly change: IncidentChange;
  /** How often it was told as closed. */
  readonly closings: number;
}

/**
 * Makes incidents known that an engine of other lists told, as incidents that ended long ago are known: by what was told of them, without their patients. Those that a selection of before counts for
 * wait for their history at once, since accesses may have come that no rule of now looks at; so do those of an account that has come, since its accesses did before the incident was known. One that the engine has itself, and found by less than it was told by, keeps those rules and counts by all selections from then on.
 * Left out is what the engine cannot know: where the condition of a selection is lacking, and subjects that no store has.
 */
export function reinstate(state: EngineState, told: readonly ToldIncident[], offset: number): number {
  if (!isStoredSubject(state.options.subject ?? 'account')) return 0;
  const inOrder = told.toSorted((a, b) => a.change.version - b.change.version);
  return inOrder.filter((one) => isKnown(state, one.change) && reinstated(state, one, offset)).length;
}

function reinstated(state: EngineState, told: ToldIncident, offset: number): boolean {
  const { incidents, rejudgements, versions, marks } = state;
  const { change } = told;
  const named = setOf(state, change.selections);
  const former = state.formerOf(named);
  const met = metAccountOf(state, change);
  const account = met ?? newAccountOf(state, change);
  const own = incidents.byAccount.get(account)?.find(({ opening }) => opening.id === told.id);
  const before = incidentOf(state, told, named);
  const unfound = own && unfoundIn(own, incidents.unfoundOf(before));
  // What is told of it from now on is newer than what was.
  if (change.version >= versions.base && change.version < versions.base + versionsPerFrame)
    versions.counter = Math.max(versions.counter, change.version - versions.base);
  if (own && !unfound && marks.sets.without(former, own.firedSet) === noSelections) {
    // Judged again, it was told by fewer changes: the last of those before would go on being the newest.
    if (own.version <= change.version && saysOther(own, change)) incidents.tellNow(own);
    return false;
  }
  const incident = own ?? before;
  if (own) takeIn(own, unfound, former);
  else {
    incidents.order += 1;
    incidents.reopen(account, incident, false);
  }
  state.noteFormer(account);
  if (former === noSelections && !unfound && met === undefined) return true;
  const names = { groupId: change.group_id, actorId: change.actor_id };
  rejudgements.ask(account, names, Math.min(incident.firstFired, incident.firstTime), incident.lastTime, offset);
  return true;
}

/** Whether what the engine has of an incident is not what was told of it last. Closed in a silence, it may be open until the next. */
function saysOther(own: Incident, { patients, first_time, last_time, rules }: IncidentChange): boolean {
  if (own.patients !== patients || own.matches.size !== rules.length) return true;
  return own.firstTime !== Date.parse(first_time) || own.lastTime !== Date.parse(last_time);
}

/** What was told by rules that are gone or ask for more now, where the engine does not have that itself. */
function unfoundIn({ matches }: Incident, part: Incident | undefined): Incident | undefined {
  const isNew = [...(part?.matches.values() ?? [])].some((match) => {
    const known = matches.get(match.ruleId);
    return !known || known.firstFired > match.firstFired || known.lastFired < match.lastFired;
  });
  return isNew ? part : undefined;
}

/** Its patients are counted anew by history. */
function takeIn(own: Incident, unfound: Incident | undefined, former: number): void {
  own.firedSet = own.sets.union(own.firedSet, former);
  if (!unfound) return;
  unfound.coveredFrom = Number.POSITIVE_INFINITY;
  unfound.coveredTo = Number.NEGATIVE_INFINITY;
  keepPart(own, unfound);
}

/** Whether the engine can ask accesses for all selections that an incident counts by. */
function isKnown({ compiled, former }: EngineState, { selections, rule_matches }: IncidentChange): boolean {
  const known = new Set([...compiled.live, ...former.known].map(({ selection }) => selection.id));
  return selections.length > 0 && rule_matches.length > 0 && selections.every((id) => known.has(id));
}

function setOf({ compiled, marks }: EngineState, selections: readonly string[]): number {
  return marks.sets.of(selections.map((id) => compiled.selectionIds.indexOf(id)).filter((number) => number >= 0));
}

/** The account of an incident, which no row that was selected may have had. */
function metAccountOf({ windows: { accounts } }: EngineState, change: IncidentChange): AccountNumber | undefined {
  const key = keyOf(change);
  const view = viewOf(key);
  return accounts.find(view, 0, key.length, hashBytes(view, 0, key.length)) || undefined;
}

function newAccountOf(state: EngineState, change: IncidentChange): AccountNumber {
  const { accounts } = state.windows;
  const key = keyOf(change);
  const view = viewOf(key);
  const account = accounts.add(key, view, 0, key.length, hashBytes(view, 0, key.length));
  accounts.setSince(account, Math.max(0, state.watermark - state.forgetAfterMs));
  return account;
}

function keyOf({ group_id, actor_id }: IncidentChange): Buffer {
  return Buffer.from(`${inner(group_id)}","actor_id":"${inner(actor_id)}`);
}

function incidentOf(state: EngineState, { id, change, closings }: ToldIncident, named: number): Incident {
  const { marks, incidents } = state;
  const detectedAt = Date.parse(change.detected_at);
  const opening = {
    id,
    groupId: change.group_id,
    actorId: change.actor_id,
    order: incidents.order + 1,
    detectedAt,
    completedBy: detectedAt - 1000 * change.detection_delay_seconds,
  };
  const incident = new Incident(opening, marks.sets);
  incident.matches = new Map(change.rule_matches.map((match, place) => [match.rule_id, matchOf(state, change, match, place)]));
  incident.firedSet = named;
  incident.state = change.state === 'open' ? 'open' : 'closed';
  incident.archived = true;
  incident.patients = change.patients;
  incident.patientsAtFiring = change.patients_at_firing;
  incident.patientsAtDetection = change.patients_at_detection;
  incident.toldStep = change.step;
  incident.closings = closings;
  incident.version = change.version;
  incident.receivedAt = Date.parse(change.received_at);
  incident.isLate = change.found === 'late';
  incident.lateMs = 1000 * change.late_seconds;
  incident.firingStale = false;
  incident.coveredFrom = incident.firstTime;
  incident.coveredTo = incident.lastTime;
  for (const mark of marksOf(state, change, named)) incident.see(mark, named);
  return incident;
}

function matchOf(
  { compiled }: EngineState,
  change: IncidentChange,
  match: IncidentChange['rule_matches'][number],
  place: number,
): Match {
  const { rule_id: ruleId, title, level, threshold, spread_threshold, timespan_seconds, value, spread } = match;
  const { selections, rule_selections } = change;
  const rule = compiled.rules.find((one) => one.rule.id === ruleId);
  // What was told before which rule has which selection was told: the first is as good as any.
  const selection = compiled.selectionIds.indexOf(rule_selections[place] ?? selections[0] ?? '');
  const begins = Date.parse(change.first_time);
  return {
    ruleId,
    selection,
    shown: { title, level, threshold, spread_threshold, timespan_seconds },
    steps: [...new Set([...(rule?.rule.steps ?? []), ...(change.step > 0 ? [change.step] : [])])].toSorted((a, b) => a - b),
    exceptions: [],
    firstFired: Date.parse(match.first_fired),
    lastFired: Date.parse(match.last_fired),
    value,
    spread,
    windowFirst: begins,
    innerMs: 0,
    begins,
  };
}

/** Marks that say the clinics, categories and accounts that were told, until its history says them. */
function marksOf({ marks, options }: EngineState, change: IncidentChange, named: number): readonly number[] {
  const { clinics, accounts } = change;
  const mask = change.categories.reduce((all, category) => all | (1 << categories.indexOf(category)), 0);
  const textOf = (clinic: string, actor: string) =>
    (options.subject ?? 'account') === 'account' ? clinic : `${clinic.length}:${clinic}${actor}`;
  return Array.from({ length: Math.max(clinics.length, accounts.length) }, (_, n) => {
    const clinic = clinics[n % Math.max(1, clinics.length)] ?? '';
    const actor = accounts[n % Math.max(1, accounts.length)] ?? '';
    return marks.of(marks.texts.of(textOf(clinic, actor)), mask, named, 0);
  });
}

function inner(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
