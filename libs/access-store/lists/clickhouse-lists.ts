import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { type Clinic, clinic, type ListEntry, listEntry } from '#libs/contracts/list-entry.js';
import { transientFailure } from '../clickhouse/failure.js';
import { wholeRows } from '../contract/whole-rows.js';
import { changesOfFile, type ListStore, withControllers } from '../contract/lists.js';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const entriesQuery = sql('list-entries');
const clinicsQuery = sql('clinics');
const fingerprintQuery = sql('lists-fingerprint');

/** Times as the contracts have them. */
const readSettings = { date_time_output_format: 'iso' } as const;

const fingerprints = z.array(z.object({ fingerprint: z.string() })).length(1);

/**
 * Lists and register in the tables `lists` and `clinics`. When a row was written is the server's time, so that the last of two people
 * wins whatever their machines' clocks say. The client stays the caller's.
 */
export class ClickHouseLists implements ListStore {
  constructor(private readonly client: ClickHouseClient) {}

  async entries(listName?: string): Promise<readonly ListEntry[]> {
    return z.array(listEntry).parse(await this.#rows(entriesQuery, { names: listName === undefined ? [] : [listName] }));
  }

  async put(entries: readonly ListEntry[], { removed }: { readonly removed: boolean } = { removed: false }): Promise<void> {
    const rows = z.array(listEntry).parse(entries);
    await this.#insert('vigie.lists', removed ? rows.map((row) => ({ ...row, removed: 1 })) : rows);
  }

  async clinics(whose?: 'people'): Promise<readonly Clinic[]> {
    return this.#clinics(whose ? [0] : [0, 1]);
  }

  async putClinics(clinics: readonly Clinic[]): Promise<void> {
    const given = z.array(clinic).parse(clinics);
    const known = given.every(({ controller_id }) => controller_id) ? [] : await this.clinics();
    await this.#insert('vigie.clinics', withControllers(given, known));
  }

  async keepFile(clinics: readonly Clinic[]): Promise<number> {
    const given = z.array(clinic).parse(clinics);
    const { put, removed } = changesOfFile(given, await this.#clinics([0]), await this.#clinics([1]));
    const rows = [...put, ...removed.map((one) => ({ ...one, removed: 1 }))].map((one) => ({ ...one, of_file: 1 }));
    await this.#insert('vigie.clinics', rows);
    return rows.length;
  }

  async fingerprint(): Promise<string> {
    const [row] = fingerprints.parse(await this.#rows(fingerprintQuery, {}));
    return row?.fingerprint ?? '';
  }

  async #clinics(of_file: readonly (0 | 1)[]): Promise<readonly Clinic[]> {
    return z.array(clinic).parse(await this.#rows(clinicsQuery, { of_file }));
  }

  async #insert(table: string, values: readonly object[]): Promise<void> {
    if (values.length === 0) return;
    await this.client
      .insert({ table, values: [...values], format: 'JSONEachRow' })
      .catch(transientFailure(`${table} cannot be written`));
  }

  async #rows(query: string, query_params: Readonly<Record<string, unknown>>): Promise<unknown> {
    try {
      const answer = await this.client.query({
        query,
        query_params: { ...query_params },
        format: 'JSONEachRow',
        clickhouse_settings: readSettings,
      });
      return await wholeRows(answer);
    } catch (cause) {
      return transientFailure('the lists cannot be read')(cause);
    }
  }
}
