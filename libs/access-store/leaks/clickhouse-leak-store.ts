// leaks/: samples of patients that were found outside, and the accounts that they point to.
// Every query is a file beside it; the sample is a table that they read, never text of theirs.

import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { findingBody } from '#libs/attribution/attribution-body.js';
import type { Attribution, Leak, LeakAccesses, LeakStore, Moment, SizedExport } from '#libs/attribution/leak.js';
import { hex128, isoTime } from '#libs/contracts/access-row.js';
import type { LeakFindingRow, LeakRow, LeakSampleRow } from '#libs/contracts/leak-rows.js';
import { isoOf } from '#libs/runtime/clock.js';
import { transientFailure } from '../clickhouse/failure.js';
import { jsonRows } from '../clickhouse/json-rows.js';

const sql = (name: string) => readFileSync(new URL(`./leak-${name}.sql`, import.meta.url), 'utf8');
const queries = {
  counts: sql('counts'), accounts: sql('accounts'), clinics: sql('clinics'), holders: sql('holders'), pool: sql('pool'), days: sql('days'), exports: sql('exports'),
  incidents: sql('incidents'), incidentPatients: sql('incident-patients'), sizedExports: sql('sized-exports'),
} as const; // prettier-ignore

/** Patients of the pool that control samples are drawn from. */
const poolMax = 100_000;
const incidentsMax = 50;
const exportsMax = 5_000;
const sizedExportsMax = 20;

const count = z.int().min(0);
const holders = z.array(count);
const accountRow = z.object({ actor_id: z.string(), number: count, size: count, everybody: count });
const clinicRow = z.object({ clinicId: z.string(), size: count, largest: count });
const touched = z.object({ size: count, held: z.array(hex128) });
const moment = touched.extend({ actor_id: z.string(), ref: z.string(), first_time: isoTime, last_time: isoTime });
const incident = z.object({ incident_id: z.string(), actor_id: z.string(), first_time: isoTime, last_time: isoTime });
const shownExport = z.object({ actorId: z.string(), eventId: z.string(), time: isoTime, action: z.string(), records: count });
const sizedExport = shownExport.extend({ found: count });

/** Leaks and accesses in ClickHouse. Rejects with `Transient` when it is away. The client stays the caller's. */
export class ClickHouseLeakStore implements LeakStore {
  constructor(private readonly client: ClickHouseClient) {}

  async keep({ leakId: leak_id, groupId: group_id, atMs }: Leak, patients: readonly string[]): Promise<void> {
    const asked_at = isoOf(atMs);
    await this.#insert(
      'leak_samples',
      patients.map((patient_id): LeakSampleRow => ({ leak_id, group_id, patient_id, asked_at })),
    );
  }

  async accesses(leak: Leak): Promise<LeakAccesses> {
    const [counted] = await this.#rows(queries.counts, leak, z.object({ known: count }));
    const accounts = await this.#rows(queries.accounts, leak, accountRow);
    const patients = accounts[0]?.everybody ?? 0;
    const placeOf = new Map(accounts.map(({ number }, place) => [number, place]));
    const placesOf = (numbers: readonly number[]) =>
      numbers.flatMap((number) => placeOf.get(number) ?? []).toSorted((a, b) => a - b);
    const touchedRows = await this.#rows(
      queries.holders,
      leak,
      z.object({ patient_id: hex128, holders, clinics: z.array(z.string()) }),
    );
    const clinics = await this.#rows(queries.clinics, leak, clinicRow);
    const clinicAt = new Map(clinics.map(({ clinicId }, place) => [clinicId, place]));
    const every = Math.max(1, Math.ceil(patients / poolMax));
    const pool = await this.#rows(queries.pool, leak, z.object({ holders }), { every });
    return {
      known: counted?.known ?? 0,
      patients,
      accounts: accounts.map(({ actor_id: actorId, size }) => ({ actorId, size })),
      clinics,
      touched: touchedRows.map((row) => ({
        patient: row.patient_id,
        holders: placesOf(row.holders),
        at: row.clinics.flatMap((clinic) => clinicAt.get(clinic) ?? []),
      })),
      pool: pool.map((row) => placesOf(row.holders)),
    };
  }

  async moments(leak: Leak, actors: readonly string[]): Promise<readonly Moment[]> {
    const days = await this.#rows(queries.days, leak, moment, { actors });
    const exports = await this.#rows(queries.exports, leak, moment, { actors, limit: exportsMax });
    const incidents = await this.#rows(queries.incidents, leak, incident, { actors, limit: incidentsMax });
    const concerned: z.infer<typeof moment>[] = [];
    for (const { incident_id: ref, ...row } of incidents)
      for (const patients of await this.#rows(queries.incidentPatients, leak, touched, { incident: ref }))
        concerned.push({ ref, ...row, ...patients });
    const of = (kind: Moment['kind'], rows: readonly z.infer<typeof moment>[]) =>
      rows.map(({ actor_id: actorId, first_time, last_time, ref, size, held }): Moment => ({
        kind,
        actorId,
        ref,
        size,
        held,
        firstMs: Date.parse(first_time),
        lastMs: Date.parse(last_time),
      }));
    return [...of('day', days), ...of('incident', concerned), ...of('export', exports)];
  }

  async sizedExports(
    leak: Leak,
    size: { readonly least: number; readonly wanted: number; readonly most: number },
  ): Promise<{ readonly found: number; readonly nearest: readonly SizedExport[] }> {
    const rows = await this.#rows(queries.sizedExports, leak, sizedExport, { ...size, limit: sizedExportsMax });
    return { found: rows[0]?.found ?? 0, nearest: rows.map((row) => shownExport.parse(row)) };
  }

  /** Findings first: a leak that is listed is complete. */
  async record(leak: Leak, found: Attribution): Promise<void> {
    const own = { leak_id: leak.leakId, group_id: leak.groupId, asked_at: isoOf(leak.atMs) };
    const findings = found.findings.map((one): LeakFindingRow => ({ ...own, ...findingBody(one) }));
    const row: LeakRow = {
      ...own,
      title: leak.title,
      period_from: isoOf(leak.fromMs),
      period_to: isoOf(leak.toMs),
      given: found.given,
      known: found.known,
      touched: found.touched,
      accounts: found.accounts,
      patients: found.patients,
      verdict: found.verdict,
      unexplained: found.rest,
      control_samples: found.controls.samples,
      control_named: found.controls.named,
      asked_by: leak.by,
    };
    await this.#insert('leak_findings', findings);
    await this.#insert('leaks', [row]);
  }

  async #insert(table: 'leaks' | 'leak_samples' | 'leak_findings', values: readonly object[]): Promise<void> {
    if (values.length === 0) return;
    await this.client
      .insert({ table: `vigie.${table}`, values, format: 'JSONEachRow' })
      .catch(transientFailure(`vigie.${table} cannot be written`));
  }

  #rows<Row>(
    query: string,
    { groupId: group, leakId: leak, fromMs: from, toMs: to }: Leak,
    shape: z.ZodType<Row>,
    params: Readonly<Record<string, unknown>> = {},
  ): Promise<readonly Row[]> {
    return jsonRows(this.client, {
      query,
      params: { group, leak, from, to, ...params },
      shape,
      failure: 'the leak cannot be looked for',
    });
  }
}
