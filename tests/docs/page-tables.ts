import type { RecordMapping } from '#libs/formats/record/mapping.js';

/** A row of a table on a page, as its cells. */
export type PageRow = readonly string[];

/** The rows that a mapping of names and values is told by: a field, and where it stands, the first place first. */
export function mappingRows(mapping: RecordMapping): readonly PageRow[] {
  const patients = (mapping.patients ?? []).map(({ place }) => place);
  const places = Object.entries({ ...mapping.places, ...(patients.length && { patient_id: patients }) });
  return placeRows(Object.fromEntries(places.map(([field, found]) => [field, found ?? []])));
}

/** The same for any fields and places. */
export function placeRows(places: Readonly<Record<string, readonly string[]>>): readonly PageRow[] {
  return Object.entries(places).map(([field, found]) => [code(field), found.map(code).join(', ')]);
}

/** The rows of the table behind `<!-- table: name -->` on a page, without its heading; cells without the blanks that only align them. */
export function tableOf(page: string, name: string): readonly PageRow[] {
  const [, behind = ''] = page.split(`<!-- table: ${name} -->`, 2);
  const lines = behind.trimStart().split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(2, end < 0 ? undefined : end).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll(String.raw`\|`, '|')),
  );
}

function code(text: string): string {
  return `\`${text}\``;
}
