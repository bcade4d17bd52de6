// assistant/: figures for assistants, none of which has a patient in it.
// Every query is a file beside it; clinics that are named are the only ones that count.

import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import type { z } from 'zod';
import { jsonRows } from '../clickhouse/json-rows.js';
import * as shapes from './shapes.js';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
/** Values of one field that are looked at. */
const valuesMax = 10_000;
const queries = {
  figures: sql('case-figures'),
  shape: sql('case-shape'),
  context: sql('incident-context').replaceAll('{{most}}', `${valuesMax}`),
  closed: sql('closed-clinics'),
  days: sql('account-days'),
  habits: sql('account-habits'),
  peers: sql('account-peers'),
  accounting: sql('accounting-days'),
  leak: sql('leak-by-prefix'),
  findings: sql('leak-findings'),
} as const;

/** The clinics that count; all where it is undefined. */
type Clinics = readonly string[] | undefined;

export interface CaseFigures {
  readonly whole: shapes.Tiers;
  readonly clinics: readonly (shapes.Tiers & { readonly clinic_id: string })[];
}

export interface AccountQuery {
  readonly groupId: string;
  readonly actorId: string;
  /** Event times in milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly clinics: Clinics;
}

const nobody: shapes.Tiers = { patients: 0, exposed: 0, attempted: 0, listed: 0, displayed: 0, exported: 0 };

/** Rejects with `Transient` when the store does not answer. */
export class AssistantReader {
  constructor(private readonly client: ClickHouseClient) {}

  /** Exact figures of the list of a case; those of two clinics share patients. */
  async figures(caseId: string, clinics: Clinics): Promise<CaseFigures> {
    const rows = await this.#rows(queries.figures, { case_id: caseId, clinics: clinics ?? [] }, shapes.leveledTiers);
    const whole = rows.find(({ level }) => level === 'case');
    return {
      whole: whole ? shapes.tiers.parse(whole) : nobody,
      clinics: rows.flatMap(({ level, clinic_id, ...row }) =>
        level === 'clinic' ? { clinic_id, ...shapes.tiers.parse(row) } : [],
      ),
    };
  }

  /** Patients that were first touched in each stretch of `binMs` from `fromMs` on; stretches without any are left out. */
  shape(
    caseId: string,
    clinics: Clinics,
    { fromMs, binMs }: { readonly fromMs: number; readonly binMs: number },
  ): Promise<readonly shapes.ShapeBin[]> {
    return this.#rows(queries.shape, { case_id: caseId, clinics: clinics ?? [], from: fromMs, bin: binMs }, shapes.shapeBin);
  }

  async context(query: AccountQuery): Promise<shapes.IncidentContext> {
    const [row] = await this.#rows(queries.context, ofAccount(query), shapes.incidentContext);
    if (!row) throw new Error('an aggregate without a row');
    return row;
  }

  async closed(groupId: string, clinics: readonly string[], atMs: number): Promise<readonly string[]> {
    const rows = await this.#rows(queries.closed, { group: groupId, clinics, at: atMs }, shapes.closedClinic);
    return rows.map(({ clinic_id }) => clinic_id);
  }

  days(query: AccountQuery): Promise<readonly shapes.AccountDay[]> {
    return this.#rows(queries.days, ofAccount(query), shapes.accountDay);
  }

  habits(query: AccountQuery): Promise<readonly shapes.AccountHabit[]> {
    return this.#rows(queries.habits, ofAccount(query), shapes.accountHabit);
  }

  /** Accounts of its role in the period; none where the account has no role or did nothing. */
  async peers(query: AccountQuery): Promise<shapes.AccountPeers | undefined> {
    const [row] = await this.#rows(queries.peers, ofAccount(query), shapes.accountPeers);
    return row && row.role !== '' && row.accounts > 0 && row.patients_rank > 0 ? row : undefined;
  }

  accounting(groupId: string, fromMs: number): Promise<readonly shapes.AccountingDay[]> {
    return this.#rows(queries.accounting, { group: groupId, from: fromMs }, shapes.accountingDay);
  }

  /** At most eleven, in order of their ids. */
  leaks(groupId: string, prefix: string): Promise<readonly shapes.LeakFigures[]> {
    return this.#rows(queries.leak, { group: groupId, prefix }, shapes.leakFigures);
  }

  findings(groupId: string, leakId: string): Promise<readonly shapes.LeakFinding[]> {
    return this.#rows(queries.findings, { group: groupId, leak: leakId }, shapes.leakFinding);
  }

  #rows<Row>(query: string, params: Readonly<Record<string, unknown>>, shape: z.ZodType<Row>): Promise<readonly Row[]> {
    return jsonRows(this.client, { query, params, shape, failure: 'the figures cannot be read' });
  }
}

function ofAccount({ groupId, actorId, fromMs, toMs, clinics }: AccountQuery): Readonly<Record<string, unknown>> {
  return { group: groupId, actor: actorId, from: fromMs, to: toMs, clinics: clinics ?? [] };
}
