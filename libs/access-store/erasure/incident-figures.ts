import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import type { ErasureRow } from './records/erasure-row.js';
import { hex128Of } from '#libs/contracts/hex128.js';
import { jsonRows } from '../clickhouse/json-rows.js';
import type { Condition } from './evidence.js';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const queries = {
  touched: sql('touched-incidents'),
  after: sql('list-afterwards'),
  put: sql('figure-afterwards'),
  length: sql('list-length'),
  now: sql('figure-now'),
} as const;
const failure = 'the lists of incidents cannot be read';

const count = z.int().nonnegative();
const touched = z.object({ incident_id: z.string(), figure: count });

/** An incident whose list loses patients. */
export type ListedIncident = ErasureRow['listed'][number];

/** Whose lists become shorter when accesses go. `groups` are those of the accesses. */
export async function shorterLists(
  client: ClickHouseClient,
  taken: Condition,
  groups: readonly string[],
): Promise<readonly ListedIncident[]> {
  const query = queries.touched.replaceAll('{{taken}}', () => taken.sql);
  const found = await jsonRows(client, { query, params: { ...taken.params, touched_groups: groups }, shape: touched, failure });
  const listed: ListedIncident[] = [];
  for (const { incident_id, figure } of found) {
    const [figures = { before: 0, after: 0 }] = await jsonRows(client, {
      query: queries.after.replace('{{taken}}', () => taken.sql),
      params: { ...taken.params, incident_id },
      shape: z.object({ before: count, after: count }),
      failure,
    });
    if (figures.after < figures.before) listed.push({ incident_id, figure, ...figures });
  }
  return listed;
}

/** How many patients the list of an incident, or suppressed match, has now. */
export async function listLength(client: ClickHouseClient, incident_id: string): Promise<number> {
  const [row] = await jsonRows(client, {
    query: queries.length,
    params: { incident_id },
    shape: z.object({ n: count }),
    failure,
  });
  return row?.n ?? 0;
}

/**
 * The figure of an incident whose list was made shorter: that of the list, where the two were equal. One that differed for another reason goes on to, by as
 * much; one that was lowered before, and whose accesses a replay brought back, stays as low.
 */
export function figureAfter({ figure, before, after }: Omit<ListedIncident, 'incident_id'>): number {
  return figure > before ? figure - (before - after) : Math.min(figure, after);
}

/** Gives an incident that figure, unless it has it. */
export async function putFigure(
  client: ClickHouseClient,
  listed: ListedIncident,
  { erasureId, nowMs }: { readonly erasureId: string; readonly nowMs: number },
): Promise<void> {
  const { incident_id } = listed;
  const figure = figureAfter(listed);
  const [now] = await jsonRows(client, { query: queries.now, params: { incident_id }, shape: z.object({ n: count }), failure });
  if (!now || now.n === figure) return;
  const change_id = hex128Of(`erasure ${erasureId} ${incident_id} ${nowMs}`);
  await client.command({ query: queries.put, query_params: { incident_id, figure, change_id, now_ms: nowMs } });
}
