import { createWriteStream, rmSync } from 'node:fs';
import { Readable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { csvLine } from '#libs/contracts/csv-cell.js';
import { delimiterOf } from '#libs/formats/csv/header.js';
import { isMinor, type ResolutionNumbers, type Resolver } from '#libs/dossier/resolution.js';
import { ConfigError } from '#libs/runtime/config.js';
import { codeOf, isError } from '#libs/runtime/outcome.js';
import { indexEncodings } from './encodings.js';

export interface IndexOptions {
  /** Names of the columns, for an index without a heading: `id,authority,name`. */
  readonly columns?: string;
  /** The column that names a person who has several rows. */
  readonly person?: string;
  /** The column of the day of birth, as `2010-05-30`. */
  readonly born?: string;
  /** The column that is not empty for those who have died. */
  readonly deceased?: string;
  /** How the index is written, of `indexEncodings`; UTF-8 where it is left out. */
  readonly encoding?: string;
}

/** Characters that are written together: a write for each row would cost more than the row. */
const piece = 64 * 1024;
/** A first line is no longer than this. */
const headBytesMax = 1024 * 1024;

/** What could be counted of the columns that are named; no minors where a day of birth could not be read. */
export type Counted = Pick<ResolutionNumbers, 'deceased' | 'minors'> & { readonly unreadableBirths: number };

/**
 * Streams the index and writes the rows of persons on the list, with the index's own columns behind the pseudonyms. Throws `ConfigError` when a
 * column is not there, and rejects for a row of another width, by its line: a column that slipped would make persons into others. No message
 * quotes the index. Leaves no file behind when it fails.
 */
export async function joinIndex(
  index: Readable,
  to: string,
  resolver: Resolver,
  options: IndexOptions & { readonly at: string },
): Promise<Counted> {
  const join = new IndexJoin(resolver, options);
  const { start, rest } = await firstLineOf(index);
  const { encoding = 'utf-8' } = options;
  const text = new TextDecoder(encoding, { fatal: true });
  const heading = new TextDecoder(encoding).decode(start).split('\n', 1)[0] ?? '';
  const parser = parse({ bom: true, delimiter: delimiterOf(heading) });
  try {
    await pipeline(Readable.from(rest), decoding(text), parser, join, createWriteStream(to, { mode: 0o600, flags: 'wx' }));
  } catch (cause) {
    if (!isThere(cause)) rmSync(to, { force: true });
    throw unquoted(cause);
  }
  const { deceased, minors, unreadableBirths } = join;
  return {
    ...(options.deceased && { deceased }),
    ...(options.born && unreadableBirths === 0 && { minors }),
    unreadableBirths,
  };
}

/** What the parser says quotes cells, so nothing of it is kept but the place and the kind. */
function unquoted(cause: unknown): unknown {
  if (!(cause instanceof CsvError)) return cause;
  return new Error(`the index cannot be read at line ${String(cause['lines'])}: ${cause.code}`);
}

function isThere(cause: unknown): boolean {
  return codeOf(cause) === 'EEXIST';
}

/** Bytes to text. Names that were read in another encoding than their own would be on letters, so that bytes which it does not have are refused. */
function decoding(decoder: InstanceType<typeof TextDecoder>): Transform {
  const refusal = () =>
    new ConfigError(
      `the index holds bytes that ${decoder.encoding} does not have: say how it is written, --encoding ${indexEncodings.join(', ')}`,
    );
  return new Transform({
    transform(bytes: Buffer, _encoding, done) {
      try {
        done(null, decoder.decode(bytes, { stream: true }));
      } catch {
        done(refusal());
      }
    },
    flush(done) {
      try {
        done(null, decoder.decode());
      } catch {
        done(refusal());
      }
    },
  });
}

/** The beginning of a stream, with its first line, and all of it again. */
async function firstLineOf(stream: Readable): Promise<{ readonly start: Buffer; readonly rest: AsyncIterable<Buffer> }> {
  const pieces = stream[Symbol.asyncIterator]();
  const head: Buffer[] = [];
  let bytes = 0;
  while (bytes < headBytesMax) {
    const { value, done } = await pieces.next();
    if (done) break;
    const chunk = Buffer.from(value);
    head.push(chunk);
    bytes += chunk.length;
    if (chunk.includes(0x0a)) break;
  }
  const start = Buffer.concat(head);
  const rest = async function* (): AsyncGenerator<Buffer> {
    yield start;
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield Buffer.from(next.value);
  };
  return { start, rest: rest() };
}

/** Records of the index in, lines of persons out: nothing waits for a promise, row by row. */
class IndexJoin extends Transform {
  deceased = 0;
  minors = 0;
  unreadableBirths = 0;
  #places: ReturnType<typeof placesOf> | undefined;
  #width = 0;
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
      return done(isError(cause) ? cause : new Error(String(cause)));
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
    this.#width = names.length;
    this.#text += csvLine(['patient_ids', ...names]);
  }

  #row(cells: readonly string[], places: ReturnType<typeof placesOf>): void {
    if (cells.length !== this.#width)
      throw new ConfigError(`the rows of the index have ${cells.length} columns, and ${this.#width} are named: mend --columns`);
    const cell = (place: number) => cells[place] ?? '';
    const { pseudonyms, isNew } = this.resolver.match({
      id: cell(places.id),
      authority: cell(places.authority),
      person: cell(places.person),
    });
    if (pseudonyms.length === 0) return;
    if (isNew && cell(places.deceased).trim() !== '') this.deceased += 1;
    if (isNew && places.born >= 0) this.#born(cell(places.born));
    this.#text += csvLine([pseudonyms.join(' '), ...cells]);
  }

  #born(day: string): void {
    const minor = isMinor(day.trim(), this.options.at);
    if (minor === undefined) this.unreadableBirths += 1;
    else if (minor) this.minors += 1;
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
      throw new ConfigError(
        `none of the ${names.length} columns of the index is called ${name}; name them with --columns where it has no heading`,
      );
  return { id: at('id'), authority: at('authority'), person: at(person), born: at(born), deceased: at(deceased) };
}
