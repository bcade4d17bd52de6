// erasure/: what of patients, accounts and groups lies where, and how it is taken away. `places.ts` is the table of it.
// What of a table goes is said there and nowhere else.

import type { ErasureSubject } from './subject.js';
import { type Condition, heldCondition, type HeldSpan } from './evidence.js';
import { type Fate, tablePlaces } from './places.js';

/** A table of which an erasure looks at some rows. */
export interface TableCondition extends Condition {
  readonly table: string;
}

/** The rows that go, by table. */
export function takenRows(subject: ErasureSubject, spans: readonly HeldSpan[]): readonly TableCondition[] {
  return withFate(subject).flatMap(({ table, fate }) => {
    if (!fate.takes) return [];
    const rows = boundTo(subject, fate.rows);
    if (!fate.evidence) return [{ table, ...rows }];
    const held = heldCondition(fate.evidence, spans);
    return [{ table, sql: `(${rows.sql}) AND NOT (${held.sql})`, params: { ...rows.params, ...held.params } }];
  });
}

/** Accesses of the subject that are evidence of one case. */
export function heldAccesses(subject: ErasureSubject, spans: readonly HeldSpan[]): Condition {
  const fate = tablePlaces['access_rows']?.fates[subject.kind];
  const rows = boundTo(subject, fate?.rows ?? '0');
  const held = heldCondition('accesses', spans);
  return { sql: `(${rows.sql}) AND (${held.sql})`, params: { ...rows.params, ...held.params } };
}

/** Rows of the subject that stay, by table, with the reason. */
export function keptRows(subject: ErasureSubject): readonly (TableCondition & { readonly because: string })[] {
  return withFate(subject).flatMap(({ table, fate }) =>
    fate.takes || fate.rows === undefined ? [] : [{ table, because: fate.because, ...boundTo(subject, fate.rows) }],
  );
}

function withFate({ kind }: ErasureSubject): readonly { readonly table: string; readonly fate: Fate }[] {
  return Object.entries(tablePlaces).map(([table, { fates }]) => ({ table, fate: fates[kind] }));
}

/** What a condition names, and nothing else: ClickHouse refuses parameters that nobody asks for. */
function boundTo({ patients, groups, account }: ErasureSubject, sql: string): Condition {
  const all = { patients, groups, account };
  return { sql, params: Object.fromEntries(Object.entries(all).filter(([name]) => sql.includes(`{${name}:`))) };
}
