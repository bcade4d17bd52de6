import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { type CaseAction, caseAction } from '#libs/contracts/case-action.js';
import { type IncidentChange, incidentChange } from '#libs/contracts/incident.js';
import { jsonRows } from '../clickhouse/json-rows.js';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const membersQuery = sql('connected-incidents');
const changesQuery = sql('case-changes');
const actionsQuery = sql('case-done');

const member = z.object({ case_id: z.string(), incident_id: z.string() });
const anyRow = z.record(z.string(), z.unknown());

/** What the cases are made of whose ids begin so: for tools, which do not read the log. */
export interface CaseRecordsRead {
  readonly caseIds: readonly string[];
  readonly changes: readonly IncidentChange[];
  readonly actions: readonly CaseAction[];
}

/** Reads the records of cases as the archiver stored them. Rejects with `Transient` when the store does not answer. */
export async function readCaseRecords(client: ClickHouseClient, prefix: string): Promise<CaseRecordsRead> {
  const failure = 'the records of cases cannot be read';
  const members = await jsonRows(client, { query: membersQuery, params: { prefix }, shape: member, failure });
  const incidents = [...new Set(members.flatMap(({ case_id, incident_id }) => [case_id, incident_id]))];
  const read = (query: string) => jsonRows(client, { query, params: { incidents }, shape: anyRow, failure });
  const [changes, actions] = await Promise.all([read(changesQuery), read(actionsQuery)]);
  return {
    caseIds: [...new Set(members.map(({ case_id }) => case_id))],
    changes: changes.map((row) => incidentChange.parse(picked(row, incidentChange.shape))),
    actions: actions.map(actionOf),
  };
}

/** A row has a column for each word of any action: those of its own are kept, and of these no optional one that is empty. */
function actionOf(row: Readonly<Record<string, unknown>>): CaseAction {
  const option = caseAction.options.find(({ shape }) => shape.type.value === row['type']);
  return caseAction.parse(picked(row, option?.shape ?? {}));
}

function picked(row: Readonly<Record<string, unknown>>, shape: Readonly<Record<string, z.ZodType>>): object {
  return Object.fromEntries(
    Object.entries(shape).flatMap(([key, schema]) => {
      const value = row[key];
      const isEmpty = value === null || value === '' || (Array.isArray(value) && value.length === 0);
      return isEmpty && schema.safeParse(undefined).success ? [] : [[key, value]];
    }),
  );
}
