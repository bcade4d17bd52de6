import { z } from 'zod';
import { type FigureName, figureNames, figureRowsMax } from '#libs/access-store/assistant/figure-reader.js';
import { isoTime } from '#libs/contracts/access-row.js';
import { verdicts } from '#libs/contracts/case-action.js';
import { changeTypes, incidentStates, levels } from '#libs/contracts/incident.js';
import { notificationOutcomes } from '#libs/contracts/notification-row.js';
import { actions, categories, outcomes } from '#libs/contracts/vocabulary.js';
import { type Answer, ok, refused } from '../../answer/answer.js';
import { isAnswer } from '../../answer/find-case.js';
import type { Sources } from '../sources.js';
import { argumentsOf, type Asking, type AssistantTool, defineTool, investigators } from '../tool.js';
import { clinicIdText, ownNameText } from '../untrusted.js';
import { caseFor } from './case-part.js';

/** Texts that are words of Vigie; columns of accounts; columns of ids, and the form in which each is shown, which holds no sentence. */
const words: readonly string[] = [
  ...levels,
  ...incidentStates,
  ...changeTypes,
  ...actions,
  ...outcomes,
  ...categories,
  ...notificationOutcomes,
  ...verdicts,
  'live',
  'late',
];
const accountColumns = new Set(['actor_id', 'accounts']);
const forms: Readonly<Record<string, (text: string) => string>> = {
  clinic_id: clinicIdText,
  ...Object.fromEntries(
    ['rule_id', 'rules', 'source', 'endpoint', 'exception', 'step', 'reason'].map((name) => [name, ownNameText]),
  ),
};
const instant = z.union([isoTime, z.iso.date(), z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?$/)]);

const figure = z.union([z.number(), z.boolean(), z.null(), z.string(), z.array(z.string()), z.array(z.number())]);
const names = Object.keys(figureNames) as [FigureName, ...FigureName[]];

export function queryFiguresTool({ sight, figures }: Pick<Sources, 'sight' | 'figures'>): AssistantTool {
  return defineTool({
    name: 'query_figures',
    title: 'Questions of the page for analysts',
    description: `A named question of the page for analysts, whose answer has no patient. account_* take actor_id, or the account of case_id; incident_* take case_id, for the incident that began it. At most ${figureRowsMax} rows.`,
    roles: investigators,
    input: argumentsOf({
      query: z.enum(names),
      actor_id: z.string().min(1).max(200).optional(),
      case_id: z
        .string()
        .regex(/^[0-9a-f]{4,32}$/, 'is no id')
        .optional(),
    }),
    output: z.strictObject({
      query: z.enum(names),
      rows: z.array(
        z.strictObject({
          figures: z.record(z.string(), figure),
          untrusted: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
        }),
      ),
      more: z.boolean(),
    }),
    run: async (asking, { query, actor_id, case_id }) => {
      const { assistant } = asking;
      if (assistant.user.clinics !== undefined)
        return refused(
          403,
          'not_allowed',
          'these questions are asked of all clinics of a group, and this token sees some: the other tools count your own',
        );
      const of = subjectOf(sight, asking, figureNames[query], actor_id, case_id);
      if (typeof of !== 'string') return of;
      const found = await figures.rows({ name: query, groupId: assistant.groupId, of });
      const rows = found.slice(0, figureRowsMax).map((row) => shown(asking, row));
      return ok({ query, rows, more: found.length > rows.length }, { case_id: '', rows: rows.length });
    },
  });
}

/** The account or the incident that a query asks for; empty where it asks for none. */
function subjectOf(
  sight: Sources['sight'],
  asking: Asking,
  wants: '' | 'actor' | 'incident',
  actorId: string | undefined,
  caseId: string | undefined,
): string | Answer {
  if (wants === '') return '';
  if (wants === 'actor' && actorId !== undefined) return actorId;
  if (caseId === undefined)
    return refused(
      422,
      'unfit_arguments',
      wants === 'actor'
        ? 'this question is of one account: give actor_id or case_id'
        : 'this question is of one case: give case_id',
    );
  const seen = caseFor(sight, asking, caseId);
  if (isAnswer(seen)) return seen;
  return wants === 'actor' ? seen.row.actor_id : seen.row.case_id;
}

/** Figures, instants and words as they are; ids in a form that holds no sentence; every other text as somebody else's. */
function shown(asking: Asking, row: Readonly<Record<string, unknown>>): object {
  const plain: Record<string, unknown> = {};
  const others: Record<string, unknown> = {};
  for (const [column, value] of Object.entries(row)) {
    const form = forms[column];
    if (!holdsText(value)) plain[column] = value;
    else if (form && isText(value)) plain[column] = mapped(value, form);
    else if (isText(value) && [value].flat().every((text) => isOwn(asking, column, text))) plain[column] = value;
    else others[column] = mapped(textsOf(value), (text) => ofOthers(asking, column, text));
  }
  return { figures: plain, untrusted: others };
}

type Texts = string | readonly string[];

function isText(value: unknown): value is Texts {
  return typeof value === 'string' || (Array.isArray(value) && value.every((one) => typeof one === 'string'));
}

function holdsText(value: unknown): boolean {
  return (
    typeof value === 'string' ||
    (typeof value === 'object' && value !== null && !(Array.isArray(value) && value.every((one) => typeof one === 'number')))
  );
}

function textsOf(value: unknown): Texts {
  return isText(value) ? value : JSON.stringify(value);
}

function isOwn({ assistant }: Asking, column: string, text: string): boolean {
  if (column === 'group_id') return text === assistant.groupId;
  return (
    text === '' ||
    words.includes(text) ||
    instant.safeParse(text).success ||
    (column === 'incident_id' && /^[0-9a-f]{32}$/.test(text))
  );
}

function ofOthers({ assistant, voice }: Asking, column: string, text: string): string {
  if (accountColumns.has(column)) return voice.account(text, assistant.groupId) ?? '';
  return voice.texts([text])[0] ?? '';
}

function mapped(value: Texts, form: (text: string) => string): Texts {
  return typeof value === 'string' ? form(value) : value.slice(0, 50).map(form);
}
