import { hash } from 'node:crypto';
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
export function incidentPatientsViews(selections: ReadonlyMap<string, string>): readonly IncidentPatientsView[] {
  const parts = [...selections].map(([id, expression]) => `if((${expression}\n), ['${id}'], [])`);
  const selected =
    parts.length === 0 ? "CAST([], 'Array(String)')" : `arrayConcat(CAST([], 'Array(String)'), ${parts.join(', ')})`;
  return [viewOf('incident_patients', all, '', selected), viewOf('incident_patients_of', one, span, selected)];
}

/** A view that can be told from another of its name. */
export interface IncidentPatientsView {
  readonly name: string;
  /** Of its text; the view carries it as its comment. */
  readonly digest: string;
  /** The statement that makes it, beginning with `CREATE VIEW IF NOT EXISTS` or the like. */
  readonly create: (verb: string) => string;
}

function viewOf(name: string, from: string, times: string, selected: string): IncidentPatientsView {
  const values: Readonly<Record<string, string>> = { view: name, from, span: times, selected };
  const text = template.replaceAll(/\{\{(\w+)\}\}/g, (_, key: string) => values[key] ?? '');
  const digest = hash('sha256', text, 'hex');
  return { name, digest, create: (verb) => `${text.replace('CREATE VIEW', () => verb)}\nCOMMENT '${digest}'` };
}
