import { readCaseRecords } from '#libs/access-store/incidents/case-records.js';
import { CaseBook } from '#libs/cases/case-book.js';
import { type CasePolicy, standardPolicy } from '#libs/cases/policy.js';
import type { StoreClient } from '../with-store.js';

/** The cases whose ids begin so, folded from what the archiver has stored, as the console folds them from the log. */
export async function storedCases(client: StoreClient, prefix: string, policy: CasePolicy = standardPolicy): Promise<CaseBook> {
  const { changes, actions } = await readCaseRecords(client, prefix);
  const book = new CaseBook(policy);
  for (const change of changes) book.addChange(change);
  for (const action of actions) book.addAction(action);
  return book;
}
