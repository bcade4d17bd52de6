import { z } from 'zod';
import { caseStatuses } from '#libs/contracts/case-row.js';
import { ok, refused } from '../../answer/answer.js';
import { isAnswer } from '../../answer/find-case.js';
import { argumentsOf, type AssistantTool, defineTool, everybody, idPrefix } from '../tool.js';
import type { CaseSight } from '../../visible/case-sight.js';
import type { SeenLine } from '../../visible/seen-case.js';
import { caseFor } from './case-part.js';

const linesMax = 100;
const kinds = ['incident', 'case', 'breach', 'dossier', 'clock'] as const;

/** `case.noted` is of the kind `case`; what the clock or the scorer does without a word of its own is of the kind `clock`. */
function kindOf(what: string): (typeof kinds)[number] {
  const [first] = what.split('.');
  return kinds.find((kind) => kind === first) ?? 'clock';
}

export function caseTimelineTool(sight: CaseSight): AssistantTool {
  return defineTool({
    name: 'case_timeline',
    title: 'What happened to a case',
    description:
      'What the scorer, people and the clock did with a case, oldest first, without any text that people wrote and without their names.',
    roles: everybody,
    input: argumentsOf({
      case_id: idPrefix,
      kinds: z.array(z.enum(kinds)).min(1).optional(),
      cursor: z.int().min(0).default(0).describe('"next" of the page before'),
    }),
    output: z.strictObject({
      case_id: z.string(),
      lines: z.array(
        z.strictObject({
          at: z.string(),
          kind: z.enum(kinds),
          what: z.string(),
          by: z.enum(['person', 'system']),
          effect: z.enum(['counted', 'repeated', 'superseded']),
          before: z.enum(caseStatuses),
          after: z.enum(caseStatuses),
          because: z.string().optional(),
          version: z.number(),
          incident_id: z.string().optional(),
          patients: z.number().nullable(),
        }),
      ),
      next: z.number().nullable(),
    }),
    run: async (asking, { case_id, kinds: wanted, cursor }) => {
      const seen = caseFor(sight, asking, case_id);
      if (isAnswer(seen)) return seen;
      const { row, lines: all } = seen;
      if (cursor > all.length)
        return refused(422, 'unfit_cursor', 'the cursor is none that a page of this case has given as next');
      const isPart = row.other_clinics > 0;
      const places = [...all.entries()].filter(([at, { what }]) => at >= cursor && (wanted?.includes(kindOf(what)) ?? true));
      const page = places.slice(0, linesMax);
      const last = places.length > linesMax ? page.at(-1) : undefined;
      const lines = page.map(([, entry]) => lineOf(entry, isPart));
      return ok({ case_id: row.case_id, lines, next: last ? last[0] + 1 : null }, { case_id: row.case_id, rows: lines.length });
    },
  });
}

function lineOf(
  { at, what, by, effect, before, after, because, version, incident_id, patients }: SeenLine,
  isPart: boolean,
): object {
  return {
    at,
    kind: kindOf(what),
    what,
    by: by === 'system' ? 'system' : 'person',
    effect,
    before,
    after,
    ...(because && { because }),
    version,
    // Which of several incidents it was says that there are others.
    ...(incident_id && !isPart && { incident_id }),
    patients,
  };
}
