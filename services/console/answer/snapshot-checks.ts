import type { DossierSnapshot } from '#libs/contracts/dossier.js';
import { type Answer, ok, refused } from './answer.js';
import { type DossierTools, findSnapshot } from './dossiers.js';
import { isAnswer } from './find-case.js';

/** `GET /v1/snapshots/{id}/verification`: list, digests and chain computed again, and in what the ledger of now differs. No patient is in it. */
export async function verifySnapshot(tools: DossierTools, id: string): Promise<Answer> {
  const found = await findSnapshot(tools, id);
  if (isAnswer(found)) return found;
  const { mistakes, moved, late } = await tools.shelf.verification(found.snapshot);
  return ok(
    { snapshot: shown(found.snapshot), whole: mistakes.length === 0, mistakes, moved, late_clinics: late },
    { case_id: found.caseId, rows: 1 },
  );
}

/** `GET /v1/snapshots/{id}/difference/{to}`: in how many patients a later snapshot of the same controller differs, by clinic. */
export async function compareSnapshots(tools: DossierTools, id: string, to: string): Promise<Answer> {
  const [before, after] = [await findSnapshot(tools, id), await findSnapshot(tools, to)];
  if (isAnswer(before)) return before;
  if (isAnswer(after)) return after;
  if (before.snapshot.controller_id !== after.snapshot.controller_id)
    return refused(422, 'other_controller', 'these are lists of two controllers: compare two of one');
  const differences = await tools.shelf.difference(before.snapshot, after.snapshot);
  return ok({ from: shown(before.snapshot), to: shown(after.snapshot), differences }, { case_id: before.caseId, rows: 2 });
}

function shown({ manifest: _manifest, ...snapshot }: DossierSnapshot): object {
  return snapshot;
}
