// dossiers/: the ledger of a case as people ask for it, the scopes and controllers that shape it, and the snapshots of it.
// Every query is a file beside it.

import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { isoTime } from '#libs/contracts/access-row.js';
import { type CaseAction, caseAction } from '#libs/contracts/case-action.js';
import type { DossierSnapshot } from '#libs/contracts/dossier.js';
import type { MachineFacts } from '#libs/dossier/breach-facts.js';
import type { DossierInput } from '#libs/dossier/dossier.js';
import { jsonRows } from '../clickhouse/json-rows.js';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const queries = { told: sql('told-and-taken'), seen: sql('seen-data') } as const;
const actionsQuery = 'SELECT * FROM vigie.case_actions WHERE case_id = {case_id:String} ORDER BY at, action_id';

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

  /** In order of time. The table has a column for each word of an action; those that are empty were not said. */
  actions(caseId: string): Promise<readonly CaseAction[]> {
    const shape = z.record(z.string(), z.unknown()).transform((row) => caseAction.parse(said(row)));
    return this.#rows(actionsQuery, { case_id: caseId }, shape);
  }

  async machine(caseId: string, ids: readonly string[], firstTime: string): Promise<MachineFacts & { readonly rules: readonly string[] }> {
    const [row] = await this.#rows(queries.told, { case_id: caseId, ids }, told);
    if (!row) throw new Error(`nothing is known of the incidents of case ${caseId}`);
    const { detected_at: detectedAt, first_told_at, acknowledged_at, rules } = row;
    return { firstTime, detectedAt, firstToldAt: first_told_at ?? undefined, acknowledgedAt: acknowledged_at ?? undefined, rules };
  }

  async seen({ snapshot_id, frozen_at }: DossierSnapshot, ids: readonly string[]): Promise<DossierInput['seen']> {
    const [row] = await this.#rows(queries.seen, { snapshot_id, frozen_at, ids }, seen);
    return row ?? { categories: [], accesses: 0, actions: [] };
  }

  #rows<Row>(query: string, params: Readonly<Record<string, unknown>>, shape: z.ZodType<Row>): Promise<readonly Row[]> {
    return jsonRows(this.client, { query, params, shape, failure: 'what was done with the case cannot be read' });
  }
} // prettier-ignore

const shapes = new Map(caseAction.options.map((option) => [option.shape.type.value as string, Object.keys(option.shape)]));

function said(row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const words = shapes.get(String(row['type'])) ?? [];
  return Object.fromEntries(words.flatMap((word) => (row[word] === null || (row[word] === '' && word !== 'reference') ? [] : [[word, row[word]]])));
} // prettier-ignore
