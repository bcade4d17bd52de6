import { z } from 'zod';
import { isoTime } from '#libs/contracts/access-row.js';
import { caseStatuses } from '#libs/contracts/case-row.js';
import { levels } from '#libs/contracts/incident.js';
import type { SeenRow } from '#libs/contracts/seen-case.js';
import { type Answer, ok, refused } from './answer.js';
import { instant } from './instant.js';
import { compareUrgency, urgencyOf } from '../visible/urgency.js';

/** Cases of one page. */
export const pageRows = 100;

const text = z.string().min(1).max(200);
const several = <T extends string>(words: readonly [T, ...T[]]) =>
  z
    .string()
    .max(200)
    .transform((given) => given.split(','))
    .pipe(z.array(z.enum(words)).min(1));

/** The filters of `GET /v1/cases`; each that is given must hold. */
const listQuery = z.strictObject({
  /** One or several, by commas. */
  status: several(caseStatuses).optional(),
  level: several(levels).optional(),
  owner: text.optional(),
  clinic: text.optional(),
  rule: text.optional(),
  /** Opened at or after, and before. */
  from: instant.optional(),
  to: instant.optional(),
  /** Whose one of its incidents is. */
  account: text.optional(),
  /** Part of the title, an account, a rule or the id, in any case. */
  q: text.optional(),
  /** What must be looked at first stands first (`urgent`), or what was opened last. */
  order: z.enum(['newest', 'urgent']).default('newest'),
  /** `next` of the page before. */
  cursor: text.optional(),
});
type ListQuery = z.infer<typeof listQuery>;

const caseId = z.string().regex(/^[0-9a-f]{32}$/);

/** Where a page ended: what its last case is ordered by. */
const cursorShapes = {
  newest: z.tuple([isoTime, caseId]),
  urgent: z.tuple([z.int(), z.int(), z.int(), caseId]),
} as const;
type Order = keyof typeof cursorShapes;

/** Whose the incidents of a case are, as far as its reader sees them. */
export type AccountsOf = (row: SeenRow) => readonly string[];

/** One page of cases. `rows` are all that the reader sees, the newest first. By urgency, a case that moves while somebody reads on may be on two pages, or on none. */
export function listCases(rows: readonly SeenRow[], given: unknown, asOf: string, accountsOf: AccountsOf): Answer {
  const query = listQuery.safeParse(given);
  if (!query.success) return refused(422, 'unfit_filter', whyUnfit(query.error));
  const { cursor, order } = query.data;
  const isAfter = cursor === undefined ? () => true : afterOf(order, cursor);
  if (!isAfter) return refused(422, 'unfit_filter', 'the cursor is none that a page in this order has given as next');
  const those = rows.filter((row) => fits(row, query.data, accountsOf) && isAfter(row));
  const fitting = order === 'newest' ? those : those.toSorted((one, other) => compareUrgency(urgencyOf(one), urgencyOf(other)));
  const page = fitting.slice(0, pageRows);
  const last = fitting.length > pageRows ? page.at(-1) : undefined;
  const next = last ? encode(order === 'newest' ? [last.opened_at, last.case_id] : urgencyOf(last)) : null;
  return ok({ cases: page, next, as_of: asOf }, { case_id: '', rows: page.length });
}

function whyUnfit({ issues: [issue] }: z.ZodError): string {
  if (issue?.code === 'unrecognized_keys')
    return `there is no filter ${issue.keys.join(', ').slice(0, 100)}; there are ${Object.keys(listQuery.shape).join(', ')}`;
  const field = String(issue?.path[0] ?? '');
  const words = issue?.code === 'invalid_value' ? `: give ${issue.values.join(', ')}` : '';
  return `the filter ${field} has a value that it does not take${isTime(field) ? ': give an instant with its zone, as 2026-11-29T08:00:00Z' : words}`;
}

function isTime(field: string): boolean {
  return field === 'from' || field === 'to';
}

function fits(row: SeenRow, query: ListQuery, accountsOf: AccountsOf): boolean {
  const { status, level, owner, clinic, rule, from, to, account, q } = query;
  if (status && !status.includes(row.status)) return false;
  if (level && !level.includes(row.level)) return false;
  if (owner !== undefined && row.owner !== owner) return false;
  if (clinic !== undefined && !row.clinics.includes(clinic)) return false;
  if (rule !== undefined && !row.rules.includes(rule)) return false;
  if ((from !== undefined && row.opened_at < from) || (to !== undefined && row.opened_at >= to)) return false;
  if (account !== undefined && !accountsOf(row).includes(account)) return false;
  return q === undefined || holds(row, accountsOf(row), q.toLowerCase());
}

function holds({ title, case_id, rules, owner }: SeenRow, accounts: readonly string[], text: string): boolean {
  return [title, case_id, owner, ...accounts, ...rules].some((one) => one.toLowerCase().includes(text));
}

/** Whether a case comes after the one where a page ended; undefined where the text is no such place. */
function afterOf(order: Order, text: string): ((row: SeenRow) => boolean) | undefined {
  const given = decoded(text);
  if (order === 'newest') {
    const place = cursorShapes.newest.safeParse(given).data;
    // By falling time of opening, then by rising id.
    return place && (({ opened_at: at, case_id: id }) => at < place[0] || (at === place[0] && id > place[1]));
  }
  const place = cursorShapes.urgent.safeParse(given).data;
  return place && ((row) => compareUrgency(urgencyOf(row), place) > 0);
}

function encode(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

function decoded(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
