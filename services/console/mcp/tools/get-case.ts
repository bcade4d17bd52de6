import { z } from 'zod';
import type { CaseFigures } from '#libs/access-store/assistant/assistant-reader.js';
import { incidentStates, levels } from '#libs/contracts/incident.js';
import { type NotificationRow, notificationOutcomes } from '#libs/contracts/notification-row.js';
import type { SeenIncident } from '#libs/contracts/seen-case.js';
import type { SeenCase } from '../../visible/seen-case.js';
import { ok } from '../../answer/answer.js';
import { isAnswer } from '../../answer/find-case.js';
import type { Sources } from '../sources.js';
import { argumentsOf, type Asking, type AssistantTool, defineTool, everybody, idPrefix, type Said } from '../tool.js';
import { clinicIdText, ownNameText } from '../untrusted.js';
import { caseFor, partBody } from './case-part.js';
import { caseHead, headOf } from './list-cases.js';

const toldMax = 100;

export const tiers = {
  patients: z.number(),
  exposed: z.number(),
  attempted: z.number(),
  listed: z.number(),
  displayed: z.number(),
  exported: z.number(),
};

/** One rule that fired. Value and spread count all clinics, and are null for whoever does not see all of them. */
export const ruleFired = z.strictObject({
  rule_id: z.string(),
  level: z.enum(levels),
  value: z.number().nullable(),
  threshold: z.number(),
  spread: z.number().nullable(),
  spread_threshold: z.number(),
  timespan_seconds: z.number(),
  first_fired: z.string(),
  last_fired: z.string(),
});

const incident = z.strictObject({
  incident_id: z.string(),
  state: z.enum(incidentStates),
  level: z.enum(levels),
  patients: z.number().nullable(),
  patients_at_firing: z.number().nullable(),
  patients_at_detection: z.number().nullable(),
  clinics: z.array(z.string()),
  other_clinics: z.number(),
  categories: z.array(z.string()).nullable(),
  first_time: z.string(),
  last_time: z.string(),
  detected_at: z.string(),
  detection_delay_seconds: z.number(),
  found: z.enum(['live', 'late']),
  late_seconds: z.number(),
  rules: z.array(ruleFired),
});

const toldRow = z.strictObject({
  endpoint: z.string(),
  kind: z.string(),
  change_type: z.string(),
  outcome: z.enum(notificationOutcomes),
  attempt: z.number(),
  at: z.string(),
  delay_seconds: z.number(),
});

export function getCaseTool({
  sight,
  reader,
  notifications,
}: Pick<Sources, 'sight' | 'reader' | 'notifications'>): AssistantTool {
  return defineTool({
    name: 'get_case',
    title: 'One case',
    description:
      'One case: exact figures of its list by strength of access and by clinic, its incidents with the rules that fired, who was told, when and with what outcome.',
    roles: everybody,
    input: argumentsOf({ case_id: idPrefix }),
    output: z.strictObject({
      ...caseHead,
      figures: z.strictObject(tiers),
      by_clinic: z.array(z.strictObject({ clinic_id: z.string(), ...tiers })),
      incidents: z.array(incident),
      notified: z.array(toldRow),
    }),
    run: async (asking, { case_id }) => {
      const seen = caseFor(sight, asking, case_id);
      if (isAnswer(seen)) return seen;
      const [counted, told] = await Promise.all([
        reader.figures(seen.row.case_id, asking.assistant.user.clinics),
        notifications.of(seen.incidents.map(({ incident_id }) => incident_id)),
      ]);
      // Whose deadline a message was of is not written down with it.
      const shown = seen.row.other_clinics > 0 ? told.filter(({ kind }) => kind !== 'deadline') : told;
      return said(asking, seen, counted, shown);
    },
  });
}

function said(asking: Asking, { row, incidents }: SeenCase, counted: CaseFigures, told: readonly NotificationRow[]): Said {
  return ok(
    {
      ...headOf(asking, row),
      figures: counted.whole,
      by_clinic: counted.clinics.map(({ clinic_id, ...figures }) => ({ clinic_id: clinicIdText(clinic_id), ...figures })),
      incidents: incidents.map(incidentOf),
      notified: told.slice(0, toldMax).map(({ endpoint, kind, change_type, outcome, attempt, at, delay_seconds }) => ({
        endpoint: ownNameText(endpoint),
        kind,
        change_type,
        outcome,
        attempt,
        at,
        delay_seconds,
      })),
    },
    { case_id: row.case_id, rows: 1 },
  );
}

function incidentOf(one: SeenIncident): object {
  const {
    incident_id,
    state,
    level,
    patients,
    patients_at_firing,
    patients_at_detection,
    categories,
    first_time,
    last_time,
    detected_at,
    detection_delay_seconds,
    found,
    late_seconds,
  } = one;
  return {
    incident_id,
    state,
    level,
    patients,
    patients_at_firing,
    patients_at_detection,
    ...partBody(one),
    categories,
    first_time,
    last_time,
    detected_at,
    detection_delay_seconds,
    found,
    late_seconds,
    rules: rulesOf(one),
  };
}

export function rulesOf({ rule_matches }: Pick<SeenIncident, 'rule_matches'>): readonly object[] {
  return rule_matches.map(({ title: _title, rule_id, ...one }) => ({ rule_id: ownNameText(rule_id), ...one }));
}
