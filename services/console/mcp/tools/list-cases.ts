import { z } from 'zod';
import { isoTime } from '#libs/contracts/access-row.js';
import { caseStatuses } from '#libs/contracts/case-row.js';
import { verdicts } from '#libs/contracts/case-action.js';
import { levels } from '#libs/contracts/incident.js';
import type { SeenRow } from '#libs/contracts/seen-case.js';
import { isoOf } from '#libs/runtime/clock.js';
import type { CaseSight } from '../../visible/case-sight.js';
import { ok } from '../../answer/answer.js';
import { argumentsOf, type Asking, type AssistantTool, defineTool, everybody, untrusted } from '../tool.js';
import { ownNameText } from '../untrusted.js';
import { isOfGroup, partBody } from './case-part.js';

const casesMax = 50;

/** A case as every tool about cases begins. */
export const caseHead = {
  case_id: z.string(),
  status: z.enum(caseStatuses),
  level: z.enum(levels),
  verdict: z.union([z.enum(verdicts), z.literal('')]),
  /** Whether somebody has taken it; who is not told. */
  has_owner: z.boolean(),
  /** Distinct patients by the scorer; null where other clinics than one's own are concerned, of which `get_case` counts one's own. */
  patients: z.number().nullable(),
  /** False while `patients` is the most that incidents which were linked can be together: `get_case` counts them. */
  patients_settled: z.boolean(),
  /** Of all its incidents, each once: the account that is named is that of the first. Null where `patients` is. */
  accounts: z.number().nullable(),
  /** Null where `patients` is: it says that there are so many. */
  step: z.number().nullable(),
  clinics: z.array(z.string()),
  other_clinics: z.number(),
  rules: z.array(z.string()),
  first_time: z.string(),
  last_time: z.string(),
  opened_at: z.string(),
  acknowledge_by: z.string().nullable(),
  acknowledged_at: z.string().nullable(),
  resolved_at: z.string().nullable(),
  on_hold_until: z.string().nullable(),
  reopened: z.number(),
  version: z.number(),
  changed_at: z.string(),
  untrusted: untrusted({ actor_id: z.string().optional(), title: z.string(), rule_titles: z.array(z.string()) }),
};

/** What `caseHead` says of a row. */
export function headOf({ voice }: Asking, row: SeenRow): object {
  const {
    case_id,
    status,
    level,
    verdict,
    step,
    first_time,
    last_time,
    opened_at,
    acknowledge_by,
    acknowledged_at,
    resolved_at,
    on_hold_until,
    reopened,
    version,
    changed_at,
  } = row;
  const actor_id = voice.account(row.actor_id, row.group_id);
  const [title = ''] = voice.texts([row.title], row.actor_id);
  return {
    case_id,
    status,
    level,
    verdict,
    has_owner: row.owner !== '',
    patients: row.patients,
    patients_settled: row.patients_settled,
    accounts: row.account_count,
    step,
    ...partBody(row),
    rules: row.rules.map(ownNameText),
    first_time,
    last_time,
    opened_at,
    acknowledge_by,
    acknowledged_at,
    resolved_at,
    on_hold_until,
    reopened,
    version,
    changed_at,
    untrusted: { ...(actor_id !== undefined && { actor_id }), title, rule_titles: voice.texts(row.rule_titles, row.actor_id) },
  };
}

export function listCasesTool(sight: CaseSight): AssistantTool {
  return defineTool({
    name: 'list_cases',
    title: 'Cases',
    description:
      'Cases of mass access to patient records, the newest first: status, level, how many patients, clinics, rules, clocks.',
    roles: everybody,
    input: argumentsOf({
      status: z.array(z.enum(caseStatuses)).min(1).optional().describe('only these; all where left out'),
      level_min: z.enum(levels).optional().describe('this level and those above'),
      clinic: z.string().min(1).max(200).optional(),
      since: isoTime.optional().describe('last access at or after, as 2026-11-29T08:00:00.000Z'),
      limit: z.int().min(1).max(casesMax).default(20),
    }),
    output: z.strictObject({ cases: z.array(z.strictObject(caseHead)), more: z.number(), as_of: z.string() }),
    run: async (asking, { status, level_min, clinic, since, limit }) => {
      const { assistant, now } = asking;
      const least = level_min === undefined ? 0 : levels.indexOf(level_min);
      const fitting = sight
        .rows(assistant.user, now)
        .filter(
          (row) =>
            isOfGroup(assistant, row) &&
            (status?.includes(row.status) ?? true) &&
            levels.indexOf(row.level) >= least &&
            (clinic === undefined || row.clinics.includes(clinic)) &&
            (since === undefined || row.last_time >= since),
        );
      const cases = fitting.slice(0, limit).map((row) => headOf(asking, row));
      return ok({ cases, more: fitting.length - cases.length, as_of: isoOf(now) }, { case_id: '', rows: cases.length });
    },
  });
}
