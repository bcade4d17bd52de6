import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { CasePatients, PatientsFigure, PatientsWanted } from '#libs/access-store/patients/case-patients.js';
import { firstPlace } from '#libs/access-store/patients/page-parts.js';
import { certainties } from '#libs/contracts/dossier.js';
import type { User } from '../users/users.js';
import type { SeenCase } from '../visible/seen-case.js';
import { type Answer, ok, refused, type Shown } from './answer.js';
import type { ListPlaces } from './list-place.js';

/** Lines of one answer: one read of known patients, and one row of the audit. */
export const pageLines = 100;

export interface PatientTools {
  readonly patients: Pick<CasePatients, 'figure' | 'page' | 'csv'>;
  readonly places: ListPlaces;
  readonly user: User;
}

const query = z.strictObject({
  clinic: z.string().min(1).max(200).optional(),
  tier: z.enum(certainties).optional(),
  cursor: z.string().min(1).max(8_000).optional(),
});
const wrongQuery = refused(422, 'unfit_filter', `filters are clinic, tier (${certainties.join(', ')}) and cursor, each once`);
const wrongPlace = refused(422, 'unfit_cursor', 'this cursor does not go on in this list: begin without one');

/** A page of whose records a case opened: `GET /v1/cases/{id}/patients`. */
export async function patientPage(
  { patients, places, user }: PatientTools,
  { row: { case_id } }: SeenCase,
  given: unknown,
): Promise<Answer> {
  const asked = wantedBy(user, case_id, given);
  if ('status' in asked) return asked;
  const { wanted, cursor } = asked;
  const name = { caseId: case_id, user: user.id, filters: JSON.stringify([wanted.clinics, wanted.certainty ?? '']) };
  const kept = cursor === undefined ? undefined : await places.open<PatientsFigure>(name, cursor);
  if (cursor !== undefined && !kept) return wrongPlace;
  // Counted once, for the first page: whoever reads on reads the list that has been counted.
  const known = kept?.known ?? (await patients.figure(wanted));
  const found = await patients.page(wanted, known, kept?.place ?? firstPlace, pageLines + 1);
  const items = found.slice(0, pageLines);
  const last = items.at(-1);
  const next =
    last && found.length > pageLines
      ? await places.seal(name, [last.clinic_id, last.patient_id], behind(known, last.clinic_id))
      : null;
  const { by_clinic: _where, ...figure } = known;
  return ok({ case_id, figure, items, next }, shownOf(case_id, 'list', items.length));
}

/** A cursor stands in an address: clinics that have been read are left out of it. */
function behind(known: PatientsFigure, clinic: string): PatientsFigure {
  return { ...known, by_clinic: known.by_clinic.filter(([id]) => id >= clinic) };
}

/** All lines, as CSV. What is given is no more than what is written down: lines that came since the count are left for the next list. */
export async function patientsCsv(
  { patients, user }: PatientTools,
  { row: { case_id } }: SeenCase,
  given: unknown,
): Promise<{ readonly content: Readable; readonly shows: Shown } | Answer> {
  const asked = wantedBy(user, case_id, given);
  if ('status' in asked) return asked;
  const { lines } = await patients.figure(asked.wanted);
  return { content: patients.csv(asked.wanted, lines), shows: shownOf(case_id, 'export', lines) };
}

function wantedBy(
  { clinics }: User,
  caseId: string,
  given: unknown,
): { readonly wanted: PatientsWanted; readonly cursor: string | undefined } | Answer {
  const asked = query.safeParse(given);
  if (!asked.success) return wrongQuery;
  const { clinic, tier, cursor } = asked.data;
  if (clinic !== undefined && clinics && !clinics.includes(clinic))
    return refused(403, 'not_your_clinic', 'the patients of this clinic are given to those who see it');
  return { wanted: { caseId, clinics: clinic === undefined ? (clinics ?? []) : [clinic], certainty: tier }, cursor };
}

function shownOf(caseId: string, action: 'list' | 'export', records: number): Shown {
  return { case_id: caseId, rows: records, patients: { action, records } };
}

/** Refuses who has none of these roles; undefined for who has. `what` begins the sentence. */
export function keptForRoles({ roles }: User, wanted: readonly User['roles'][number][], what: string): Answer | undefined {
  if (wanted.some((one) => roles.includes(one))) return undefined;
  return refused(403, 'not_allowed', `${what} these roles only: ${wanted.join(', ')}`);
}

/** Who may not have a list, and why; undefined for who may. `confirmedUntil` in milliseconds, undefined where each request proves who asks. */
export function listKeptBack(
  user: User,
  wanted: readonly User['roles'][number][],
  confirmedUntil: number | undefined,
  now: number,
): Answer | undefined {
  const kept = keptForRoles(user, wanted, 'lists of patients are for');
  if (kept) return kept;
  if (confirmedUntil === undefined || now < confirmedUntil) return undefined;
  return refused(
    403,
    'confirm_first',
    'say again who you are, which holds for five minutes: POST /v1/confirm with your code, password or token, or GET /auth/oidc/confirm',
  );
}
