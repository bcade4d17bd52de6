// incidents/: what was told of incidents, and whom they touched, for people who ask.
// Every query is a file beside it.

import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { isoTime } from '#libs/contracts/access-row.js';
import { jsonRows } from '../clickhouse/json-rows.js';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const queries = { shape: sql('case-shape'), clinics: sql('case-clinics') } as const;

const count = z.int().min(0);
const bin = z.object({ bin: z.int(), patients: count });

/** A clinic of a case, by its ledger. */
const clinicFigures = z.object({
  clinic_id: z.string(),
  controller_id: z.string(),
  /** Empty where the register does not know it. */
  name: z.string(),
  closed_at: isoTime.nullable(),
  patients: count,
  /** Of them, those of whom something was exported, and those of whom nothing was shown. */
  exported: count,
  attempted: count,
  accesses: count,
  categories: z.array(z.string()),
  first_time: isoTime,
  last_time: isoTime,
});
export type ClinicFigures = z.infer<typeof clinicFigures>;

/** Patients until the end of a stretch of time. `at` is its end. */
export interface ShapePoint {
  readonly at: string;
  readonly patients: number;
}

/** Figures of one case as the store has it, which follows the log within seconds. No patient is in them. Rejects with `Transient`. */
export class CaseFigures {
  constructor(private readonly client: ClickHouseClient) {}

  /** How many patients had been touched at the end of each stretch of `binMs` in which there were new ones. `clinics` empty: all. */
  async shape(asked: {
    readonly caseId: string;
    readonly fromMs: number;
    readonly binMs: number;
    readonly clinics: readonly string[];
  }): Promise<{ readonly points: readonly ShapePoint[]; readonly total: number }> {
    const { caseId, fromMs, binMs, clinics } = asked;
    const params = { case_id: caseId, from: fromMs, bin: binMs, clinics };
    const fresh = await this.#rows(queries.shape, params, bin);
    let total = 0;
    const points = fresh.map(({ bin: place, patients }) => {
      total += patients;
      return { at: new Date(fromMs + (place + 1) * binMs).toISOString(), patients: total };
    });
    return { points, total };
  }

  /** Those of `clinics` that the case touches, all where it is empty; most patients first. */
  clinics(caseId: string, groupId: string, clinics: readonly string[]): Promise<readonly ClinicFigures[]> {
    return this.#rows(queries.clinics, { case_id: caseId, group: groupId, clinics }, clinicFigures);
  }

  #rows<Row>(query: string, params: Readonly<Record<string, unknown>>, shape: z.ZodType<Row>): Promise<readonly Row[]> {
    return jsonRows(this.client, { query, params, shape, failure: 'the figures of the case cannot be read' });
  }
}
