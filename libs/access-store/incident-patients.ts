import { readFileSync } from 'node:fs';

const template = readFileSync(new URL('./incident-patients.sql', import.meta.url), 'utf8');

const listed = "state NOT IN ('merged', 'withdrawn')";
const all = `vigie.incidents WHERE ${listed}`;
/** The view over one takes suppressed matches too: whoever asks for one by its id wants to know whom it concerns. */
const one = `vigie.incident_latest WHERE ${listed} AND incident_id = {incident_id:String}`;
const span = `\n        AND time >= (SELECT min(first_time) FROM ${one}) AND time <= (SELECT max(last_time) FROM ${one})`;

/**
 * The views over all selections (id to expression): `incident_patients`, and `incident_patients_of(incident_id = '...')`, the same for one
 * incident or suppressed match. ClickHouse does not carry a condition on `incident_id` through the join to the accesses, so that the first
 * reads all accounts that have an incident; the second reads one account between two times. Ids are hexadecimal digits, checked where they
 * come in.
 */
export function incidentPatientsViews(selections: ReadonlyMap<string, string>): readonly string[] {
  const parts = [...selections].map(([id, expression]) => `if((${expression}\n), ['${id}'], [])`);
  const selected =
    parts.length === 0 ? "CAST([], 'Array(String)')" : `arrayConcat(CAST([], 'Array(String)'), ${parts.join(', ')})`;
  return [viewOf('incident_patients', all, '', selected), viewOf('incident_patients_of', one, span, selected)];
}

function viewOf(name: string, from: string, times: string, selected: string): string {
  const values: Readonly<Record<string, string>> = { view: name, from, span: times, selected };
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_, key: string) => values[key] ?? '');
}
