import { z } from 'zod';
import { type AuditLooks, type LookPlace, lookKinds } from '#libs/access-store/audit/audit-looks.js';
import { hex128, isoTime } from '#libs/contracts/access-row.js';
import { isoOf } from '#libs/runtime/clock.js';
import { type Answer, ok, refused } from '../answer/answer.js';
import type { User } from '../users/users.js';

/** Rows of one answer. */
export const pageLooks = 100;

/** Shown where no period is given, milliseconds. */
const usualMs = 7 * 86_400_000;

const query = z.strictObject({
  by: z.string().max(200).default(''),
  case: hex128.or(z.literal('')).default(''),
  kind: z.enum(lookKinds).or(z.literal('')).default(''),
  from: isoTime.optional(),
  to: isoTime.optional(),
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
  const asked = query.safeParse(given);
  if (!asked.success) return wrongQuery;
  const { by, case: caseId, kind, from, to, before } = asked.data;
  const seesAll = user.roles.includes('dpo') && user.clinics === undefined;
  if (!seesAll && by !== '' && by !== user.id) return notYours;
  const toMs = to === undefined ? now + 1 : Date.parse(to);
  const fromMs = from === undefined ? toMs - usualMs : Date.parse(from);
  const found = await looks.page({ fromMs, toMs, by: seesAll ? by : user.id, caseId, kind }, placeOf(before), pageLooks + 1);
  const items = found.slice(0, pageLooks);
  const last = items.at(-1);
  const next = last && found.length > pageLooks ? `${Date.parse(last.at)}-${last.audit_id}` : null;
  return ok({ items, next, from: isoOf(fromMs), to: isoOf(toMs), sees_all: seesAll }, { case_id: '', rows: items.length });
}

function placeOf(before: string | undefined): LookPlace | undefined {
  const [time = '', auditId = ''] = before?.split('-') ?? [];
  return before === undefined ? undefined : { timeMs: Number(time), auditId };
}
