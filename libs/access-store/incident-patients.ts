import { readFileSync } from 'node:fs';

const template = readFileSync(new URL('./incident-patients.sql', import.meta.url), 'utf8');

/** The view `incident_patients` over all selections (id to expression). Ids are hexadecimal digits, checked where they come in. */
export function incidentPatientsView(selections: ReadonlyMap<string, string>): string {
  const parts = [...selections].map(([id, expression]) => `if((${expression}\n), ['${id}'], [])`);
  const selected =
    parts.length === 0 ? "CAST([], 'Array(String)')" : `arrayConcat(CAST([], 'Array(String)'), ${parts.join(', ')})`;
  return template.replace('{{selected}}', () => selected);
}
