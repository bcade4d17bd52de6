import { createWriteStream } from 'node:fs';
import { type Readable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { csvLine } from '#libs/contracts/csv-cell.js';
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

/** Characters that are written together: a write for each row would cost more than the row. */
const piece = 64 * 1024;

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
  const join = new IndexJoin(resolver, options);
  const parser = parse({ bom: true, relax_column_count: true, delimiter: [',', ';'] });
  await pipeline(index, parser, join, createWriteStream(to, { mode: 0o600 }));
  return { ...(options.deceased && { deceased: join.deceased }), ...(options.born && { minors: join.minors }) };
}

/** Records of the index in, lines of persons out: nothing waits for a promise, row by row. */
class IndexJoin extends Transform {
  deceased = 0;
  minors = 0;
  #places: ReturnType<typeof placesOf> | undefined;
  #text = '';

  constructor(
    private readonly resolver: Resolver,
    private readonly options: IndexOptions & { readonly at: string },
  ) {
    super({ writableObjectMode: true });
    if (options.columns) this.#heading(options.columns.split(','));
  }

  override _transform(cells: readonly string[], _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      if (this.#places) this.#row(cells, this.#places);
      else this.#heading(cells);
    } catch (cause) {
      return done(cause instanceof Error ? cause : new Error(String(cause)));
    }
    if (this.#text.length >= piece) this.#write();
    done();
  }

  override _flush(done: TransformCallback): void {
    this.#write();
    done();
  }

  #heading(cells: readonly string[]): void {
    const names = cells.map((cell) => cell.trim());
    this.#places = placesOf(names, this.options);
    this.#text += csvLine(['patient_ids', ...names]);
  }

  #row(cells: readonly string[], places: ReturnType<typeof placesOf>): void {
    const cell = (place: number) => cells[place] ?? '';
    const { pseudonyms, isNew } = this.resolver.match({ id: cell(places.id), authority: cell(places.authority), person: cell(places.person) }); // prettier-ignore
    if (pseudonyms.length === 0) return;
    if (isNew && cell(places.deceased).trim() !== '') this.deceased += 1;
    if (isNew && isMinor(cell(places.born), this.options.at)) this.minors += 1;
    this.#text += csvLine([pseudonyms.join(' '), ...cells]);
  }

  #write(): void {
    this.push(this.#text);
    this.#text = '';
  }
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
