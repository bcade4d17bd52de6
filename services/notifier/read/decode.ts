import { parseIncidentChange } from '#libs/contracts/incident.js';
import { isTold } from '#libs/contracts/webhook-body.js';
import { accepted, ignored, type Outcome, rejected } from '#libs/runtime/outcome.js';
import type { ToldChange } from '../channels/channel.js';

/** One line of a frame of `vigie.incidents.v1`: a change to tell, one that only carries figures (ignored), or something else. */
export function decodeChange(line: string): Outcome<ToldChange> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return rejected('not_json', '', 'The line is not JSON.');
  }
  const change = parseIncidentChange(parsed);
  if (!change.success) {
    const [issue] = change.error.issues;
    return rejected('bad_change', issue?.path.join('.') ?? '', issue?.message ?? 'It is not an incident change.');
  }
  const { change_type } = change.data;
  return isTold(change_type) ? accepted({ ...change.data, change_type }) : ignored('not_told');
}

/** The lines of a frame without their ends; a last line without its end counts too. */
export function linesOf(bytes: Buffer): readonly string[] {
  return bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
}
