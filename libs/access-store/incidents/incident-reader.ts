import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { accessRow } from '#libs/contracts/access-row.js';
import { incidentChange, ruleMatch } from '#libs/contracts/incident.js';
import type { SubjectKind } from '#libs/contracts/vocabulary.js';
import { jsonRows } from '../clickhouse/json-rows.js';
import { selectionsOf } from '../selections/selection-expressions.js';
import { subjectSql } from '../clickhouse/subject-sql.js';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const incidentQuery = sql('incident-by-prefix');
const accessesQuery = sql('window-accesses');
const failure = 'the incident cannot be read';

/** The latest state of an incident or suppressed match, with the names of the view `incidents`. */
export const storedIncident = incidentChange
  .omit({ change_type: true, change_id: true, changed_at: true, version: true, received_at: true })
  .extend({ rule_matches: z.array(ruleMatch) });
export type StoredIncident = z.infer<typeof storedIncident>;

/** An access as `vigie why` shows it. */
export const shownAccess = accessRow
  .pick({ time: true, actor_id: true, clinic_id: true, action: true, patient_id: true, event_id: true })
  .extend({ source_ip: z.string(), application: z.string(), session_id: z.string() })
  .strip();
export type ShownAccess = z.infer<typeof shownAccess>;

export interface WindowQuery {
  readonly groupId: string;
  readonly subject: SubjectKind;
  readonly actorId: string;
  /** Event times in milliseconds, half open: `(fromMs, toMs]`. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly selectionId: string;
  readonly limit: number;
}

export interface WindowAccesses {
  /** In order of time, at most the limit. */
  readonly accesses: readonly ShownAccess[];
  /** How many there are. */
  readonly matching: number;
}

const matchingAccess = shownAccess.extend({ matching: z.number() });

/** Incidents and the accesses behind them, as ClickHouse has them. Rejects with `Transient` when it does not answer. */
export class IncidentReader {
  constructor(private readonly client: ClickHouseClient) {}

  /** Those whose id begins with `prefix`, at most `limit`, in order of their ids. */
  async find(prefix: string, limit: number): Promise<readonly StoredIncident[]> {
    return this.#rows(incidentQuery, { prefix, limit }, storedIncident);
  }

  /** What a selection selects in one window; undefined when ClickHouse does not know the selection. */
  async accesses({
    groupId,
    subject,
    actorId,
    fromMs,
    toMs,
    selectionId,
    limit,
  }: WindowQuery): Promise<WindowAccesses | undefined> {
    const [known] = await selectionsOf(this.client, [selectionId], failure);
    if (!known) return undefined;
    const query = accessesQuery.replace('{{subject}}', () => subjectSql(subject)).replace('{{selected}}', () => known.expression);
    const found = await this.#rows(query, { group: groupId, actor: actorId, from: fromMs, to: toMs, limit }, matchingAccess);
    return { accesses: found.map((row) => shownAccess.parse(row)), matching: found[0]?.matching ?? 0 };
  }

  #rows<Row>(query: string, params: Readonly<Record<string, unknown>>, shape: z.ZodType<Row>): Promise<readonly Row[]> {
    return jsonRows(this.client, { query, params, shape, failure });
  }
}
