// audit/: who looked, read for people and for a check of the chains.
// Every query is a file beside it.

import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { auditFact } from '#libs/contracts/audit-row.js';
import { jsonRows } from '../clickhouse/json-rows.js';

const query = readFileSync(new URL('./audit-looks.sql', import.meta.url), 'utf8');

const logouts = readFileSync(new URL('./provider-logouts.sql', import.meta.url), 'utf8');

const look = z.object({ audit_id: z.string(), ...auditFact });
export type AuditLook = z.infer<typeof look>;
const logout = look.pick({ at: true, by: true, route: true });

export const lookKinds = ['refused', 'lists', 'changes'] as const;

/** Which rows are asked for; times in milliseconds, half open. Empty texts stand for all. */
export interface LooksWanted {
  readonly fromMs: number;
  readonly toMs: number;
  readonly by: string;
  readonly caseId: string;
  readonly kind: (typeof lookKinds)[number] | '';
}

/** The last row that was given. */
export interface LookPlace {
  readonly timeMs: number;
  readonly auditId: string;
}

/** Who looked at what, as the store has it, which follows the log within seconds. Rejects with `Transient`. */
export class AuditLooks {
  constructor(private readonly client: ClickHouseClient) {}

  /** At most `limit` rows behind a place, the newest first. */
  page(
    { fromMs, toMs, by, caseId, kind }: LooksWanted,
    before: LookPlace | undefined,
    limit: number,
  ): Promise<readonly AuditLook[]> {
    const place = { before_time: before?.timeMs ?? toMs, before_id: before?.auditId ?? '' };
    const params = { from: fromMs, to: toMs, by, case_id: caseId, kind, limit, ...place };
    return jsonRows(this.client, { query, params, shape: look, failure: 'the audit cannot be read' });
  }

  /** Rows of what the identity provider has ended, whose route begins so, since an instant of the wall clock in milliseconds, the oldest first. */
  providerLogouts(route: string, fromMs: number): Promise<readonly Pick<AuditLook, 'at' | 'by' | 'route'>[]> {
    const params = { from: fromMs, route };
    return jsonRows(this.client, { query: logouts, params, shape: logout, failure: 'the audit cannot be read' });
  }
}
