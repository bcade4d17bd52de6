import { z } from 'zod';
import type { ShapeBin } from '#libs/access-store/assistant/shapes.js';
import { isoOf } from '#libs/runtime/clock.js';
import { ok } from '../../answer/answer.js';
import { isAnswer } from '../../answer/find-case.js';
import type { Sources } from '../sources.js';
import { argumentsOf, type AssistantTool, defineTool, everybody, idPrefix } from '../tool.js';
import { clinicIdText } from '../untrusted.js';
import { caseFor } from './case-part.js';

const binsMax = 60;

const points = z.array(z.strictObject({ until: z.string(), patients: z.number() }));

export function caseShapeTool({ sight, reader }: Pick<Sources, 'sight' | 'reader'>): AssistantTool {
  return defineTool({
    name: 'case_shape',
    title: 'How a case grew',
    description:
      'How many patients had been touched at each point of time, in all and by clinic: the last is the figure of the list.',
    roles: everybody,
    input: argumentsOf({ case_id: idPrefix, bins: z.int().min(1).max(binsMax).default(30) }),
    output: z.strictObject({
      case_id: z.string(),
      patients: z.number(),
      points,
      by_clinic: z.array(z.strictObject({ clinic_id: z.string(), patients: z.number(), points })),
    }),
    run: async (asking, { case_id, bins }) => {
      const seen = caseFor(sight, asking, case_id);
      if (isAnswer(seen)) return seen;
      const changes = seen.incidents;
      const fromMs = Math.min(...changes.map(({ first_time }) => Date.parse(first_time)));
      const toMs = Math.max(...changes.map(({ last_time }) => Date.parse(last_time)));
      const binMs = Math.floor((toMs - fromMs) / bins) + 1;
      const found = await reader.shape(seen.row.case_id, asking.assistant.user.clinics, { fromMs, binMs });
      const untilOf = (bin: number) => isoOf(Math.min(toMs, fromMs + (bin + 1) * binMs));
      const of = (rows: readonly ShapeBin[]) => summed(rows, untilOf);
      const clinics = [...new Set(found.flatMap(({ level, clinic_id }) => (level === 'clinic' ? clinic_id : [])))];
      const byClinic = clinics.map((id) => ({
        clinic_id: clinicIdText(id),
        ...of(found.filter(({ level, clinic_id }) => level === 'clinic' && clinic_id === id)),
      }));
      return ok(
        { case_id: seen.row.case_id, ...of(found.filter(({ level }) => level === 'case')), by_clinic: byClinic },
        { case_id: seen.row.case_id, rows: found.length },
      );
    },
  });
}

/** Bins in their order, each with what had been touched by its end. */
function summed(
  rows: readonly ShapeBin[],
  untilOf: (bin: number) => string,
): { readonly patients: number; readonly points: readonly object[] } {
  let patients = 0;
  const all = rows.map((row) => ({ until: untilOf(row.bin), patients: (patients += row.patients) }));
  return { patients, points: all };
}
