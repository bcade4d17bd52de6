// dossiers/: the ledger of a case as people ask for it, the scopes and controllers that shape it, and the snapshots of it.
// Every query is a file beside it.

import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { isoTime } from '#libs/contracts/access-row.js';
import type { DossierSnapshot } from '#libs/contracts/dossier.js';
import type { MachineFacts } from '#libs/dossier/breach-facts.js';
import type { DossierInput } from '#libs/dossier/dossier.js';
import { jsonRows } from '../clickhouse/json-rows.js';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const queries = { told: sql('told-and-taken'), seen: sql('seen-data') } as const;

const told = z.object({
  detected_at: isoTime,
  first_told_at: isoTime.nullable(),
  acknowledged_at: isoTime.nullable(),
  rules: z.array(z.string()),
});
const seen = z.object({ categories: z.array(z.string()), accesses: z.number(), actions: z.array(z.string()) });

/** What was told and done of a case, for its dossiers. Rejects with `Transient` when the store does not answer. */
export class BreachReader {
  constructor(private readonly client: ClickHouseClient) {}

  async machine(
    caseId: string,
    ids: readonly string[],
    firstTime: string,
  ): Promise<MachineFacts & { readonly rules: readonly string[] }> {
    const [row] = await this.#rows(queries.told, { case_id: caseId, ids }, told);
    if (!row) throw new Error(`nothing is known of the incidents of case ${caseId}`);
    const { detected_at: detectedAt, first_told_at, acknowledged_at, rules } = row;
    return {
      firstTime,
      detectedAt,
      firstToldAt: first_told_at ?? undefined,
      acknowledgedAt: acknowledged_at ?? undefined,
      rules,
    };
  }

  /** `accounts` are those that the scope names, beside those of the incidents `ids`. */
  async seen(
    { snapshot_id, group_id, frozen_at }: DossierSnapshot,
    ids: readonly string[],
    accounts: readonly string[],
  ): Promise<DossierInput['seen']> {
    const [row] = await this.#rows(queries.seen, { snapshot_id, group_id, frozen_at, ids, accounts }, seen);
    return row ?? { categories: [], accesses: 0, actions: [] };
  }

  #rows<Row>(query: string, params: Readonly<Record<string, unknown>>, shape: z.ZodType<Row>): Promise<readonly Row[]> {
    return jsonRows(this.client, { query, params, shape, failure: 'what was done with the case cannot be read' });
  }
}
