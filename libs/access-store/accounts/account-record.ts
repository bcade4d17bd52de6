// accounts/: what an account did day by day, for people who ask what is normal for it.
// Every query is a file beside it; no patient is in any of them.

import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { isoTime } from '#libs/contracts/access-row.js';
import { jsonRows } from '../clickhouse/json-rows.js';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const queries = { days: sql('account-per-day'), hours: sql('account-hours'), values: sql('account-values') } as const;

/** Values of one kind that are given. */
const valuesMax = 20;

const count = z.int().nonnegative();
const accountDay = z.object({ day: z.iso.date(), events: count, patients: count, clinics: count });
const accountHour = z.object({ day: z.iso.date(), hour: z.int().min(0).max(23), events: count, patients: count });
const accountValue = z.object({
  kind: z.enum(['clinic', 'address', 'application', 'device', 'program']),
  value: z.string(),
  events_before: count,
  events_last_day: count,
  first_time: isoTime,
  last_time: isoTime,
});
export type AccountDay = z.infer<typeof accountDay>;
export type AccountHour = z.infer<typeof accountHour>;
export type AccountValue = z.infer<typeof accountValue>;

/** Whole days by the clock of Paris, `2026-11-29`, the last one included. */
export interface AccountStretch {
  readonly groupId: string;
  readonly actorId: string;
  readonly firstDay: string;
  readonly lastDay: string;
  /** The clinics that count; all where it is empty. */
  readonly clinics: readonly string[];
}

/** Days, hours and values without an access are left out. Rejects with `Transient`. */
export class AccountRecord {
  constructor(private readonly client: ClickHouseClient) {}

  days(of: AccountStretch): Promise<readonly AccountDay[]> {
    return this.#rows(queries.days, paramsOf(of), accountDay);
  }

  hours(of: AccountStretch): Promise<readonly AccountHour[]> {
    return this.#rows(queries.hours, paramsOf(of), accountHour);
  }

  values(of: AccountStretch): Promise<readonly AccountValue[]> {
    return this.#rows(queries.values, { ...paramsOf(of), most: valuesMax }, accountValue);
  }

  #rows<Row>(query: string, params: Readonly<Record<string, unknown>>, shape: z.ZodType<Row>): Promise<readonly Row[]> {
    return jsonRows(this.client, { query, params, shape, failure: 'the days of the account cannot be read' });
  }
}

function paramsOf({ groupId, actorId, firstDay, lastDay, clinics }: AccountStretch) {
  return { group: groupId, actor: actorId, first_day: firstDay, last_day: lastDay, clinics };
}
