import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { type DossierScope, dossierScope } from '#libs/contracts/dossier.js';
import { transientFailure } from '../clickhouse/failure.js';
import { jsonRows } from '../clickhouse/json-rows.js';

const query = readFileSync(new URL('./scopes.sql', import.meta.url), 'utf8');

/** What the dossiers of cases look at, version by version. Rejects with `Transient` when the store does not answer. */
export class DossierScopes {
  constructor(private readonly client: ClickHouseClient) {}

  /** Of a case, the oldest first; none where nobody set one, which is the condition of its incidents. */
  of(caseId: string): Promise<readonly DossierScope[]> {
    return jsonRows(this.client, {
      query,
      params: { case_id: caseId },
      shape: dossierScope,
      failure: 'the scopes cannot be read',
    });
  }

  /**
   * Adds a version after the newest. Throws a `ZodError` when something is missing, and an `Error` when somebody else added the same version
   * at the same time: then both count, as the views see it, until one is set that says what is meant.
   */
  async add(given: Omit<DossierScope, 'version'>): Promise<DossierScope> {
    const newest = (await this.of(given.case_id)).at(-1)?.version ?? 0;
    const scope = dossierScope.parse({ ...given, version: newest + 1 });
    await this.client
      .insert({ table: 'vigie.dossier_scopes', values: [scope], format: 'JSONEachRow' })
      .catch(transientFailure('vigie.dossier_scopes cannot be written'));
    const others = (await this.of(scope.case_id)).filter(({ version }) => version === scope.version);
    if (others.length > 1)
      throw new Error(
        `${others.length} people set version ${scope.version} of the scope of ${scope.case_id} at once (${others.map(({ author }) => author).join(', ')}); agree, and set it again`,
      );
    return scope;
  }
}
