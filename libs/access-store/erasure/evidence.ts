import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { subjectKinds } from '#libs/contracts/vocabulary.js';
import { jsonRows } from '../clickhouse/json-rows.js';
import type { Evidence } from './places.js';

const spansQuery = readFileSync(new URL('./held-spans.sql', import.meta.url), 'utf8');

/** More are not held in one statement: cases that are over are resolved first. */
export const spansMax = 5000;

const heldSpan = z.object({
  case_id: z.string(),
  group_id: z.string(),
  subject_kind: z.enum(subjectKinds),
  subject: z.string(),
  /** Event times, milliseconds, both ends included. */
  from_ms: z.int(),
  to_ms: z.int(),
});
/** Accesses of a subject between two times, which are evidence in a case. */
export type HeldSpan = z.infer<typeof heldSpan>;

/** What is evidence in groups. Rejects where it is more than one statement can hold. */
export async function heldSpans(client: ClickHouseClient, groups: readonly string[]): Promise<readonly HeldSpan[]> {
  const failure = 'what is evidence cannot be read';
  const spans = await jsonRows(client, { query: spansQuery, params: { groups }, shape: heldSpan, failure });
  if (spans.length > spansMax)
    throw new Error(
      `${spans.length} incidents of the group are in cases that are not resolved, and at most ${spansMax} can be told apart in one erasure: resolve the cases that are over first`,
    );
  return spans;
}

/** A condition in SQL, and what it is given. Names of columns are those of the table that it is about. */
export interface Condition {
  readonly sql: string;
  readonly params: Readonly<Record<string, unknown>>;
}

const subjectOfRow =
  "multiIf(span_kind = 'account', actor_id, span_kind = 'source_ip', source_ip, span_kind = 'device', device, span_kind = 'session_id', session_id, clinic_id)";
const everySpan =
  '{span_groups:Array(String)}, {span_kinds:Array(String)}, {span_subjects:Array(String)}, {span_from:Array(Int64)}, {span_to:Array(Int64)}';
const inSpan = `span_group = group_id AND ${subjectOfRow} = span_subject AND toUnixTimestamp64Milli(time) >= span_from AND toUnixTimestamp64Milli(time) <= span_to`;

const held: Readonly<Record<Evidence, string>> = {
  accesses: `arrayExists((span_group, span_kind, span_subject, span_from, span_to) -> ${inSpan}, ${everySpan})`,
  subjects:
    "arrayExists((span_group, span_kind, span_subject) -> span_group = group_id AND span_kind = 'account' AND span_subject = actor_id, {span_groups:Array(String)}, {span_kinds:Array(String)}, {span_subjects:Array(String)})",
  group: 'has({span_groups:Array(String)}, group_id)',
};

/** Whether a row is evidence of one of the spans. */
export function heldCondition(evidence: Evidence, spans: readonly HeldSpan[]): Condition {
  if (spans.length === 0) return { sql: '0', params: {} };
  const params: Record<string, unknown> = {
    span_groups: spans.map(({ group_id }) => group_id),
    span_kinds: spans.map(({ subject_kind }) => subject_kind),
    span_subjects: spans.map(({ subject }) => subject),
    span_from: spans.map(({ from_ms }) => from_ms),
    span_to: spans.map(({ to_ms }) => to_ms),
  };
  const sql = held[evidence];
  return { sql, params: Object.fromEntries(Object.entries(params).filter(([name]) => sql.includes(`{${name}:`))) };
}
