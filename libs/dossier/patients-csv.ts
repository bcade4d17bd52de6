import { csvLine } from '#libs/contracts/csv-cell.js';
import { Transform, type TransformCallback } from 'node:stream';

/** The heading of `patients-<controller>.csv`: the columns of the list, and the keys that made the pseudonyms behind them. */
export const patientsHeading = 'clinic_id,patient_id,certainty,categories,first_time,last_time,accesses,key_ids';

const listCells = 7;
const keysAt = 7;

/** A line of a list with more columns, without its end, as a line of CSV with it. Of the controller behind the keys nothing is kept. */
export function csvOfListLine(line: string): string {
  return csvLine(
    line
      .split('\t')
      .slice(0, keysAt + 1)
      .map((cell) => guarded(unescaped(cell))),
  );
}

/** One apostrophe more before what a spreadsheet would compute, so that it stays text: `listLineOf` takes it away again, since the digest is over the texts without. */
function guarded(text: string): string {
  return /^'*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}
function unguarded(text: string): string {
  return /^'+[=+\-@\t\r]/.test(text) ? text.slice(1) : text;
}

/** The line of the list, with its end, that a record of the CSV stands for: the digest is over these. */
export function listLineOf(cells: readonly string[]): string {
  return `${cells
    .slice(0, listCells)
    .map((cell) => escaped(unguarded(cell)))
    .join('\t')}\n`;
}

/** Lines in, pieces of any size, to CSV. */
export class PatientsCsv extends Transform {
  #rest = '';
  readonly #decoder = new TextDecoder();

  constructor() {
    super();
    this.push(`${patientsHeading}\n`);
  }

  override _transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const lines = `${this.#rest}${this.#decoder.decode(piece, { stream: true })}`.split('\n');
    this.#rest = lines.pop() ?? '';
    if (lines.length > 0) this.push(lines.map(csvOfListLine).join(''));
    done();
  }

  override _flush(done: TransformCallback): void {
    done(this.#rest === '' ? null : new Error('the list ends in the middle of a line'));
  }
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\b': '\\b',
  '\f': '\\f',
  '\0': '\\0',
  "'": "\\'",
};
const unescapes: ReadonlyMap<string, string> = new Map(
  Object.entries(escapes).map(([character, written]) => [written, character]),
);

/** As ClickHouse writes a text between tabs, and back. */
function escaped(text: string): string {
  return text.replaceAll(/[\\\t\n\r\b\f\0']/g, (character) => escapes[character] ?? character);
}
function unescaped(text: string): string {
  return text.replaceAll(/\\./g, (written) => unescapes.get(written) ?? written);
}
