/** What is wrong in a register, for the person who keeps it. `line` is from 1. */
export interface LineMistake {
  readonly line: number;
  readonly reason: string;
}

/** Gives what stands on a line under a column; empty where there is nothing, or no such column. */
export type Cells<Column extends string> = (column: Column) => string;

/** Characters of one line. */
const lineMax = 10_000;

/**
 * Reads a register line by line: CSV with a heading that names its columns in any order, commas or semicolons, quotes where a cell needs
 * them; empty lines are left out. Bad lines are mistakes and never throw.
 */
export class RegisterReader<Column extends string> {
  readonly mistakes: LineMistake[] = [];
  readonly #keys = new Map<string, number>();
  #separator = ',';
  #places: ReadonlyMap<Column, number> | undefined;
  #line = 0;

  constructor(
    private readonly columns: readonly Column[],
    /** Those without which a line says nothing. */
    private readonly needed: readonly Column[],
  ) {}

  /** The cells of a line; undefined for the heading, an empty line and a bad one. */
  take(text: string): Cells<Column> | undefined {
    this.#line += 1;
    const line = this.#line === 1 ? text.replace(/^\uFEFF/, '') : text;
    if (line.trim() === '') return undefined;
    if (line.length > lineMax) return this.mistake(`the line has ${line.length} characters, at most ${lineMax} are read`);
    if (!this.#places) return this.#heading(line);
    const cells = cellsOf(line, this.#separator);
    if (!cells) return this.mistake('a quote is opened and not closed on its line');
    const places = this.#places;
    return (column) => cells[places.get(column) ?? -1] ?? '';
  }

  /** On which line this key stood before; undefined when it is new. */
  before(key: readonly string[]): number | undefined {
    const text = key.join('\0');
    const line = this.#keys.get(text);
    if (line === undefined) this.#keys.set(text, this.#line);
    return line;
  }

  /** Something is wrong with the line that was taken last. */
  mistake(reason: string): undefined {
    this.mistakes.push({ line: this.#line, reason });
    return undefined;
  }

  #heading(line: string): undefined {
    this.#separator = line.includes(';') ? ';' : ',';
    const names = (cellsOf(line, this.#separator) ?? []).map((name) => name.toLowerCase());
    const places = new Map<Column, number>();
    for (const column of this.columns) if (names.includes(column)) places.set(column, names.indexOf(column));
    this.#places = places;
    const missing = this.needed.filter((column) => !places.has(column));
    if (missing.length)
      this.mistake(`the heading lacks ${missing.join(' and ')}; the first line must name the columns: ${this.columns.join(',')}`);
  }
}

/** The cells of a line, trimmed; undefined when a quote stays open. */
export function cellsOf(line: string, separator: string): readonly string[] | undefined {
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const char = line.charAt(at);
    if (quoted && char === '"' && line[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (char === '"' && (quoted || cell.trim() === '')) quoted = !quoted;
    else if (char === separator && !quoted) {
      cells.push(cell.trim());
      cell = '';
    } else cell += char;
  }
  cells.push(cell.trim());
  return quoted ? undefined : cells;
}
