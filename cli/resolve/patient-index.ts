import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { isMinor, type ResolutionNumbers, type Resolver } from '#libs/dossier/resolution.js';
import { ConfigError } from '#libs/runtime/config.js';

export interface IndexOptions {
  /** Names of the columns, for an index without a heading: `id,authority,name`. */
  readonly columns?: string;
  /** The column that names a person who has several rows. */
  readonly person?: string;
  /** The column of the day of birth, as `2010-05-30`. */
  readonly born?: string;
  /** The column that is not empty for those who have died. */
  readonly deceased?: string;
}

/**
 * Streams the index and writes the rows of persons on the list, with the index's own columns behind the pseudonyms. Answers with what can be
 * counted of the columns that are named. Throws `ConfigError` when a column is not there.
 */
export async function joinIndex(
  index: Readable,
  to: string,
  resolver: Resolver,
  options: IndexOptions & { readonly at: string },
): Promise<Pick<ResolutionNumbers, 'deceased' | 'minors'>> {
  const counts = { deceased: 0, minors: 0 };
  await pipeline(Readable.from(personLines(index, resolver, options, counts)), createWriteStream(to, { mode: 0o600 }));
  return { ...(options.deceased && { deceased: counts.deceased }), ...(options.born && { minors: counts.minors }) };
}

async function* personLines(
  index: Readable,
  resolver: Resolver,
  { columns, person, born, deceased, at }: IndexOptions & { readonly at: string },
  counts: { deceased: number; minors: number },
): AsyncGenerator<string> {
  let names = columns?.split(',').map((name) => name.trim());
  let places = names && placesOf(names, { person, born, deceased });
  if (names) yield headingOf(names);
  for await (const cells of index.pipe(parse({ bom: true, relax_column_count: true, delimiter: [',', ';'] })) as AsyncIterable<string[]>) {
    if (!names || !places) {
      names = cells.map((cell) => cell.trim());
      places = placesOf(names, { person, born, deceased });
      yield headingOf(names);
      continue;
    }
    const cell = (place: number) => cells[place] ?? '';
    const { pseudonyms, isNew } = resolver.match({ id: cell(places.id), authority: cell(places.authority), person: cell(places.person) });
    if (pseudonyms.length === 0) continue;
    if (isNew && cell(places.deceased).trim() !== '') counts.deceased += 1;
    if (isNew && isMinor(cell(places.born), at)) counts.minors += 1;
    yield `${[pseudonyms.join(' '), ...cells].map(csvCell).join(',')}\n`;
  }
} // prettier-ignore

function headingOf(names: readonly string[]): string {
  return `${['patient_ids', ...names].map(csvCell).join(',')}\n`;
}

/** Where the columns are; -1 for one that is not asked for. */
function placesOf(names: readonly string[], wanted: Pick<IndexOptions, 'person' | 'born' | 'deceased'>) {
  const at = (name: string | undefined) => (name === undefined ? -1 : names.indexOf(name));
  const { person, born, deceased } = wanted;
  for (const name of ['id', person, born, deceased])
    if (name !== undefined && at(name) < 0)
      throw new ConfigError(`the index has no column ${name}; its columns are ${names.join(', ').slice(0, 500)}. Name them with --columns where it has no heading`); // prettier-ignore
  return { id: at('id'), authority: at('authority'), person: at(person), born: at(born), deceased: at(deceased) };
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
