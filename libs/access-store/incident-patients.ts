import { readFileSync } from 'node:fs';

const template = readFileSync(new URL('./incident-patients.sql', import.meta.url), 'utf8');

/** What a view over one incident says more than the one over all. */
const which = ' AND incident_id = {incident_id:String}';
const ofIt = (bound: string): string => `(SELECT ${bound} FROM vigie.incidents WHERE state != 'merged'${which})`;
const span = `\n        AND time >= ${ofIt('min(first_time)')} AND time <= ${ofIt('max(last_time)')}`;

/**
 * The views over all selections (id to expression): `incident_patients`, and `incident_patients_of(incident_id = '...')`, the same for one
 * incident. ClickHouse does not carry a condition on `incident_id` through the join to the accesses, so that the first reads all accounts
 * that have an incident; the second reads one account between two times. Ids are hexadecimal digits, checked where they come in.
 */
export function incidentPatientsViews(selections: ReadonlyMap<string, string>): readonly string[] {
  const parts = [...selections].map(([id, expression]) => `if((${expression}\n), ['${id}'], [])`);
  const selected =
    parts.length === 0 ? "CAST([], 'Array(String)')" : `arrayConcat(CAST([], 'Array(String)'), ${parts.join(', ')})`;
  return [viewOf('incident_patients', '', '', selected), viewOf('incident_patients_of', which, span, selected)];
}

function viewOf(name: string, one: string, times: string, selected: string): string {
  const values: Readonly<Record<string, string>> = { view: name, which: one, span: times, selected };
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_, key: string) => values[key] ?? '');
}
