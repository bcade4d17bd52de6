import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { jsonRows } from '#libs/access-store/clickhouse/json-rows.js';
import type { StoreClient } from '../with-store.js';

/** How many rows, and the sum of their hashes: the same for the same rows in whatever order. */
export const figure = z.strictObject({ rows: z.number(), digest: z.string() });
export type Figure = z.infer<typeof figure>;

const tablesQuery = readFileSync(new URL('./stored-tables.sql', import.meta.url), 'utf8');
const tableRow = z.object({ name: z.string(), engine: z.string(), ttl: z.string() });
export type StoredTable = z.infer<typeof tableRow>;

/** What people would be told, which must be the same in another place: incidents with their figures, and the patients in their lists. */
const views: Readonly<Record<string, string>> = {
  incidents: 'incident_id, actor_id, state, patients',
  incident_patients: 'incident_id, patient_id',
  cases: 'case_id, status, verdict, patients',
};
const failure = 'the store cannot be counted';

/** Tables that hold rows of their own. Those of the migrations are made by them. */
export async function storedTables(client: StoreClient): Promise<readonly StoredTable[]> {
  return jsonRows(client, { query: tablesQuery, params: {}, shape: tableRow, failure });
}

/** The figures of every table, as questions see it, and of what people are told, by name. */
export async function storeFigures(client: StoreClient): Promise<Record<string, Figure>> {
  const found: Record<string, Figure> = {};
  for (const { name, engine } of await storedTables(client))
    found[name] = await figureOf(client, `${name}${engine.includes('Replacing') ? ' FINAL' : ''}`);
  for (const [name, columns] of Object.entries(views)) found[name] = await figureOf(client, name, columns);
  return found;
}

async function figureOf(client: StoreClient, from: string, columns = '*'): Promise<Figure> {
  const query = `SELECT count() AS rows, toString(sum(cityHash64(toJSONString(tuple(${columns}))))) AS digest FROM vigie.${from}`;
  const [row] = await jsonRows(client, { query, params: {}, shape: figure, failure });
  return row ?? { rows: 0, digest: '0' };
}
