// verdicts/: what people found of the cases of each rule, and what an exception for a case must know.
// Every query is a file beside it.

import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { hex128, isoTime } from '#libs/contracts/access-row.js';
import { subjectKinds } from '#libs/contracts/vocabulary.js';
import { jsonRows } from '../clickhouse/json-rows.js';
import { selectionsOf } from '../selections/selection-expressions.js';
import { subjectSql } from '../clickhouse/subject-sql.js';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const incidentsQuery = sql('case-incidents');
const valuesQuery = sql('incident-values');
const failure = 'the case cannot be read';

const judgedIncident = z.object({
  case_id: hex128,
  /** Of the case; empty where there is none. */
  verdict: z.string(),
  incident_id: hex128,
  group_id: z.string(),
  subject_kind: z.enum(subjectKinds),
  actor_id: z.string(),
  first_time: isoTime,
  last_time: isoTime,
  rules: z.array(z.string()),
  selections: z.array(z.string()),
});
/** An incident that stands, with what people found of its case. */
export type JudgedIncident = z.infer<typeof judgedIncident>;

const accessValues = z.object({ clinic_id: z.array(z.string()), action: z.array(z.string()), application: z.array(z.string()) });
/** The values of some fields among accesses, each once; an empty one where an access has none. */
export type AccessValues = z.infer<typeof accessValues>;

/** What people found of cases, and the accesses behind them. Every method rejects with `Transient` when the store is away. */
export class JudgedCases {
  constructor(private readonly client: ClickHouseClient) {}

  /** The incidents of the cases that `prefix` names: the first digits of a case's id, or of that of one of its incidents. In order of time. */
  named(prefix: string): Promise<readonly JudgedIncident[]> {
    return this.#incidents({ prefix, groups: [], actors: [] });
  }

  /** The incidents of accounts, in order of time. */
  ofAccounts(accounts: readonly Pick<JudgedIncident, 'group_id' | 'actor_id'>[]): Promise<readonly JudgedIncident[]> {
    const groups = accounts.map(({ group_id }) => group_id);
    return this.#incidents({ prefix: '', groups, actors: accounts.map(({ actor_id }) => actor_id) });
  }

  /** The values of the accesses that an incident counts; of a field with more than `most`, one more than that. Undefined where its selections are not known. */
  async values(incident: JudgedIncident, most: number): Promise<AccessValues | undefined> {
    const { group_id: group, subject_kind, actor_id: actor, first_time, last_time, selections } = incident;
    const known = await selectionsOf(this.client, selections, failure);
    if (known.length === 0) return undefined;
    const selected = known.map(({ expression }) => `(${expression}\n)`).join(' OR ');
    const query = valuesQuery
      .replaceAll('{{most}}', String(most + 1))
      .replace('{{subject}}', () => subjectSql(subject_kind))
      .replace('{{selected}}', () => selected);
    const [found] = await this.#rows(
      query,
      { group, actor, from: Date.parse(first_time), to: Date.parse(last_time) },
      accessValues,
    );
    return found;
  }

  #incidents(params: Readonly<Record<string, unknown>>): Promise<readonly JudgedIncident[]> {
    return this.#rows(incidentsQuery, params, judgedIncident);
  }

  #rows<Row>(query: string, params: Readonly<Record<string, unknown>>, shape: z.ZodType<Row>): Promise<readonly Row[]> {
    return jsonRows(this.client, { query, params, shape, failure });
  }
}
