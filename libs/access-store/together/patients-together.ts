// together/: how many patients several incidents have together, each once.
// The list of their case is counted, and each incident beside it.

import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { jsonRows } from '../clickhouse/json-rows.js';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const queries = { whole: sql('case-patients-total'), each: sql('incident-patients-total') } as const;
const failure = 'the patients of the case cannot be counted';

const count = z.int().min(0);
const whole = z.object({ patients: count, incidents: z.array(z.string()) });
const each = z.object({ patients: count });

/** Of an incident the figure that the scorer told. */
export interface IncidentFigure {
  readonly incident_id: string;
  readonly patients: number;
}

/** A case as the log has it. */
export interface CaseFigure {
  readonly caseId: string;
  /** Of the incidents that stand. */
  readonly figures: readonly IncidentFigure[];
  /** Of these and of those that were merged or withdrawn: `incident_id`. */
  readonly members: ReadonlySet<string>;
}

/**
 * How many patients the incidents of a case have together, each once, as its list has them. Undefined while the store is not where the scorer is: it lacks
 * accesses, has later ones, or does not know yet which incidents the case has. Rejects with `Transient`.
 */
export async function patientsTogether(
  client: ClickHouseClient,
  { caseId, figures, members }: CaseFigure,
): Promise<number | undefined> {
  const [found] = await jsonRows(client, { query: queries.whole, params: { case_id: caseId }, shape: whole, failure });
  if (
    !found ||
    figures.some(({ incident_id: id }) => !found.incidents.includes(id)) ||
    found.incidents.some((id) => !members.has(id))
  )
    return undefined;
  // Afterwards: what came between would be in the whole and in none of the figures.
  for (const { incident_id, patients } of figures) {
    const [own] = await jsonRows(client, { query: queries.each, params: { incident_id }, shape: each, failure });
    if (own?.patients !== patients) return undefined;
  }
  return found.patients;
}
