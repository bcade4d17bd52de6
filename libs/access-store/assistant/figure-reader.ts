import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { jsonRows } from '../clickhouse/json-rows.js';

/** Queries of the page for analysts whose answers have no patient in them, by file; with what each asks for besides the group. */
export const figureNames = {
  account_hours: 'actor',
  most_patients_in_an_hour: '',
  outside_working_hours: '',
  incidents: '',
  incident_clinics: 'incident',
  list_equals_figure: '',
  incident_categories: 'incident',
  incident_life: 'incident',
  incident_notifications: 'incident',
  detection_speed: '',
  account_devices: 'actor',
  more_clinics_than_usual: '',
  privileged_without_mfa: '',
  exports: '',
  break_the_glass: '',
  failed_accesses: '',
  accounting: '',
  refused_records: '',
  exceptions_effect: '',
  changed_records: '',
  clocks_ahead: '',
  rule_verdicts: '',
} as const satisfies Readonly<Record<string, '' | 'actor' | 'incident'>>;
export type FigureName = keyof typeof figureNames;

/** Rows of one answer. */
export const figureRowsMax = 200;

/** Views with a group, of which only the rows of one are asked; the others are asked by the id of an incident. */
const grouped =
  /\bvigie\.(accesses|incidents|incident_changes|accounting|quarantine|suppressed_matches|rule_verdicts)\b( AS \w+)?/g;

const row = z.record(z.string(), z.unknown());

export interface FigureQuery {
  readonly name: FigureName;
  readonly groupId: string;
  /** The account or the incident, where the query asks for one; empty where it does not. */
  readonly of: string;
}

/** The text of a query, of one group: what the page for analysts has, over the rows of the group and with an end. */
export function figureSql(name: FigureName): string {
  const text = readFileSync(new URL(`./figures/${name.replaceAll('_', '-')}.sql`, import.meta.url), 'utf8');
  const own = text.replaceAll(
    grouped,
    (_, view: string, as = '') => `(SELECT * FROM vigie.${view} WHERE group_id = {group:String})${as}`,
  );
  return `SELECT * FROM (\n${own}) LIMIT ${figureRowsMax + 1}`;
}

/** Rejects with `Transient` when the store does not answer. */
export class FigureReader {
  constructor(private readonly client: ClickHouseClient) {}

  /** At most one row more than `figureRowsMax`. */
  rows({ name, groupId, of }: FigureQuery): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const params = { group: groupId, actor: of, incident: of };
    return jsonRows(this.client, { query: figureSql(name), params, shape: row, failure: 'the figures cannot be read' });
  }
}
