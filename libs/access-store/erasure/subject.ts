import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import type { ErasureKind, ErasureRow } from './records/erasure-row.js';
import { jsonRows } from '../clickhouse/json-rows.js';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const queries = { linked: sql('linked-pseudonyms'), groups: sql('patient-groups'), digest: sql('subject-of-digest') } as const;
const failure = 'whose data it is cannot be looked up';

/** Whose data is to go, as somebody says it. Of an account its group is said, of a patient it may be. */
export type ErasureRequest =
  | { readonly kind: 'patient'; readonly patient: string; readonly group?: string }
  | { readonly kind: 'account'; readonly account: string; readonly group: string }
  | { readonly kind: 'group'; readonly group: string };

/** The same, as the conditions of places take it. */
export interface ErasureSubject {
  readonly kind: ErasureKind;
  /** Every pseudonym of the patient. */
  readonly patients: readonly string[];
  readonly groups: readonly string[];
  readonly account: string;
  /** Of what was said: see `ErasureRow`. */
  readonly sha256: string;
}

/** Follows a patient through changes of the pseudonym key, and finds the groups that know them. */
export async function subjectOf(client: ClickHouseClient, request: ErasureRequest): Promise<ErasureSubject> {
  const { kind } = request;
  if (request.kind !== 'patient') {
    const account = request.kind === 'account' ? request.account : '';
    return { kind, patients: [], groups: [request.group], account, sha256: sha256Of(account || request.group) };
  }
  const given = request.group === undefined ? [] : [request.group];
  const patients = await linkedPseudonyms(client, request.patient, given);
  const params = { patients, groups: given };
  const rows = await jsonRows(client, { query: queries.groups, params, shape: z.object({ group_id: z.string() }), failure });
  const groups = rows.length > 0 ? rows.map(({ group_id }) => group_id) : given;
  return { kind, patients, groups, account: '', sha256: sha256Of(request.patient) };
}

async function linkedPseudonyms(
  client: ClickHouseClient,
  patient: string,
  groups: readonly string[],
): Promise<readonly string[]> {
  const shape = z.object({ pseudonym: z.string() });
  let patients = [patient];
  for (;;) {
    const rows = await jsonRows(client, { query: queries.linked, params: { patients, groups }, shape, failure });
    const all = [...new Set([...patients, ...rows.map(({ pseudonym }) => pseudonym)])];
    if (all.length === patients.length) return patients.toSorted();
    patients = all;
  }
}

/** Whom a record is about, where the store knows anybody of its digest; undefined where nothing of them is there. */
export async function requestOf(
  client: ClickHouseClient,
  { kind, group_id: group, subject_sha256: sha256 }: Pick<ErasureRow, 'kind' | 'group_id' | 'subject_sha256'>,
): Promise<ErasureRequest | undefined> {
  if (kind === 'group') return { kind, group };
  const params = { kind, group, sha256 };
  const [row] = await jsonRows(client, { query: queries.digest, params, shape: z.object({ name: z.string() }), failure });
  if (!row) return undefined;
  if (kind === 'account') return { kind, account: row.name, group };
  return { kind, patient: row.name, ...(group !== '' && { group }) };
}

/** Hexadecimal, of the UTF-8 bytes. */
export function sha256Of(text: string): string {
  return hash('sha256', text, 'hex');
}
