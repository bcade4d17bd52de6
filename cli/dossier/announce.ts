import type { DossierSnapshot } from '#libs/contracts/dossier.js';
import type { ConsoleClient } from '../case/console-client.js';

/**
 * Has the case say that its list was frozen, with the digests: whoever may write the tables of the store cannot forge them unseen, because the log
 * has them too. The same snapshot is one action, however often it is announced. Rejects with an `Error` for a person.
 */
export async function announce(client: ConsoleClient, snapshot: DossierSnapshot): Promise<void> {
  const { case_id, snapshot_id, controller_id, number, list_sha256, manifest_sha256, patients, exposed } = snapshot;
  const digests = { controller_id, snapshot_id, number, list_sha256, manifest_sha256, patients, exposed };
  await client.act(case_id, { type: 'dossier.frozen', ...digests }, `frozen-${snapshot_id}`);
}
