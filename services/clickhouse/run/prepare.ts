import type { EngineConnection } from '../engine/engine.js';
import type { JudgedRequest } from '../sql/judge.js';

/**
 * A query is found again by its `log_comment`: the engine does not let its callers choose the query id. GET reads whatever its URL says:
 * read-only mode comes before the URL's settings, and it is the engine that then refuses to leave it. `own` are settings of this one query, which the URL's
 * go before.
 */
export async function prepare(
  connection: EngineConnection,
  { queryId, settings, database, readOnly }: JudgedRequest,
  own: Readonly<Record<string, number>>,
): Promise<void> {
  if (database !== undefined && database !== 'default') await connection.query(`USE ${identifier(database)}`, 'Null');
  if (readOnly) await connection.query('SET readonly = 2', 'Null');
  const assignments = new Map([
    ['log_comment', queryId],
    ...Object.entries(own).map(([name, value]) => [name, String(value)] as const),
    ...settings,
  ]);
  await connection.query(`SET ${[...assignments].map(([name, value]) => `${name} = ${literal(value)}`).join(', ')}`, 'Null');
}

/** A text as SQL writes it. */
export function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function identifier(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}
