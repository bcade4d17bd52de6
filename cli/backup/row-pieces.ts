const lineEnd = 10;

export interface RowPiece {
  /** Of the columns, as the first line has them. */
  readonly names: readonly string[];
  /** Whole lines. */
  readonly rows: Buffer<ArrayBuffer>;
}

/**
 * Cuts lines of values, whose first has the names of the columns, into pieces of whole lines, of about `bytesMax` bytes each; a longer line is a piece by itself. What
 * lies behind the last line end is a line that was cut off: rejects, since its row is lost.
 */
export async function* rowPieces(source: AsyncIterable<Buffer>, bytesMax: number): AsyncGenerator<RowPiece> {
  let names: readonly string[] | undefined;
  let waiting: Buffer[] = [];
  let length = 0;
  for await (const chunk of source) {
    let from = 0;
    if (names === undefined) {
      const end = chunk.indexOf(lineEnd);
      waiting.push(chunk.subarray(0, end < 0 ? chunk.length : end));
      if (end < 0) continue;
      names = Buffer.concat(waiting).toString().split('\t');
      waiting = [];
      from = end + 1;
    }
    const last = chunk.lastIndexOf(lineEnd) + 1;
    if (length + chunk.length - from > bytesMax && last > from && length > 0) {
      yield { names, rows: Buffer.concat([...waiting, chunk.subarray(from, last)]) };
      waiting = [];
      length = 0;
      from = last;
    }
    waiting.push(chunk.subarray(from));
    length += chunk.length - from;
  }
  const rest = Buffer.concat(waiting);
  if (names === undefined ? rest.length > 0 : rest.length > 0 && rest.at(-1) !== lineEnd)
    throw new Error('a copy of the store ends within a row: the backup is not whole');
  if (names !== undefined && rest.length > 0) yield { names, rows: rest };
}
