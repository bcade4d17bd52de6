import { accepted, type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import type { JsonObject } from '../json/parse-item.js';
import { cellsOf } from './cells.js';
import type { Charset } from './charset.js';
import { areWords, delimiterNamedBy, delimiterOf, isTitle, namesOf, namesWanted, repeatedNames } from './header.js';
import { csvLimits } from './limits.js';
import { LineSplitter } from './lines.js';
import { alone, RowJoiner, type RowText } from './row-texts.js';

/** A row of a table by the names of its columns, every value a text, or why it is none. `line` is from 1. */
export interface CsvRow {
  readonly line: number;
  readonly row: Accepted<JsonObject> | Rejected;
}

/**
 * Reads a table that comes in pieces. Bad rows are refused by themselves, without their content; a bad heading ends the table. No more than
 * some rows are held at a time.
 */
export class TableReader {
  readonly #lines = new LineSplitter();
  readonly #joiner = new RowJoiner();
  #delimiter: string | undefined;
  #names: readonly string[] | undefined;
  #repeated: ReturnType<typeof repeatedNames> = [];
  /** Cells of the heading, of which the last may have no name. */
  #width = 0;
  #isOver = false;
  /** Why the first line is no heading, while one is looked for below it. */
  #untitled: CsvRow | undefined;
  #titles = 0;
  #block: RowText[] = [];
  #blockLength = 0;

  /** First lines, while one is looked for among them that names columns of `wanted`; undefined where none is looked for. */
  #heads: RowText[] | undefined;

  /** `wanted` are names of columns by which the heading is known, below whatever else stands over it. */
  constructor(
    private readonly charset: Pick<Charset, 'cell'>,
    private readonly wanted: ReadonlySet<string> = new Set(),
  ) {
    if (wanted.size) this.#heads = [];
  }

  *take(text: string): Generator<CsvRow> {
    for (const line of this.#lines.take(text)) for (const row of this.#joiner.take(line)) yield* this.#add(row);
  }

  *end(): Generator<CsvRow> {
    for (const line of this.#lines.end()) for (const row of this.#joiner.take(line)) yield* this.#add(row);
    for (const row of this.#joiner.end()) yield* this.#add(row);
    yield* this.#withoutWanted();
    yield* this.#flush();
    if (!this.#names && !this.#isOver && this.#untitled) yield this.#untitled;
  }

  *#add(row: RowText): Generator<CsvRow> {
    if (this.#isOver || row.text?.trim() === '') return;
    if (this.#heads && !this.#names) return yield* this.#head(row, this.#heads);
    if (!this.#names) return yield* this.#heading(row);
    this.#block.push(row);
    this.#blockLength += row.text?.length ?? 0;
    if (this.#block.length >= csvLimits.blockRows || this.#blockLength >= csvLimits.blockMax) yield* this.#flush();
  }

  *#head(row: RowText, heads: RowText[]): Generator<CsvRow> {
    const text = withoutMark(row.text ?? '');
    this.#delimiter ??= delimiterNamedBy(text);
    const delimiter = this.#delimiter ?? delimiterOf(text);
    if (namesWanted(this.#cells({ ...row, text }, delimiter), this.wanted)) {
      this.#heads = undefined;
      this.#delimiter = delimiter;
      return yield* this.#heading(row);
    }
    heads.push(row);
    if (heads.length > csvLimits.titlesMax) yield* this.#withoutWanted();
  }

  /** No line names what is looked for: the heading is found as in any table. */
  *#withoutWanted(): Generator<CsvRow> {
    const heads = this.#heads ?? [];
    this.#heads = undefined;
    for (const row of heads) yield* this.#add(row);
  }

  #cells(row: RowText, delimiter: string): readonly string[] {
    const [cells = []] = cellsOf([row], delimiter);
    return cells.map((cell) => this.charset.cell(cell) ?? '');
  }

  *#heading({ line, text = '', lines }: RowText): Generator<CsvRow> {
    const plain = withoutMark(text);
    if (!this.#delimiter) {
      this.#delimiter = delimiterNamedBy(plain);
      if (this.#delimiter) return;
    }
    const delimiter = this.#delimiter ?? delimiterOf(plain);
    const cells = this.#cells({ line, text: plain, lines }, delimiter);
    const names = namesOf(cells);
    if (names.kind === 'accepted' && (!this.#untitled || areWords(cells))) {
      this.#delimiter = delimiter;
      this.#width = cells.length;
      this.#repeated = repeatedNames(cells, this.wanted);
      return void (this.#names = names.value);
    }
    const refused: CsvRow | undefined = names.kind === 'rejected' ? { line, row: names } : undefined;
    this.#untitled ??= refused;
    this.#titles += 1;
    if (isTitle(cells) && this.#titles <= csvLimits.titlesMax) return;
    this.#isOver = true;
    const told = isTitle(cells) ? this.#untitled : (refused ?? this.#untitled);
    if (told) yield told;
  }

  *#flush(): Generator<CsvRow> {
    const block = this.#block;
    this.#block = [];
    this.#blockLength = 0;
    const cells = cellsOf(block, this.#delimiter ?? ',');
    for (const [at, row] of block.entries()) yield* this.#rowsIn(row, cells[at]);
  }

  /** Where lines were put together that make no row, each is looked at by itself: a quote that is a sign of its own joins them. */
  *#rowsIn(text: RowText, cells: readonly string[] | undefined): Generator<CsvRow> {
    // Spreadsheets write rows of empty cells as far down as anything stands in their sheet.
    if (text.text !== undefined && cells?.every((cell) => !cell.trim())) return;
    const row = this.#row(text, cells);
    if (row.kind === 'accepted' || text.lines.length === 1) return yield { line: text.line, row };
    for (const line of text.lines) {
      const one = alone(line);
      if (line.text?.trim()) yield { line: one.line, row: this.#row(one, cellsOf([one], this.#delimiter ?? ',')[0]) };
    }
  }

  #row({ text }: RowText, cells: readonly string[] | undefined): Accepted<JsonObject> | Rejected {
    const names = this.#names ?? [];
    if (text === undefined)
      return rejected(
        'too_large',
        '',
        `the row has more than ${csvLimits.rowMax} characters; leave long columns out of the export`,
      );
    if (!cells) return rejected('open_quote', '', 'a quote is opened and not closed in this row');
    // Spreadsheets write empty cells behind a heading or a row as far as anything stands in their sheet.
    const isWhole = cells.length >= names.length && cells.slice(this.#width).every((cell) => !cell.trim());
    if (!isWhole)
      return rejected(
        'column_count',
        '',
        `the row has ${cells.length} cells and the heading ${names.length}: cells are missing or too many`,
      );
    if (this.#repeated.some(([first, again]) => cells[first]?.trim() !== cells[again]?.trim()))
      return rejected(
        'repeated_key',
        '',
        'two columns have the name of one that the source names, with different values; give them different names in the export',
      );
    const values: [string, string][] = [];
    for (const [at, name] of names.entries()) {
      const value = plainCell(this.charset.cell(cells[at] ?? ''));
      if (value === undefined) return rejected('not_utf8', '', 'a cell is not valid UTF-8; name the character set of its source');
      if (name) values.push([name, value.trim()]);
    }
    return accepted(Object.fromEntries(values));
  }
}

function withoutMark(text: string): string {
  return text.replace(/^(?:\uFEFF|\u00EF\u00BB\u00BF)/, '');
}

/** What databases and spreadsheets write where there is nothing. In other letters it may be somebody's name. */
const nothing: ReadonlySet<string> = new Set([
  'NULL',
  '(null)',
  '[NULL]',
  '<NULL>',
  '\\N',
  '#N/A',
  '#N/D',
  'N/A',
  'n/a',
  'NaN',
  '#REF!',
  '#VALUE!',
]);
/** How a number is kept from being one in a spreadsheet, whose zeros in front would be gone. */
const textOfFormula = /^="([^"]*)"$/;

/** A cell as it was meant. What is not here is no text: `NULL` in the column of patients would be one patient whom everybody reads. */
function plainCell(cell: string | undefined): string | undefined {
  if (cell === undefined || cell.length > csvLimits.nameMax) return cell;
  const text = cell.trim();
  if (nothing.has(text)) return '';
  return text.startsWith('="') ? (textOfFormula.exec(text)?.[1] ?? cell) : cell;
}
