import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { isoTime } from '#libs/contracts/access-row.js';
import { type Figures, figures } from '#libs/contracts/dossier.js';
import { subjectKinds } from '#libs/contracts/vocabulary.js';
import { jsonRows } from '../clickhouse/json-rows.js';
import { subjectSql } from '../clickhouse/subject-sql.js';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const queries = {
  cases: sql('case-by-prefix'),
  figures: sql('ledger-figures'),
  unnamed: sql('unnamed-records'),
  difference: sql('scope-difference'),
  listed: sql('incident-listed'),
} as const;

/** The ledger of a version of a case's scope, by the parameters `case_id` and `scope_version`. */
export const ledgerOf = 'vigie.dossier_ledger_of(case_id = {case_id:String}, scope_version = {scope_version:UInt32})';

/** The frozen rows of the snapshot that a parameter names. */
export function frozenRows(parameter: string): string {
  return `(SELECT * FROM vigie.dossier_patients WHERE snapshot_id = {${parameter}:String})`;
}

/** An incident of a case as it is now. */
const caseIncident = z
  .tuple([
    z.string(),
    z.string(),
    z.string(),
    z.string(),
    isoTime,
    isoTime,
    z.number(),
    z.number(),
    isoTime,
    z.array(z.string()),
    z.enum(subjectKinds),
  ])
  .transform(
    ([
      incident_id,
      group_id,
      actor_id,
      state,
      first_time,
      last_time,
      patients,
      version,
      changed_at,
      selections,
      subject_kind,
    ]) => ({
      incident_id,
      group_id,
      subject_kind,
      actor_id,
      state,
      first_time,
      last_time,
      patients,
      version,
      changed_at,
      selections,
    }),
  );
export type CaseIncident = z.infer<typeof caseIncident>;

const ledgerCase = z.object({ case_id: z.string(), incidents: z.array(caseIncident).min(1) });
export type LedgerCase = z.infer<typeof ledgerCase>;

const leveled = figures
  .omit({ unnamed_records: true })
  .extend({ level: z.enum(['case', 'controller', 'clinic']), controller_id: z.string(), clinic_id: z.string() });
const unnamed = z.object({ controller_id: z.string(), clinic_id: z.string(), unnamed_records: z.number() });

/** The numbers of a scope: of all of it, and of its parts, which share patients where one was seen in several. */
export interface LedgerFigures {
  readonly whole: Figures;
  readonly controllers: ReadonlyMap<string, Figures>;
  readonly clinics: readonly { readonly controller_id: string; readonly clinic_id: string; readonly figures: Figures }[];
}

const difference = z.object({
  added: z.number(),
  left_out: z.number(),
  added_examples: z.array(z.string()),
  left_out_examples: z.array(z.string()),
});
export type ScopeDifference = z.infer<typeof difference>;

/** Whether the list of an incident is as long as its figure. `newest_received` is when the newest access between its times came in. */
export interface Listed {
  readonly incident: CaseIncident;
  readonly listed: number;
  readonly newest_received: string;
}
const listed = z.object({ listed: z.number(), newest_received: isoTime });

/** The ledgers of cases and their figures. Rejects with `Transient` when the store does not answer. */
export class LedgerReader {
  constructor(private readonly client: ClickHouseClient) {}

  /** Cases whose id begins with `prefix`, at most `limit`, in order of their ids. */
  cases(prefix: string, limit: number): Promise<readonly LedgerCase[]> {
    return this.#rows(queries.cases, { prefix, limit }, ledgerCase);
  }

  /** The figures of a version of a case's scope; version 0 is the condition of its incidents. */
  figures(caseId: string, scopeVersion: number): Promise<LedgerFigures> {
    return this.#figures(ledgerOf, { case_id: caseId, scope_version: scopeVersion });
  }

  /** The same of the frozen rows of one controller, with the records without names as they are now. */
  frozen(snapshotId: string, caseId: string, scopeVersion: number): Promise<LedgerFigures> {
    const params = { snapshot_id: snapshotId, case_id: caseId, scope_version: scopeVersion };
    return this.#figures(frozenRows('snapshot_id'), params);
  }

  async #figures(ledger: string, params: Readonly<Record<string, unknown>>): Promise<LedgerFigures> {
    const rows = await this.#rows(queries.figures.replace('{{ledger}}', ledger), params, leveled);
    const records = await this.#rows(queries.unnamed, params, unnamed);
    const withUnnamed = ({ level, controller_id, clinic_id, ...counted }: z.infer<typeof leveled>): Figures => {
      const own = records.filter(
        (one) => level === 'case' || (one.controller_id === controller_id && (level !== 'clinic' || one.clinic_id === clinic_id)),
      );
      return { ...counted, unnamed_records: own.reduce((sum, one) => sum + one.unnamed_records, 0) };
    };
    const at = (level: string) => rows.filter((row) => row.level === level);
    const [whole] = at('case');
    return {
      whole: whole ? withUnnamed(whole) : nobody(records),
      controllers: withUnlisted(new Map(at('controller').map((row) => [row.controller_id, withUnnamed(row)])), records),
      clinics: at('clinic').map((row) => ({
        controller_id: row.controller_id,
        clinic_id: row.clinic_id,
        figures: withUnnamed(row),
      })),
    };
  }

  /** Patients of a version of the scope that another has not, and the other way round, with at most five examples each. */
  async difference(caseId: string, scopeVersion: number, than: number): Promise<ScopeDifference> {
    const params = { case_id: caseId, scope_version: scopeVersion, than, examples: 5 };
    const [row] = await this.#rows(queries.difference, params, difference);
    return row ?? { added: 0, left_out: 0, added_examples: [], left_out_examples: [] };
  }

  async listed(incident: CaseIncident): Promise<Listed> {
    const { incident_id, group_id, subject_kind, actor_id, first_time, last_time } = incident;
    const params = { incident_id, group: group_id, actor: actor_id, from: first_time, to: last_time };
    const [row] = await this.#rows(
      queries.listed.replace('{{subject}}', () => subjectSql(subject_kind)),
      params,
      listed,
    );
    return { incident, listed: row?.listed ?? 0, newest_received: row?.newest_received ?? first_time };
  }

  #rows<Row>(query: string, params: Readonly<Record<string, unknown>>, shape: z.ZodType<Row>): Promise<readonly Row[]> {
    return jsonRows(this.client, { query, params, shape, failure: 'the ledger cannot be read' });
  }
}

function nobody(records: readonly z.infer<typeof unnamed>[]): Figures {
  const unnamed_records = records.reduce((sum, one) => sum + one.unnamed_records, 0);
  return { patients: 0, exposed: 0, attempted: 0, listed: 0, displayed: 0, exported: 0, per_key: {}, unnamed_records };
}

/** A controller whose patients no source names has records all the same. */
function withUnlisted(
  controllers: ReadonlyMap<string, Figures>,
  records: readonly z.infer<typeof unnamed>[],
): ReadonlyMap<string, Figures> {
  const unlisted = [...new Set(records.map(({ controller_id }) => controller_id))].filter((id) => !controllers.has(id));
  const ofOne = (id: string) => nobody(records.filter(({ controller_id }) => controller_id === id));
  return new Map([...controllers, ...unlisted.map((id) => [id, ofOne(id)] as const)]);
}
