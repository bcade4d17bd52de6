import { parse } from 'csv-parse/sync';
import type { RowText } from './row-texts.js';

/**
 * The cells of rows, in order; undefined for a row that cannot be taken apart. Rows are taken apart together, which is much faster; where
 * the parser sees other rows than these, because of a quote in an odd place, each by itself.
 */
export function cellsOf(rows: readonly RowText[], delimiter: string): readonly (readonly string[] | undefined)[] {
  const together = parsed(rows.map(({ text = '' }) => text).join('\n'), delimiter);
  const ends = together?.map(({ lines }) => lines);
  let lines = 0;
  const isSame =
    together?.length === rows.length &&
    rows.every((row, at) => {
      lines += row.lines.length;
      return ends?.[at] === lines;
    });
  if (isSame) return together.map(({ cells }) => cells);
  return rows.map(({ text = '' }) => {
    const one = parsed(text, delimiter);
    return one?.length === 1 ? one[0]?.cells : undefined;
  });
}

/** A quote behind a blank, which opens a cell as well: `a; "b"`. */
const blankAndQuote = /[;,|] +"/;

interface Parsed {
  readonly cells: readonly string[];
  /** Lines up to its end. */
  readonly lines: number;
}

/** Quotes in the middle of a cell are a part of it. The parser's errors hold the text of cells, and are not told. */
function parsed(text: string, delimiter: string): readonly Parsed[] | undefined {
  const rows: Parsed[] = [];
  try {
    parse(text, {
      delimiter,
      ltrim: delimiter !== '\t' && blankAndQuote.test(text),
      relax_quotes: true,
      relax_column_count: true,
      record_delimiter: ['\n'],
      on_record: (cells: readonly string[], { lines }) => {
        rows.push({ cells, lines });
        return null;
      },
    });
    return rows;
  } catch {
    return undefined;
  }
}
