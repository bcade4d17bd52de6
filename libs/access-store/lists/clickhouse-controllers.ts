// lists/: registers in ClickHouse: lists, clinics (with a fingerprint that tells when they changed), controllers, mutes.
// Every query is a file beside it.

import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { type Controller, controller } from '#libs/contracts/controller.js';
import { transientFailure } from '../clickhouse/failure.js';
import { jsonRows } from '../clickhouse/json-rows.js';

const nis2Query = readFileSync(new URL('./controllers-nis2.sql', import.meta.url), 'utf8');
const query = readFileSync(new URL('./controllers.sql', import.meta.url), 'utf8');

const nis2 = controller.pick({ group_id: true, controller_id: true, nis2: true });
type Nis2 = z.infer<typeof nis2>;

/** The register of controllers in the table `controllers`. Rejects with `Transient` when the store does not answer. */
export class ClickHouseControllers {
  constructor(private readonly client: ClickHouseClient) {}

  /** Of a group, or of all, in order of group and id. */
  list(groupId = ''): Promise<readonly Controller[]> {
    return jsonRows(this.client, {
      query,
      params: { group: groupId },
      shape: controller,
      failure: 'the controllers cannot be read',
    });
  }

  /** Those for whom the clocks of NIS 2 run, of all groups. */
  nis2(): Promise<readonly Nis2[]> {
    return jsonRows(this.client, { query: nis2Query, params: {}, shape: nis2, failure: 'the controllers cannot be read' });
  }

  /** Adds controllers; one with the same group and id is replaced. */
  async put(controllers: readonly Controller[]): Promise<void> {
    const values = z.array(controller).parse(controllers);
    if (values.length === 0) return;
    await this.client
      .insert({ table: 'vigie.controllers', values, format: 'JSONEachRow' })
      .catch(transientFailure('vigie.controllers cannot be written'));
  }
}
