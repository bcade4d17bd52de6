import { readFileSync } from 'node:fs';
import { type ClickHouseClient, ClickHouseError } from '@clickhouse/client';
import { z } from 'zod';
import type { Selection } from '#libs/detection/rule/rule.js';
import { isoOf } from '#libs/runtime/clock.js';
import { wholeRows } from '../contract/whole-rows.js';
import { type SelectionView, selectionViews } from './selection-views.js';

type Given = Pick<Selection, 'id' | 'sql' | 'tree'>;

const stored = z.array(
  z.object({ selection_id: z.string(), expression: z.string(), condition: z.string(), at: z.coerce.number() }),
);
type Stored = z.infer<typeof stored>[number];
const viewed = z.array(z.object({ selection_id: z.string(), expression: z.string(), needed: z.coerce.boolean() }));
const comments = z.array(z.object({ name: z.string(), comment: z.string() }));
const accessDenied = '497';
const digestsQuery = readFileSync(new URL('./view-digests.sql', import.meta.url), 'utf8');
const storedQuery = readFileSync(new URL('./stored-selections.sql', import.meta.url), 'utf8');
const viewQuery = readFileSync(new URL('./view-selections.sql', import.meta.url), 'utf8');

/** An expression is at most this long, in characters: a list of about 14,000 pseudonyms. */
const expressionMax = 500_000;

/**
 * ClickHouse reads a statement of at most this many bytes, a quarter of a mebibyte by itself; the embedded one takes no more. With every
 * list that changes, incidents that name it make the views longer.
 */
const statementBytesMax = 16 * 1024 * 1024;
const querySettings = {
  max_query_size: String(statementBytesMax),
  // As many as a statement of this size can have: the 50,000 of ClickHouse are some two thousand short rules.
  max_ast_elements: String(statementBytesMax),
} as const;

/** Selections that no incident names stay in the views for so long after their rules were last seen, if they are not too many. */
const keptMs = 2 * 86_400_000;
const keptCharactersMax = 200_000;
/** A selection that is still in use says so again after this time. */
const refreshMs = keptMs / 4;

/**
 * Adds the selections that are not known yet, after ClickHouse has checked each one, and makes the views over patients, `incident_patients` and
 * those beside it, over all that count: lists change, and with them the selections, so that the views would grow without end over
 * those of long ago. Called with the same selections it changes nothing but the views, which are the same again.
 */
export async function registerSelections(
  client: ClickHouseClient,
  selections: readonly Given[],
  registeredAt: string,
): Promise<void> {
  const now = Date.parse(registeredAt);
  const known = await storedSelections(client);
  const mistakes: Error[] = [];
  const taken: Omit<Stored, 'at'>[] = [];
  for (const selection of selections) {
    const old = known.get(selection.id);
    const mistake = old ? undefined : await mistakeIn(client, selection);
    const condition = conditionOf(selection);
    if (mistake) mistakes.push(mistake);
    else if (!old) taken.push({ selection_id: selection.id, expression: selection.sql, condition });
    // Those of before had no condition, and one that an older archiver refreshed has lost it.
    else if (now - old.at > refreshMs || (old.condition === '' && condition !== ''))
      taken.push({ selection_id: selection.id, expression: old.expression, condition: old.condition || condition });
  }
  if (taken.length > 0)
    await client.insert({
      table: 'vigie.selections',
      values: taken.map((one) => ({ ...one, registered_at: registeredAt })),
      format: 'JSONEachRow',
    });
  // Read again: another process may have added its own meanwhile.
  const views = selectionViews(await selectionsOfViews(client, selections, now));
  const present = await viewDigests(client);
  for (const view of views) if (present.get(view.name) !== view.digest) await putView(client, view);
  const [first] = mistakes;
  if (first) throw new Error(mistakes.map(({ message }) => message).join('; '), { cause: first.cause });
}

/** What a scorer asks accesses by, see `readCondition`; empty for a selection that brings no tree. */
function conditionOf({ tree }: Given): string {
  return tree ? JSON.stringify(tree) : '';
}

/** The digests that the views of now carry, by name. */
async function viewDigests(client: ClickHouseClient): Promise<ReadonlyMap<string, string>> {
  const answer = await client.query({ query: digestsQuery, format: 'JSONEachRow' });
  return new Map(comments.parse(await wholeRows(answer)).map(({ name, comment }) => [name, comment]));
}

/**
 * In one step where that is allowed. A real server asks for rights on tables of other names then (CREATE TABLE, INSERT, and DROP TABLE on what
 * it builds aside), which the archiver must not have: there the view is dropped and made. Whoever asks in between is told that there is no
 * such view, never that an incident has no patients.
 */
async function putView(client: ClickHouseClient, { name, create }: SelectionView): Promise<void> {
  const put = (query: string) => client.command({ query, clickhouse_settings: querySettings });
  try {
    await put(create('CREATE OR REPLACE VIEW'));
  } catch (cause) {
    if (!(cause instanceof ClickHouseError) || cause.code !== accessDenied) throw cause;
    await put(`DROP VIEW IF EXISTS vigie.${name}`);
    await put(create('CREATE VIEW IF NOT EXISTS'));
  }
}

async function storedSelections(client: ClickHouseClient): Promise<ReadonlyMap<string, Stored>> {
  const answer = await client.query({ query: storedQuery, format: 'JSONEachRow' });
  return new Map(stored.parse(await wholeRows(answer)).map((one) => [one.selection_id, one]));
}

async function selectionsOfViews(
  client: ClickHouseClient,
  given: readonly Given[],
  now: number,
): Promise<ReadonlyMap<string, string>> {
  const query_params = { given: given.map(({ id }) => id), since: isoOf(now - keptMs) };
  const answer = await client.query({ query: viewQuery, query_params, format: 'JSONEachRow' });
  const chosen = new Map<string, string>();
  let characters = 0;
  for (const { selection_id, expression, needed } of viewed.parse(await wholeRows(answer))) {
    if (!needed && (characters += expression.length) > keptCharactersMax) break;
    chosen.set(selection_id, expression);
  }
  // In order of their ids, so that the same selections make the same view.
  return new Map([...chosen].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

async function mistakeIn(client: ClickHouseClient, { id, sql }: Given): Promise<Error | undefined> {
  if (!/^[0-9a-f]{32}$/.test(id)) return new Error(`selection ${id.slice(0, 50)}: an id is 32 hexadecimal digits`);
  if (sql.length > expressionMax)
    return new Error(
      `selection ${id}: its expression has ${sql.length} characters, at most ${expressionMax} are taken; shorten the lists of its rule`,
    );
  try {
    // The line end keeps a comment in the expression from swallowing the bracket.
    const query = `EXPLAIN SELECT count() FROM vigie.accesses WHERE (${sql}\n)`;
    await client.command({ query, clickhouse_settings: querySettings });
    return undefined;
  } catch (cause) {
    if (!(cause instanceof ClickHouseError)) throw cause;
    return new Error(`selection ${id}: ClickHouse does not take its expression; correct the rule that it comes from`, { cause });
  }
}
