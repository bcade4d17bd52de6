import type { RecordMapping } from '#libs/formats/record/mapping.js';
import type { PageRow } from './page-tables.js';

/** How a page tells a mapping: a field, where it stands (the first place that has a value counts), what the format's own words mean. */
export function mappingTable(mapping: RecordMapping): readonly PageRow[] {
  const patients = (mapping.patients ?? []).map(
    ({ place, authority }) => `${code(place)}${authority ? ` (of ${code(authority)})` : ''}`,
  );
  const of = (field: string) => wordsOf(Object.entries(mapping.words ?? {}).find(([name]) => name === field)?.[1]);
  const fixed = Object.entries(mapping.fixed ?? {}).map(([field, value]) => `${field} ${code(String(value))}`);
  return [
    ...Object.entries(mapping.places).map(([field, places]) => [code(field), (places ?? []).map(code).join(', '), of(field)]),
    ...(patients.length ? [[code('patient_ids'), patients.join(', '), '']] : []),
    ...(mapping.requests ? [['patients of a request', mapping.requests.map(code).join(', '), '']] : []),
    ...(mapping.services ? [['account of a program', mapping.services.map(code).join(', '), '']] : []),
    ...(fixed.length ? [['where nothing says it', fixed.join(', '), '']] : []),
    ...(mapping.zone ? [['zone of times without one', code(mapping.zone), '']] : []),
  ];
}

/** `word` is `meaning`, words of one meaning together. */
export function wordsOf(words: Readonly<Record<string, string>> = {}): string {
  const meanings = Map.groupBy(Object.keys(words), (word) => words[word] ?? '');
  return [...meanings].map(([meaning, of]) => `${of.map(code).join(' ')}: ${meaning || 'passed over'}`).join('; ');
}

function code(text: string): string {
  return `\`${text}\``;
}
