import { z } from 'zod';
import type { AssistantReader } from '#libs/access-store/assistant/assistant-reader.js';
import type { IncidentContext } from '#libs/access-store/assistant/shapes.js';
import { type AccessPlace, firstAccess, type RuleWindow, type RuleWindows } from '#libs/access-store/windows/rule-windows.js';
import { hex128, isoTime } from '#libs/contracts/access-row.js';
import { isoOf } from '#libs/runtime/clock.js';
import { type Answer, ok, refused } from '../answer/answer.js';
import type { ListPlaces } from '../answer/list-place.js';
import type { User } from '../users/users.js';
import type { SeenCase, SeenWindow } from '../visible/seen-case.js';

/** Accesses of one answer: one read of known rows, and one row of the audit. */
export const pageAccesses = 100;

/** Incidents of one case that are explained. */
const incidentsMax = 10;

export interface WhyTools {
  readonly windows: Pick<RuleWindows, 'figures' | 'page'>;
  readonly reader: Pick<AssistantReader, 'context' | 'closed'>;
  readonly places: ListPlaces;
  readonly user: User;
}

/** Why the rules of a case fired, in figures of the clinics that the reader sees, and what was new of it: no patient is in it. */
export async function whyOfCase(tools: WhyTools, seen: SeenCase): Promise<Answer> {
  const all = [...Map.groupBy(seen.windows, ({ incident_id }) => incident_id).values()];
  const incidents = await Promise.all(all.slice(0, incidentsMax).map((windows) => whyOfIncident(tools, windows)));
  const body = { case_id: seen.row.case_id, incidents, more: Math.max(0, all.length - incidentsMax) };
  return ok(body, { case_id: seen.row.case_id, rows: incidents.length });
}

async function whyOfIncident({ windows, reader, user: { clinics } }: WhyTools, of: readonly SeenWindow[]): Promise<object> {
  const [first] = of;
  if (!first) throw new Error('an incident without a rule');
  const { incident_id, group_id, subject_kind, actor_id, first_time, last_time } = first;
  const rules = await Promise.all(
    of.map(async (window) => {
      const asked = windowOf(window, clinics);
      return { ...window.match, after: isoOf(asked.fromMs), figures: (await windows.figures(asked)) ?? null };
    }),
  );
  // What is new is measured by what the same account did before: an address or a device has no such before.
  const isAccount = subject_kind === 'account';
  const times = { fromMs: Date.parse(first_time), toMs: Date.parse(last_time) };
  const context = isAccount ? await reader.context({ groupId: group_id, actorId: actor_id, clinics, ...times }) : undefined;
  const unusual = context && {
    ...unusualOf(context),
    closed_clinics: await reader.closed(group_id, context.clinics, times.fromMs),
  };
  return { incident_id, subject_kind, actor_id, first_time, last_time, rules, unusual: unusual ?? null };
}

function windowOf({ group_id, subject_kind, actor_id, selection_id, match }: SeenWindow, clinics: User['clinics']): RuleWindow {
  const toMs = Date.parse(match.first_fired);
  const fromMs = toMs - match.timespan_seconds * 1_000;
  return {
    groupId: group_id,
    subject: subject_kind,
    actorId: actor_id,
    selectionId: selection_id,
    fromMs,
    toMs,
    clinics: clinics ?? [],
  };
}

function unusualOf({ events, events_before, hours, hours_before, with_mfa, without_mfa, ...of }: IncidentContext) {
  const newHours = Object.entries(hours).filter(([hour]) => !hours_before[hour]);
  return {
    events,
    /** In the ninety days before; with none, everything is new. */
    events_before,
    clinics: beside(of.clinics, of.clinics_before),
    addresses: beside(of.addresses, of.addresses_before),
    devices: beside(of.devices, of.devices_before),
    programs: beside(of.user_agents, of.user_agents_before),
    applications: beside(of.applications, of.applications_before),
    /** Events at hours of the day (Paris) at which the account had not worked. */
    events_at_new_hours: newHours.reduce((sum, [, count]) => sum + count, 0),
    new_hours: newHours.map(([hour]) => Number(hour)),
    with_mfa,
    without_mfa,
  };
}

const shownMax = 20;

function beside(now: readonly string[], before: readonly string[]) {
  const known = new Set(before);
  const fresh = now.filter((one) => !known.has(one));
  return { seen: now.length, new: fresh.length, values: fresh.slice(0, shownMax) };
}

const query = z.strictObject({
  incident: hex128,
  rule: z.string().min(1).max(200),
  cursor: z.string().min(1).max(2_000).optional(),
});
const wrongQuery = refused(422, 'unfit_filter', 'give incident and rule, and cursor where the list goes on, each once');
const wrongPlace = refused(422, 'unfit_cursor', 'this cursor does not go on in this list: begin without one');
const unknownRule = refused(404, 'unknown_rule', 'no rule of this case that you may see has fired so');

/** A page of the accesses that made a rule fire: patients are in it. */
export async function accessesOfWindow({ windows, places, user }: WhyTools, seen: SeenCase, given: unknown): Promise<Answer> {
  const asked = query.safeParse(given);
  if (!asked.success) return wrongQuery;
  const { incident, rule, cursor } = asked.data;
  const { case_id } = seen.row;
  const window = seen.windows.find(({ incident_id, match }) => incident_id === incident && match.rule_id === rule);
  if (!window) return unknownRule;
  const name = { caseId: `${case_id} ${incident} ${rule}`, user: user.id };
  const place = cursor === undefined ? firstAccess : placeOf((await places.open(name, cursor))?.place);
  if (!place) return wrongPlace;
  const found = await windows.page(windowOf(window, user.clinics), place, pageAccesses + 1);
  const items = found.slice(0, pageAccesses);
  const last = items.at(-1);
  const next =
    last && found.length > pageAccesses
      ? await places.seal(name, [`${last.time} ${last.event_id}`, last.patient_id], null)
      : null;
  const records = new Set(items.map(({ patient_id }) => patient_id).filter(Boolean)).size;
  return ok({ case_id, items, next }, { case_id, rows: items.length, patients: { action: 'list', records } });
}

const placeShape = z.tuple([isoTime, hex128]);

function placeOf(sealed: readonly [string, string] | undefined): AccessPlace | undefined {
  if (!sealed) return undefined;
  const [timeAndEvent, patientId] = sealed;
  const read = placeShape.safeParse(timeAndEvent.split(' '));
  return read.success ? { timeMs: Date.parse(read.data[0]), eventId: read.data[1], patientId } : undefined;
}
