import type { Clinic } from '#libs/contracts/list-entry.js';
import { calendarTime, calendarTimeTaken } from './calendar-time.js';

/** What is wrong in a register, for the person who keeps it. `line` is from 1. */
export interface LineMistake {
  readonly line: number;
  readonly reason: string;
}

const columns = ['group_id', 'clinic_id', 'name', 'opened_at', 'closed_at'] as const;
type Column = (typeof columns)[number];

/** Characters of one line. */
const lineMax = 10_000;

/**
 * Reads the register of clinics line by line: CSV with a heading that names `group_id,clinic_id,name,opened_at,closed_at` in any order,
 * commas or semicolons, quotes where a cell needs them; the last three may be empty or missing, empty lines are left out. Bad lines are
 * mistakes and never throw.
 */
export class ClinicsReader {
  readonly clinics: Clinic[] = [];
  readonly mistakes: LineMistake[] = [];
  readonly #lines = new Map<string, number>();
  #separator = ',';
  #places: ReadonlyMap<Column, number> | undefined;
  #line = 0;

  take(text: string): void {
    this.#line += 1;
    const line = this.#line === 1 ? text.replace(/^\uFEFF/, '') : text;
    if (line.trim() === '') return;
    if (line.length > lineMax) return this.#mistake(`the line has ${line.length} characters, at most ${lineMax} are read`);
    if (!this.#places) return this.#heading(line);
    const cells = cellsOf(line, this.#separator);
    if (!cells) return this.#mistake('a quote is opened and not closed on its line');
    this.#clinic(cells, this.#places);
  }

  #heading(line: string): void {
    this.#separator = line.includes(';') ? ';' : ',';
    const names = (cellsOf(line, this.#separator) ?? []).map((name) => name.toLowerCase());
    const places = new Map<Column, number>();
    for (const column of columns) if (names.includes(column)) places.set(column, names.indexOf(column));
    this.#places = places;
    const missing = (['group_id', 'clinic_id'] as const).filter((column) => !places.has(column));
    if (missing.length)
      this.#mistake(`the heading lacks ${missing.join(' and ')}; the first line must name the columns: ${columns.join(',')}`);
  }

  #clinic(cells: readonly string[], places: ReadonlyMap<Column, number>): void {
    const cell = (column: Column) => cells[places.get(column) ?? -1] ?? '';
    const group_id = cell('group_id');
    const clinic_id = cell('clinic_id');
    if (!group_id || !clinic_id) return this.#mistake(`${group_id ? 'clinic_id' : 'group_id'} is empty; every clinic needs both`);
    const before = this.#lines.get(`${group_id}\0${clinic_id}`);
    if (before !== undefined) return this.#mistake(`the clinic ${clinic_id} of ${group_id} stands on line ${before} already`);
    this.#lines.set(`${group_id}\0${clinic_id}`, this.#line);
    const opened_at = this.#time('opened_at', cell('opened_at'));
    const closed_at = this.#time('closed_at', cell('closed_at'));
    if (opened_at === undefined || closed_at === undefined) return;
    if (opened_at && closed_at && closed_at < opened_at) return this.#mistake('closed_at is before opened_at');
    this.clinics.push({ group_id, clinic_id, name: cell('name'), opened_at, closed_at });
  }

  #time(column: Column, text: string): string | null | undefined {
    if (text === '') return null;
    const time = calendarTime(text);
    if (time === undefined) this.#mistake(`${column} is "${text.slice(0, 50)}"; write ${calendarTimeTaken}`);
    return time;
  }

  #mistake(reason: string): void {
    this.mistakes.push({ line: this.#line, reason });
  }
}

/** The cells of a line, trimmed; undefined when a quote stays open. */
function cellsOf(line: string, separator: string): readonly string[] | undefined {
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
