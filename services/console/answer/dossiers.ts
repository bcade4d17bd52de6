import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { DossierShelf } from '#libs/access-store/dossiers/dossier-shelf.js';
import type { CaseBook, CaseView } from '#libs/cases/case-book.js';
import { frenchTable } from '#libs/contracts/csv-cell.js';
import type { DossierSnapshot } from '#libs/contracts/dossier.js';
import type { Lengths } from '#libs/dossier/deadlines.js';
import { dossierFile, type FileName, fileNames } from '#libs/dossier/files/dossier-files.js';
import type { Language } from '#libs/dossier/labels.js';
import { maySee, type User } from '../users/users.js';
import type { SeenCase } from '../visible/seen-case.js';
import { type Answer, ok, refused, type Shown } from './answer.js';
import { isAnswer } from './find-case.js';

export type Shelf = Pick<DossierShelf, 'snapshots' | 'list' | 'input' | 'verification' | 'difference'>;

export interface DossierTools {
  readonly shelf: Shelf;
  readonly book: CaseBook;
  readonly user: User;
  /** Wall clock, milliseconds. */
  readonly now: number;
  readonly lengths: Lengths;
}

/** A file that is given out; its list is a stream, of which nothing is gathered here. */
export interface GivenFile {
  readonly type: string;
  readonly content: string | Buffer | Readable;
  readonly shows: Shown;
}

export const listName = 'patients.csv';
const types: Readonly<Record<string, string>> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  pdf: 'application/pdf',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
};
const languages = ['fr', 'en'] as const satisfies readonly Language[];
const language = z.enum(languages).default('fr');

/** What is frozen of a case, and of those that are part of it, without its manifests. */
export async function listSnapshots({ shelf, user }: DossierTools, seen: SeenCase): Promise<Answer> {
  const view = wholeOf(user, seen);
  if (isAnswer(view)) return view;
  const snapshots = (await frozenOf(shelf, view)).map(({ manifest: _manifest, ...one }) => one);
  return ok({ case_id: view.row.case_id, snapshots }, { case_id: view.row.case_id, rows: snapshots.length });
}

/** The dossier of a controller by the newest of its snapshots. */
export async function newestDossier(tools: DossierTools, seen: SeenCase, controllerId: string): Promise<GivenFile | Answer> {
  const view = wholeOf(tools.user, seen);
  if (isAnswer(view)) return view;
  const snapshot = (await frozenOf(tools.shelf, view, controllerId)).at(-1);
  if (!snapshot)
    return refused(
      404,
      'nothing_frozen',
      'nothing is frozen of this controller in this case: "vigie dossier freeze" comes first',
    );
  return fileOf(tools, snapshot, 'dossier.json', undefined);
}

/** Snapshots of a case, and of those that are part of it, oldest first. */
export async function frozenOf(
  shelf: Pick<Shelf, 'snapshots'>,
  { state }: CaseView,
  controllerId?: string,
): Promise<readonly DossierSnapshot[]> {
  const all = await Promise.all([...state.members.keys()].map((id) => shelf.snapshots(id, controllerId)));
  return all.flat().toSorted((one, other) => (one.frozen_at < other.frozen_at ? -1 : 1));
}

interface FoundSnapshot {
  readonly snapshot: DossierSnapshot;
  /** The case that it is of now. */
  readonly caseId: string;
}

/** A snapshot by its whole id, for whoever may have what is frozen of its case. */
export async function findSnapshot({ shelf, user, book, now }: DossierTools, id: string): Promise<FoundSnapshot | Answer> {
  const kept = keptBack(user);
  if (kept) return kept;
  if (!/^[0-9a-f]{32}$/.test(id)) return refused(422, 'not_an_id', 'the id of a snapshot is 32 hexadecimal digits in lower case');
  const snapshot = (await shelf.snapshots(id)).find(({ snapshot_id }) => snapshot_id === id);
  const view = snapshot && book.caseOf(snapshot.case_id, now);
  if (!snapshot || !view || !maySee(user, view.row.clinics))
    return refused(404, 'unknown_snapshot', 'nothing that you may see is frozen by this id');
  return { snapshot, caseId: view.row.case_id };
}

interface FileWish {
  readonly language: unknown;
  /** `fr`: tables as a spreadsheet set to French opens them; the list of patients stays as its digest has it. */
  readonly spreadsheet: unknown;
}

/** A file of a snapshot, the list of its patients among them. */
export async function snapshotFile(
  tools: DossierTools,
  id: string,
  name: string,
  { language: inLanguage, spreadsheet }: FileWish,
): Promise<GivenFile | Answer> {
  const found = await findSnapshot(tools, id);
  if (isAnswer(found)) return found;
  const { snapshot, caseId } = found;
  if (name === listName)
    return { type: types['csv'] ?? '', content: tools.shelf.list(id), shows: listShown(caseId, snapshot.patients) };
  const known = fileNames.find((one) => one === name);
  if (!known) return refused(404, 'unknown_file', `a snapshot has ${[...fileNames, listName].join(', ')}`);
  const given = await fileOf(tools, snapshot, known, inLanguage);
  if (spreadsheet !== 'fr' || 'status' in given || typeof given.content !== 'string' || !known.endsWith('.csv')) return given;
  return { ...given, content: frenchTable(given.content) };
}

/** Rejects as the shelf does. */
async function fileOf(
  { shelf, book, now, lengths }: DossierTools,
  snapshot: DossierSnapshot,
  name: FileName,
  inLanguage: unknown,
): Promise<GivenFile | Answer> {
  const wanted = language.safeParse(inLanguage);
  if (!wanted.success) return refused(422, 'unfit_filter', `language is one of ${languages.join(', ')}`);
  const standing = book.caseOf(snapshot.case_id, now);
  const input = await shelf.input(snapshot, { standing, lengths, answers: {} });
  const content = await dossierFile(name, input, { manifest: snapshot.manifest, lengths, language: wanted.data });
  const type = types[name.split('.').at(-1) ?? ''] ?? '';
  return { type, content, shows: { case_id: standing?.row.case_id ?? snapshot.case_id, rows: 1 } };
}

function listShown(caseId: string, patients: number): Shown {
  return { case_id: caseId, rows: patients, patients: { action: 'export', records: patients } };
}

/** The whole case, for whoever may have what is frozen of it. */
export function wholeOf(user: User, { whole }: SeenCase): CaseView | Answer {
  return keptBack(user) ?? whole ?? ofAllClinics;
}

const ofAllClinics = refused(403, 'not_allowed', 'a dossier is of all clinics of its controller, and you see some');

/** Lists and dossiers are a data-protection officer's, of all clinics: those of a controller are not told apart by who asks. */
function keptBack({ roles, clinics }: User): Answer | undefined {
  if (!roles.includes('dpo'))
    return refused(403, 'not_allowed', 'dossiers and lists of patients are given to data-protection officers only');
  return clinics === undefined ? undefined : ofAllClinics;
}
