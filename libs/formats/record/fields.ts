// record/: from any record of names and values to an event, by a mapping that is data.
// Formats that are JSON objects or rows of a table are such mappings; what a source's configuration says goes before them.

import type { Reading } from '../input-format.js';

/** The fields of an event by the names that Vigie's own format gives them, as mappings and configurations name them. */
export const eventFields = [
  'id', 'time', 'time_of_day', 'clinic_id', 'actor_id', 'actor_role', 'actor_kind', 'privileged', 'patient_id', 'action', 'outcome', 'record_count',
  'categories', 'purpose', 'emergency', 'source_ip', 'device', 'user_agent', 'session_id', 'auth', 'mfa', 'application',
] as const; // prettier-ignore
export type EventField = (typeof eventFields)[number];

/** Other names of them: those of the fields of `AccessEvent`. */
const others: ReadonlyMap<string, EventField> = new Map<string, EventField>([
  ['timeMs', 'time'],
  ['patient_ids', 'patient_id'],
  ['patients', 'patient_id'],
  ...eventFields.map((field): [string, EventField] => [
    field.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
    field,
  ]),
  ...eventFields.map((field): [string, EventField] => [field, field]),
]);

/** A place that the configuration of a source gives a field; for `patient_id|AUTHORITY` with whose number stands there. */
export interface Column {
  readonly field: EventField;
  readonly place: string;
  readonly authority?: string;
}

/**
 * A key of `Reading.columns`: a field as Vigie's format or `AccessEvent` names it, and for a patient's number behind a bar the authority
 * that assigned it. Undefined when there is no such field.
 */
export function columnField(key: string): Omit<Column, 'place'> | undefined {
  const at = key.indexOf('|');
  const field = others.get(at < 0 ? key : key.slice(0, at));
  if (field === undefined || (at >= 0 && field !== 'patient_id')) return undefined;
  const authority = at < 0 ? '' : key.slice(at + 1);
  return { field, ...(authority && { authority }) };
}

const known = new WeakMap<object, readonly Column[]>();
const noColumns: readonly Column[] = [];

/** Where a source's configuration says that fields stand; keys that name no field say nothing. */
export function columnsOf({ columns }: Pick<Reading, 'columns'>): readonly Column[] {
  if (!columns) return noColumns;
  const found =
    known.get(columns) ??
    Object.entries(columns).flatMap(([key, place]) => {
      const column = columnField(key);
      return column ? [{ ...column, place }] : [];
    });
  known.set(columns, found);
  return found;
}

/** What the configuration of a source says that words of a field mean. */
export function valuesOf({ values }: Reading, field: EventField): Readonly<Record<string, string>> | undefined {
  if (!values) return undefined;
  return values[field] ?? Object.entries(values).find(([key]) => columnField(key)?.field === field)?.[1];
}
