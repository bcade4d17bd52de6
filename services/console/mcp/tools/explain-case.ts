import { z } from 'zod';
import type { IncidentContext } from '#libs/access-store/assistant/shapes.js';
import type { SeenIncident } from '#libs/contracts/seen-case.js';
import { ok } from '../../answer/answer.js';
import { isAnswer } from '../../answer/find-case.js';
import type { Sources } from '../sources.js';
import { argumentsOf, type Asking, type AssistantTool, defineTool, idPrefix, investigators, untrusted } from '../tool.js';
import { caseFor } from './case-part.js';
import { ruleFired, rulesOf, tiers } from './get-case.js';

/** Incidents of one case that are explained. */
const incidentsMax = 10;

const beside = z.strictObject({ seen: z.number(), new: z.number() });
const share = z.number().nullable();

const explained = z.strictObject({
  incident_id: z.string(),
  first_time: z.string(),
  last_time: z.string(),
  rules: z.array(ruleFired),
  events: z.number(),
  /** Of the same account in the ninety days before: what "new" and "usual" are measured by. */
  events_before: z.number(),
  actions: z.record(z.string(), z.number()),
  failures: z.number(),
  exports: z.number(),
  sessions: z.number(),
  new_to_account: z.strictObject({
    clinics: beside,
    addresses: beside,
    devices: beside,
    user_agents: beside,
    applications: beside,
  }),
  closed_clinics: z.number(),
  /** Of the events, those at hours at which the account had not worked in the ninety days before; null without any before. */
  outside_usual_hours_share: share,
  /** Of the events whose source says it; null where none does. */
  mfa_share: share,
  untrusted: untrusted({
    actor_id: z.string().optional(),
    addresses: z.array(z.string()),
    devices: z.array(z.string()),
    user_agents: z.array(z.string()),
    applications: z.array(z.string()),
  }),
});

export function explainCaseTool({ sight, reader }: Pick<Sources, 'sight' | 'reader'>): AssistantTool {
  return defineTool({
    name: 'explain_case',
    title: 'Why a case is one',
    description:
      'Why the rules fired, and what is unusual: values against thresholds, and of each incident the actions, hours, addresses, devices and clinics that are new to the account, closed clinics, second factor.',
    roles: investigators,
    input: argumentsOf({ case_id: idPrefix }),
    output: z.strictObject({
      case_id: z.string(),
      tiers: z.strictObject(tiers),
      incidents: z.array(explained),
      more: z.number(),
    }),
    run: async (asking, { case_id }) => {
      const seen = caseFor(sight, asking, case_id);
      if (isAnswer(seen)) return seen;
      const all = seen.incidents;
      const [figures, incidents] = await Promise.all([
        reader.figures(seen.row.case_id, asking.assistant.user.clinics),
        Promise.all(all.slice(0, incidentsMax).map((one) => explainedOf(asking, reader, one))),
      ]);
      const more = Math.max(0, all.length - incidentsMax);
      return ok(
        { case_id: seen.row.case_id, tiers: figures.whole, incidents, more },
        { case_id: seen.row.case_id, rows: incidents.length },
      );
    },
  });
}

async function explainedOf({ assistant, voice }: Asking, reader: Sources['reader'], one: SeenIncident): Promise<object> {
  const { group_id: groupId, actor_id: actorId, first_time, last_time } = one;
  const { clinics } = assistant.user;
  const times = { fromMs: Date.parse(first_time), toMs: Date.parse(last_time) };
  const context = await reader.context({ groupId, actorId, clinics, ...times });
  const closed = await reader.closed(groupId, context.clinics, times.fromMs);
  const actor_id = voice.account(actorId, groupId);
  return {
    incident_id: one.incident_id,
    first_time,
    last_time,
    rules: rulesOf(one),
    events: context.events,
    events_before: context.events_before,
    actions: context.actions,
    failures: context.failures,
    exports: context.exports,
    sessions: context.sessions,
    new_to_account: {
      clinics: besideOf(context.clinics, context.clinics_before),
      addresses: besideOf(context.addresses, context.addresses_before),
      devices: besideOf(context.devices, context.devices_before),
      user_agents: besideOf(context.user_agents, context.user_agents_before),
      applications: besideOf(context.applications, context.applications_before),
    },
    closed_clinics: closed.length,
    outside_usual_hours_share: outsideHours(context),
    mfa_share: shareOf(context.with_mfa, context.with_mfa + context.without_mfa),
    untrusted: {
      ...(actor_id !== undefined && { actor_id }),
      addresses: voice.texts(context.addresses),
      devices: voice.texts(context.devices),
      user_agents: voice.texts(context.user_agents),
      applications: voice.texts(context.applications),
    },
  };
}

function besideOf(now: readonly string[], before: readonly string[]): { readonly seen: number; readonly new: number } {
  const known = new Set(before);
  return { seen: now.length, new: now.filter((one) => !known.has(one)).length };
}

function outsideHours({ hours, hours_before, events, events_before }: IncidentContext): number | null {
  if (events_before === 0) return null;
  const outside = Object.entries(hours).reduce((sum, [hour, count]) => sum + (hours_before[hour] ? 0 : count), 0);
  return shareOf(outside, events);
}

function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 1000) / 1000;
}
