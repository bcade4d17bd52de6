import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { type Controller, controller } from '#libs/contracts/controller.js';
import { transientFailure } from '../clickhouse/failure.js';
import { jsonRows } from '../clickhouse/json-rows.js';

const query = readFileSync(new URL('./controllers.sql', import.meta.url), 'utf8');

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

  /** Adds controllers; one with the same group and id is replaced. */
  async put(controllers: readonly Controller[]): Promise<void> {
    const values = z.array(controller).parse(controllers);
    if (values.length === 0) return;
    await this.client
      .insert({ table: 'vigie.controllers', values, format: 'JSONEachRow' })
      .catch(transientFailure('vigie.controllers cannot be written'));
  }
}
