import type { ClickHouseClient } from '@clickhouse/client';
import type { DossierSnapshot } from '#libs/contracts/dossier.js';
import { chainMistakes, snapshotMistakes } from '#libs/dossier/verify.js';
import { LedgerReader } from './ledger-reader.js';
import { type ListDifference, SnapshotStore } from './snapshot-store.js';

/** What is found of a snapshot when it is looked at again. */
export interface Verification {
  readonly snapshot: DossierSnapshot;
  /** What is not as it was frozen, as sentences; none when it is whole. */
  readonly mistakes: readonly string[];
  /** In what the ledger of the same scope differs by now: of the controller, then by clinic; none when it did not move. */
  readonly moved: readonly ListDifference[];
  /** Clinics whose accesses of the frozen stretch of time came in afterwards. */
  readonly late: readonly string[];
}

/** Computes list, digests and chain of a snapshot again from what is stored, and compares it with the ledger of now. */
export async function verify(client: ClickHouseClient, snapshot: DossierSnapshot): Promise<Verification> {
  const store = new SnapshotStore(client);
  const { snapshot_id, case_id, controller_id, scope_version } = snapshot;
  const list = await store.digest(snapshot_id);
  const { whole } = await new LedgerReader(client).frozen(snapshot_id, case_id, scope_version);
  const recomputed = {
    lines: list.lines,
    sha256: list.sha256,
    rows_sha256: list.rows_sha256,
    patients: whole.patients,
    exposed: whole.exposed,
  };
  const chain = await store.snapshots(case_id, controller_id);
  const moved = await store.moved(snapshot);
  return {
    snapshot,
    mistakes: [...snapshotMistakes(snapshot, recomputed), ...chainMistakes(chain)],
    moved,
    late: moved.length > 0 ? await store.lateClinics(snapshot) : [],
  };
}
