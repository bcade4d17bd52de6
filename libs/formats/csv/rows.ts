import { rejected } from '#libs/runtime/outcome.js';
import type { Reading } from '../input-format.js';
import type { JsonObject } from '../json/parse-item.js';
import type { Envelope, Payload } from '../payload.js';
import { charsetOf, isCharset, plainText } from './charset.js';
import { columnsNamedBy } from './header.js';
import { type CsvRow, TableReader } from './table-reader.js';

/**
 * The rows of a file of any length, in order and in bounded memory: its heading names their columns; `;` `,` TAB or `|` between cells is
 * found out; the character set is the one that `reading` says, or found out. Lines over the heading are passed over where `reading` says which
 * columns there are. Rows that are none are refused by themselves.
 */
export async function* csvRows(
  stream: AsyncIterable<Uint8Array>,
  reading: Pick<Reading, 'charset' | 'columns'>,
): AsyncGenerator<CsvRow> {
  const { charset: name } = reading;
  if (name !== undefined && !isCharset(name))
    return yield {
      line: 0,
      row: rejected('unknown_charset', 'charset', 'the character set of the source is not known; use windows-1252 or utf-8'),
    };
  let begin: Uint8Array = new Uint8Array();
  let read: { readonly charset: ReturnType<typeof charsetOf>; readonly table: TableReader } | undefined;
  const take = (bytes: Uint8Array) => {
    if (!read) {
      const charset = charsetOf(bytes, name);
      read = { charset, table: new TableReader(charset, columnsNamedBy(reading)) };
    }
    return read.table.take(read.charset.take(bytes));
  };
  for await (const chunk of stream) {
    // The first bytes tell the character set: they are waited for.
    const bytes = read ? chunk : Buffer.concat([begin, chunk]);
    if (!read && bytes.length < 2) begin = bytes;
    else yield* take(bytes);
  }
  if (!read) yield* take(begin);
  if (read) {
    yield* read.table.take(read.charset.end());
    yield* read.table.end();
  }
}

/** The rows of a table that came as one text. */
export function* csvTextRows(text: string): Generator<CsvRow> {
  const table = new TableReader(plainText);
  yield* table.take(text);
  yield* table.end();
}

/** A row as a record of any of the formats that are tables. */
export function rowPayload(row: JsonObject, envelope: Envelope): Payload {
  return { kind: 'json', value: row, envelope, isRow: true };
}
