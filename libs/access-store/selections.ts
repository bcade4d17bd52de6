import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import type { Selection } from '#libs/detection/rule.js';
import { incidentPatientsViews } from './incident-patients.js';

const stored = z.array(z.object({ selection_id: z.string(), expression: z.string() }));

/** An expression is at most this long, in characters. */
const expressionMax = 100_000;

/**
 * Adds the selections that are not known yet, after ClickHouse has checked each one, and makes the views `incident_patients` and
 * `incident_patients_of` over all. Called with the same selections it changes nothing but the views, which are the same again.
 */
export async function registerSelections(
  client: ClickHouseClient,
  selections: readonly Pick<Selection, 'id' | 'sql'>[],
  registeredAt: string,
): Promise<void> {
  const known = await storedSelections(client);
  const fresh = selections.filter(({ id }) => !known.has(id));
  for (const selection of fresh) await validate(client, selection);
  if (fresh.length > 0)
    await client.insert({
      table: 'vigie.selections',
      values: fresh.map(({ id, sql }) => ({ selection_id: id, expression: sql, registered_at: registeredAt })),
      format: 'JSONEachRow',
    });
  // Read again: another process may have added its own meanwhile. The view of whoever comes last has all of them.
  for (const query of incidentPatientsViews(await storedSelections(client))) await client.command({ query });
}

async function storedSelections(client: ClickHouseClient): Promise<ReadonlyMap<string, string>> {
  const answer = await client.query({
    query: 'SELECT selection_id, expression FROM vigie.selections FINAL ORDER BY selection_id',
    format: 'JSONEachRow',
  });
  return new Map(stored.parse(await answer.json()).map(({ selection_id, expression }) => [selection_id, expression]));
}

async function validate(client: ClickHouseClient, { id, sql }: Pick<Selection, 'id' | 'sql'>): Promise<void> {
  if (!/^[0-9a-f]{32}$/.test(id)) throw new Error(`selection ${id.slice(0, 50)}: an id is 32 hexadecimal digits`);
  if (sql.length > expressionMax)
    throw new Error(`selection ${id}: its expression has ${sql.length} characters, at most ${expressionMax} are taken`);
  try {
    // The line end keeps a comment in the expression from swallowing the bracket.
    await client.command({ query: `EXPLAIN SELECT count() FROM vigie.accesses WHERE (${sql}\n)` });
  } catch (cause) {
    throw new Error(`selection ${id}: ClickHouse does not take its expression; correct the rule that it comes from`, { cause });
  }
}
