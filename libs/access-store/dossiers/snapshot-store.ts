import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { type DossierSnapshot, dossierSnapshot } from '#libs/contracts/dossier.js';
import { type Digest, ListDigest } from '#libs/dossier/list-digest.js';
import { transientFailure } from '../clickhouse/failure.js';
import { jsonRows } from '../clickhouse/json-rows.js';
import { lineBytes } from '../clickhouse/line-bytes.js';
import { frozenRows, ledgerOf } from './ledger-reader.js';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const queries = {
  freeze: sql('freeze-rows'),
  lines: sql('list-lines'),
  snapshots: sql('snapshots'),
  difference: sql('list-difference'),
  late: sql('late-clinics'),
} as const;

const differenceRow = z.object({
  level: z.enum(['controller', 'clinic']),
  clinic_id: z.string(),
  added: z.number(),
  removed: z.number(),
  tier_changed: z.number(),
  category_added: z.number(),
});
/** In how many patients two lists differ: of the controller, each once, and by clinic. */
export type ListDifference = z.infer<typeof differenceRow>;

/** Frozen lists and what is known of them. Only added to. Rejects with `Transient` when the store does not answer. */
export class SnapshotStore {
  constructor(private readonly client: ClickHouseClient) {}

  /** Snapshots whose id, or whose case's id, begins with `prefix`, in order of case, controller and number. */
  snapshots(prefix: string, controllerId = ''): Promise<readonly DossierSnapshot[]> {
    return this.#rows(queries.snapshots, { prefix, controller: controllerId }, dossierSnapshot);
  }

  /** Copies the ledger of one controller, inside the store, as the rows of a snapshot that does not exist before `put`. */
  async freezeRows(
    of: Pick<DossierSnapshot, 'snapshot_id' | 'group_id' | 'case_id' | 'controller_id' | 'scope_version'>,
  ): Promise<void> {
    const { snapshot_id, group_id: group, case_id, controller_id: controller, scope_version } = of;
    const query_params = { snapshot_id, group, case_id, controller, scope_version };
    await this.client.command({ query: queries.freeze, query_params }).catch(transientFailure('the list cannot be frozen'));
  }

  async put(snapshot: DossierSnapshot): Promise<void> {
    const values = [dossierSnapshot.parse(snapshot)];
    await this.client
      .insert({ table: 'vigie.dossier_snapshots', values, format: 'JSONEachRow' })
      .catch(transientFailure('vigie.dossier_snapshots cannot be written'));
  }

  /** The rows of a list in pieces of any size: its lines, see `listColumns`, with the keys and the controller behind each. */
  bytes(snapshotId: string): AsyncGenerator<Buffer> {
    return lineBytes(this.client, {
      query: queries.lines,
      params: { snapshot_id: snapshotId },
      failure: 'the list cannot be read',
    });
  }

  /** The digests of the list and of its rows, in one pass and constant memory. */
  async digest(snapshotId: string): Promise<Digest> {
    const digest = new ListDigest();
    for await (const piece of this.bytes(snapshotId)) digest.take(piece);
    return digest.end();
  }

  /** From a snapshot to another. */
  difference(before: DossierSnapshot, after: DossierSnapshot): Promise<readonly ListDifference[]> {
    return this.#difference(frozenRows('before_id'), frozenRows('after_id'), {
      before_id: before.snapshot_id,
      after_id: after.snapshot_id,
    });
  }

  /** From a snapshot to what the ledger is now, of the same scope. */
  moved({ snapshot_id, case_id, controller_id, scope_version }: DossierSnapshot): Promise<readonly ListDifference[]> {
    const now = `(SELECT * FROM ${ledgerOf} WHERE controller_id = {controller:String})`;
    return this.#difference(frozenRows('before_id'), now, {
      before_id: snapshot_id,
      case_id,
      scope_version,
      controller: controller_id,
    });
  }

  /** Clinics whose accesses of the frozen stretch of time came in after the freezing. */
  async lateClinics({ snapshot_id, case_id, frozen_at }: DossierSnapshot): Promise<readonly string[]> {
    const rows = await this.#rows(queries.late, { snapshot_id, case_id, frozen_at }, z.object({ clinic_id: z.string() }));
    return rows.map(({ clinic_id }) => clinic_id);
  }

  #difference(before: string, after: string, params: Readonly<Record<string, unknown>>): Promise<readonly ListDifference[]> {
    const query = queries.difference.replace('{{before}}', before).replace('{{after}}', after);
    return this.#rows(query, params, differenceRow);
  }

  #rows<Row>(query: string, params: Readonly<Record<string, unknown>>, shape: z.ZodType<Row>): Promise<readonly Row[]> {
    return jsonRows(this.client, { query, params, shape, failure: 'the snapshots cannot be read' });
  }
}
