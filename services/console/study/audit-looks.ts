import { z } from 'zod';
import {
  type AuditLook,
  type AuditLooks,
  type LookPlace,
  lookKinds,
  type LooksWanted,
} from '#libs/access-store/audit/audit-looks.js';
import { csvLine, frenchTable, spreadsheetText } from '#libs/contracts/csv-cell.js';
import { hex128 } from '#libs/contracts/access-row.js';
import { isoOf } from '#libs/runtime/clock.js';
import { type Answer, ok, refused } from '../answer/answer.js';
import { instant } from '../answer/instant.js';
import type { User } from '../users/users.js';

/** Rows of one answer. */
export const pageLooks = 100;

/** Shown where no period is given, milliseconds. */
const usualMs = 7 * 86_400_000;

const query = z.strictObject({
  by: z.string().max(200).default(''),
  case: hex128.or(z.literal('')).default(''),
  kind: z.enum(lookKinds).or(z.literal('')).default(''),
  from: instant.optional(),
  to: instant.optional(),
  /** Of the table: as a spreadsheet set to French opens it. */
  spreadsheet: z.literal('fr').optional(),
  before: z
    .string()
    .regex(/^\d{1,16}-[0-9a-f]{32}$/)
    .optional(),
});
const wrongQuery = refused(
  422,
  'unfit_filter',
  `filters are by, case (a whole id), kind (${lookKinds.join(', ')}), from, to and before, each once`,
);
const notYours = refused(
  403,
  'not_allowed',
  'what others looked at is told to data-protection officers who see all clinics: leave by out, or give your own id',
);

/**
 * Who looked at what: `GET /v1/audit`. Officers of all clinics see everybody; everybody else their own rows, since the numbers of rows of others
 * tell of patients of clinics that they do not see.
 */
export async function auditPage(looks: Pick<AuditLooks, 'page'>, user: User, given: unknown, now: number): Promise<Answer> {
  const asked = askedFor(user, given, now);
  if ('status' in asked) return asked;
  const { wanted, before, seesAll } = asked;
  const found = await looks.page(wanted, before, pageLooks + 1);
  const items = found.slice(0, pageLooks);
  const last = items.at(-1);
  const next = last && found.length > pageLooks ? `${Date.parse(last.at)}-${last.audit_id}` : null;
  return ok(
    { items, next, from: isoOf(wanted.fromMs), to: isoOf(wanted.toMs), sees_all: seesAll },
    { case_id: '', rows: items.length },
  );
}

/** Rows of one table, and of one question for it. */
const tableRowsMax = 20_000;
const tableStep = 2_000;
const columns = [
  'audit_id',
  'at',
  'by',
  'via',
  'method',
  'route',
  'case_id',
  'rows',
  'status',
  'remote_address',
] as const satisfies readonly (keyof AuditLook)[];
const tooLong = refused(
  422,
  'too_long',
  `more than ${tableRowsMax} looks are asked for in one table: give a shorter period, or a person`,
);

/** The same, for the same people, as CSV: `GET /v1/audit/looks.csv`. Whole or refused, so that nobody takes a part for all. */
export async function auditTable(
  looks: Pick<AuditLooks, 'page'>,
  user: User,
  given: unknown,
  now: number,
): Promise<Answer | { readonly text: string; readonly rows: number }> {
  const asked = askedFor(user, given, now);
  if ('status' in asked) return asked;
  const lines = [csvLine(columns)];
  for (let before = asked.before; ;) {
    const found = await looks.page(asked.wanted, before, tableStep);
    for (const look of found) lines.push(csvLine(columns.map((name) => spreadsheetText(String(look[name])))));
    const last = found.at(-1);
    if (!last || found.length < tableStep)
      return { text: asked.isFrench ? frenchTable(lines.join('')) : lines.join(''), rows: lines.length - 1 };
    if (lines.length > tableRowsMax) return tooLong;
    before = { timeMs: Date.parse(last.at), auditId: last.audit_id };
  }
}

function askedFor(
  user: User,
  given: unknown,
  now: number,
):
  | Answer
  | {
      readonly wanted: LooksWanted;
      readonly before: LookPlace | undefined;
      readonly seesAll: boolean;
      readonly isFrench: boolean;
    } {
  const asked = query.safeParse(given);
  if (!asked.success) return wrongQuery;
  const { by, case: caseId, kind, from, to, before, spreadsheet } = asked.data;
  const seesAll = user.roles.includes('dpo') && user.clinics === undefined;
  if (!seesAll && by !== '' && by !== user.id) return notYours;
  const toMs = to === undefined ? now + 1 : Date.parse(to);
  const fromMs = from === undefined ? toMs - usualMs : Date.parse(from);
  return {
    wanted: { fromMs, toMs, by: seesAll ? by : user.id, caseId, kind },
    before: placeOf(before),
    seesAll,
    isFrench: spreadsheet === 'fr',
  };
}

function placeOf(before: string | undefined): LookPlace | undefined {
  const [time = '', auditId = ''] = before?.split('-') ?? [];
  return before === undefined ? undefined : { timeMs: Number(time), auditId };
}
