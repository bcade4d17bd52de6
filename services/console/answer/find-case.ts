import type { CaseBook, CaseView } from '#libs/cases/case-book.js';
import { maySee, type User } from '../users/users.js';
import { type Answer, refused } from './answer.js';

const digitsMin = 4;

/**
 * The case that an id, or the first digits of one, leads to; `own` when it is its own id and not that of what was joined to it. `isTheirs` keeps back
 * what the clinics alone would show.
 */
export function findCase(
  book: CaseBook,
  prefix: string,
  user: User,
  now: number,
  isTheirs: (row: CaseView['row']) => boolean = () => true,
): { readonly view: CaseView; readonly own: boolean } | Answer {
  if (!/^[0-9a-f]{4,32}$/.test(prefix))
    return refused(422, 'not_an_id', `an id is 32 hexadecimal digits in lower case; its first ${digitsMin} or more will do`);
  const views = book.casesBeginning(prefix, now).flatMap((id) => book.caseOf(id, now) ?? []);
  const seen = views.filter(({ row }) => maySee(user, row.clinics) && isTheirs(row));
  const [view] = seen;
  if (!view) return refused(404, 'unknown_case', 'no case that you may see has an id, or an incident with an id, that begins so');
  const own = seen.filter(({ row }) => row.case_id.startsWith(prefix));
  const [one = view] = own;
  if (own.length > 1 || (own.length === 0 && seen.length > 1)) {
    const cases = seen.slice(0, 10).map(({ row }) => row.case_id);
    const answer = refused(409, 'ambiguous', `${seen.length} cases have ids that begin so: give more digits`, { cases });
    return { ...answer, shows: { case_id: '', rows: cases.length } };
  }
  return { view: one, own: own.length === 1 };
}

export function isAnswer(found: object): found is Answer {
  return 'status' in found && 'body' in found;
}
