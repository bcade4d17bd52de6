/**
 * Tables and views of the database `vigie` from which patients can be read. A test compares them with a store that has all its tables: what has a
 * column of patients, and what is made of one and shows a column of texts that may hold them.
 */
export const patientNames: ReadonlySet<string> = new Set([
  'accesses', 'access_rows', 'selected_accesses',
  'incident_patients', 'incident_patients_of', 'incidents_patients_of', 'incident_ledger_of', 'case_ledger_of', 'case_ledger_part_of', 'dossier_ledger_of', 'dossier_patients', 'leak_samples',
  'quarantine', 'quarantine_rows',
]); // prettier-ignore

/** Functions that read whichever tables a pattern names, or the keys of a table whose name, or number, is made while the query runs. */
const anyTable = /^merge(?:tree\w*)?$/;

/** What of a query shows patients, in the order of the query; empty when nothing does. `called` and `mentioned` as `inspect` finds them. */
export function patientNamesIn(
  { called, mentioned }: { readonly called: ReadonlySet<string>; readonly mentioned: ReadonlySet<string> },
  parameters: Iterable<string>,
): readonly string[] {
  const named = new Set([...mentioned, ...[...parameters].map((value) => value.toLowerCase())]);
  return [...[...named].filter((name) => patientNames.has(name)), ...[...called].filter((name) => anyTable.test(name))];
}
