import type { SeenRow } from '#libs/contracts/seen-case.js';
import type { CaseSight } from '../visible/case-sight.js';
import type { SeenCase } from '../visible/seen-case.js';
import type { Reader } from '../visible/seen-row.js';
import { type Answer, refused } from './answer.js';

const digitsMin = 4;

/**
 * The case that an id, or the first digits of one, leads to; `own` when it is its own id and not that of what was joined to it. `isTheirs` keeps back
 * what the clinics alone would show.
 */
export function findCase(
  sight: CaseSight,
  prefix: string,
  reader: Reader,
  now: number,
  isTheirs: (row: SeenRow) => boolean = () => true,
): { readonly seen: SeenCase; readonly own: boolean } | Answer {
  if (!/^[0-9a-f]{4,32}$/.test(prefix))
    return refused(422, 'not_an_id', `an id is 32 hexadecimal digits in lower case; its first ${digitsMin} or more will do`);
  const seen = sight.beginning(prefix, reader, now).filter(({ row }) => isTheirs(row));
  const [first] = seen;
  if (!first)
    return refused(404, 'unknown_case', 'no case that you may see has an id, or an incident with an id, that begins so');
  const own = seen.filter(({ row }) => row.case_id.startsWith(prefix));
  const [one = first] = own;
  if (own.length > 1 || (own.length === 0 && seen.length > 1)) {
    const cases = seen.slice(0, 10).map(({ row }) => row.case_id);
    const answer = refused(409, 'ambiguous', `${seen.length} cases have ids that begin so: give more digits`, { cases });
    return { ...answer, shows: { case_id: '', rows: cases.length } };
  }
  return { seen: one, own: own.length === 1 };
}

export function isAnswer(found: object): found is Answer {
  return 'status' in found && 'body' in found;
}
