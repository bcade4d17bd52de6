import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { ChainCheck, type ChainFindings } from '#libs/audit/chain-check.js';
import type { ChainHead, StoredAuditRow } from '#libs/audit/chain.js';
import { jsonRows } from '../clickhouse/json-rows.js';

const query = readFileSync(new URL('./audit-rows.sql', import.meta.url), 'utf8');
const headsQuery = readFileSync(new URL('./audit-heads.sql', import.meta.url), 'utf8');
const text = z.string();
const number = z.number();

/** What the columns can hold, which is more than the contract allows: a changed row is to be named, not stumbled over. */
const shape = z.object({
  audit_id: text,
  chain_id: text,
  number,
  previous_sha256: text,
  at: text,
  by: text,
  via: text,
  method: text,
  route: text,
  case_id: text,
  rows: number,
  status: number,
  remote_address: text,
  sha256: text,
});

const head = z.object({ chainId: text, rows: number, sha256: text });

/** Chains that have a row at or after, and before, in milliseconds since 1970. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Rows of one page; memory holds no more. */
const pageRowsMax = 10_000;

/** The chains of the store, checked. */
export class AuditReader {
  constructor(
    private readonly client: ClickHouseClient,
    private readonly pageRows = pageRowsMax,
  ) {}

  /**
   * Checks every chain that has a row in a stretch of time from its beginning to its end, in the order of their ids; those of heads that were kept
   * elsewhere first, and also where no row is left of them. Rejects with `Transient` when the store does not answer.
   */
  async check(stretch: Stretch, kept: readonly ChainHead[] = []): Promise<readonly ChainFindings[]> {
    const ofChains = Map.groupBy(kept, ({ chainId }) => chainId);
    const checks = new Map([...ofChains].map(([chainId, heads]) => [chainId, new ChainCheck(chainId, heads)] as const));
    for await (const row of this.#rows(stretch)) {
      const check = checks.get(row.chain_id) ?? new ChainCheck(row.chain_id);
      checks.set(row.chain_id, check);
      check.take(row);
    }
    return [...checks.values()].map(({ findings }) => findings);
  }

  /**
   * Where the chains stand that have a row at or after `since` (milliseconds since 1970), at most so many, those that grew last first. Needs the right to
   * read four columns. Rejects with `Transient` when the store does not answer.
   */
  heads(since: number, limit: number): Promise<readonly ChainHead[]> {
    const failure = 'the heads of the audit cannot be read';
    return jsonRows(this.client, { query: headsQuery, params: { since, limit }, shape: head, failure });
  }

  async *#rows({ from, to }: Stretch): AsyncGenerator<StoredAuditRow> {
    let after: Pick<StoredAuditRow, 'chain_id' | 'number' | 'sha256'> | undefined = { chain_id: '', number: 0, sha256: '' };
    while (after) {
      const { chain_id, number: place, sha256 } = after;
      const params = { from, to, chain_id, number: place, sha256, limit: this.pageRows };
      const page: readonly StoredAuditRow[] = await jsonRows(this.client, {
        query,
        params,
        shape,
        failure: 'the audit cannot be read',
      });
      yield* page;
      after = page.length < this.pageRows ? undefined : page.at(-1);
    }
  }
}
