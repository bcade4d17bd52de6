import { z } from 'zod';
import { incidentChange } from '#libs/contracts/incident.js';
import { isTold } from '#libs/contracts/webhook-body.js';
import { accepted, ignored, type Outcome, rejected } from '#libs/runtime/outcome.js';
import type { ToldChange } from '../channels/channel.js';

const oldChange = z.looseObject({ patients_at_detection: z.number(), patients_at_firing: z.undefined().optional() });

/** One line of a frame of `vigie.incidents.v1`: a change to tell, one that only carries figures (ignored), or something else. */
export function decodeChange(line: string): Outcome<ToldChange> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return rejected('not_json', '', 'The line is not JSON.');
  }
  const change = incidentChange.safeParse(completed(parsed));
  if (!change.success) {
    const [issue] = change.error.issues;
    return rejected('bad_change', issue?.path.join('.') ?? '', issue?.message ?? 'It is not an incident change.');
  }
  const { change_type } = change.data;
  return isTold(change_type) ? accepted({ ...change.data, change_type }) : ignored('not_told');
}

/** A change that waits since before an upgrade lacks what changes say since; it must be told all the same. */
function completed(parsed: unknown): unknown {
  const old = oldChange.safeParse(parsed);
  if (!old.success) return parsed;
  const added = { patients_at_firing: old.data.patients_at_detection, rule_selections: [], late_seconds: 0, suppressed_by: [] };
  return { ...old.data, ...added };
}

/** The lines of a frame without their ends; a last line without its end counts too. */
export function linesOf(bytes: Buffer): readonly string[] {
  return bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
}
