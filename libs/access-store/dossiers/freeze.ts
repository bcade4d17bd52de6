import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import type { DossierSnapshot } from '#libs/contracts/dossier.js';
import { hex128Of } from '#libs/contracts/hex128.js';
import { settledOfAll } from '#libs/dossier/figures.js';
import { listColumns, type Manifest, sealed } from '#libs/dossier/manifest.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import { jsonRows } from '../clickhouse/json-rows.js';
import { selectionsOf } from '../selections/selection-expressions.js';
import { ClickHouseHistory } from '../history/clickhouse-history.js';
import { DossierScopes } from './dossier-scopes.js';
import { type LedgerCase, LedgerReader, type Listed } from './ledger-reader.js';
import { SnapshotStore } from './snapshot-store.js';

const partitionsQuery = readFileSync(new URL('./stored-partitions.sql', import.meta.url), 'utf8');
const partitionRow = z.object({ topic: z.string(), partition: z.number() });

export interface FreezeOrder {
  readonly of: LedgerCase;
  readonly controllerId: string;
  readonly kind: DossierSnapshot['kind'];
  readonly by: string;
  /** Version of Vigie. */
  readonly vigie: string;
  /** The rule files of this machine, with their digests. */
  readonly rules: Manifest['rules'];
  /** What the snapshot's id begins with, so that it is found by it; the rest, or all of it, is made of what is frozen, when and by whom. */
  readonly idBegin?: string;
}

/**
 * Freezes the ledger of one controller of a case as it is now. The rows are copied inside the store, read back in constant memory for
 * their digest, and count from when the snapshot's own row is written, which is last: what is broken off leaves rows that nobody names.
 */
export async function freeze(client: ClickHouseClient, clock: Clock, order: FreezeOrder): Promise<DossierSnapshot> {
  const store = new SnapshotStore(client);
  const { case_id, incidents } = order.of;
  const { controllerId: controller_id, by: frozen_by, kind } = order;
  const known = await knownOf(client, order);
  const before = (await store.snapshots(case_id, controller_id)).at(-1);
  const number = (before?.number ?? 0) + 1;
  const frozen_at = isoOf(clock.now());
  const { idBegin = '' } = order;
  // Never made of the order alone: what a freezing broke off has left rows under its id, and they would count for the next.
  const snapshot_id =
    idBegin + hex128Of(JSON.stringify([case_id, controller_id, number, frozen_at, frozen_by])).slice(idBegin.length);
  const group_id = incidents[0]?.group_id ?? '';
  const scope_version = known.scope.version;
  await store.freezeRows({ snapshot_id, group_id, case_id, controller_id, scope_version });
  const list = await store.digest(snapshot_id);
  const frozen = await new LedgerReader(client).frozen(snapshot_id, case_id, scope_version);
  const figures = frozen.controllers.get(controller_id) ?? { ...frozen.whole, unnamed_records: 0 };
  const previous_sha256 = before?.manifest_sha256 ?? '';
  const named = { snapshot_id, group_id, case_id, controller_id, number, kind, frozen_at, frozen_by };
  const { text, sha256 } = sealed({
    format: 'vigie.manifest.v1',
    vigie: order.vigie,
    rules: order.rules,
    ...named,
    ...known,
    previous_sha256,
    figures: { controller: figures, clinics: frozen.clinics.map(({ clinic_id, figures }) => ({ clinic_id, figures })) },
    list: { columns: listColumns, lines: list.lines, sha256: list.sha256, rows_sha256: list.rows_sha256 },
  });
  const { patients, exposed, attempted, listed, displayed, exported, unnamed_records } = figures;
  const per_tier = { attempted, listed, displayed, exported };
  const counted = { patients, exposed, per_tier, unnamed_records };
  const digests = { list_sha256: list.sha256, manifest: text, manifest_sha256: sha256, previous_sha256 };
  const snapshot = { ...named, scope_version, ...counted, ...digests };
  await store.put(snapshot);
  return snapshot;
}

/** What Vigie knows before the list is copied: later accesses are on it, or are told as moved. */
async function knownOf(
  client: ClickHouseClient,
  { of: { case_id, incidents } }: FreezeOrder,
): Promise<Pick<Manifest, 'scope' | 'incidents' | 'settled' | 'selections' | 'stored_through'>> {
  const reader = new LedgerReader(client);
  const failure = 'what is known of the case cannot be read';
  const stored_through = await storedThrough(client);
  const listed: Listed[] = [];
  for (const incident of incidents) listed.push(await reader.listed(incident));
  const ids = [...new Set(incidents.flatMap(({ selections }) => selections))].toSorted();
  const known = await selectionsOf(client, ids, failure);
  const selections = known.map(({ selection_id, expression }) => ({ selection_id, sql: expression }));
  return {
    stored_through,
    scope: (await new DossierScopes(client).of(case_id)).at(-1) ?? { version: 0 },
    settled: settledOfAll(
      listed.map(({ incident, listed, newest_received }) => ({
        figure: incident.patients,
        listed,
        newestReceived: newest_received,
        figureAt: incident.changed_at,
      })),
    ),
    incidents: listed.map(({ incident, listed }) => {
      const { incident_id, version, state, actor_id, first_time, last_time, patients, selections } = incident;
      return { incident_id, version, state, actor_id, first_time, last_time, patients, listed, selections };
    }),
    selections: [...selections],
  };
}

async function storedThrough(client: ClickHouseClient): Promise<Manifest['stored_through']> {
  const failure = 'the ledger of the archiver cannot be read';
  const partitions = await jsonRows(client, { query: partitionsQuery, params: {}, shape: partitionRow, failure });
  const history = new ClickHouseHistory(client);
  const through: Manifest['stored_through'] = [];
  for (const at of partitions) through.push({ ...at, offset: await history.storedThrough(at) });
  return through;
}
