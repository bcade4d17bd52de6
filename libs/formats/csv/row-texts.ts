import { csvLimits, type Line } from './limits.js';

/** The text of one row, and its lines: several where a cell in quotes holds line ends. */
export interface RowText {
  readonly line: number;
  /** Undefined: longer than a row may be. */
  readonly text: string | undefined;
  readonly lines: readonly Line[];
}

/**
 * Puts lines together to rows: a line with an open quote goes on with the next. One that is never closed takes no others with it: at the
 * limit of a row its first line stands alone, and the others are looked at again.
 */
export class RowJoiner {
  #open: Line[] = [];
  #length = 0;
  #isOpen = false;

  take(line: Line): readonly RowText[] {
    const rows: RowText[] = [];
    const waiting = [line];
    while (waiting.length) {
      const next = waiting.shift();
      if (!next) break;
      const { text } = next;
      if (text === undefined || (this.#open.length && this.#isFull(text))) {
        const again = this.#open.slice(1);
        if (this.#open[0]) rows.push(alone(this.#open[0]));
        if (text === undefined && !this.#open.length) rows.push(alone(next));
        else waiting.unshift(...again, next);
        this.#begin();
      } else this.#add(next, text, rows);
    }
    return rows;
  }

  /** Lines that were waiting for the end of a quote. */
  end(): readonly RowText[] {
    const rows = this.#open.map(alone);
    this.#begin();
    return rows;
  }

  #add(line: Line, text: string, rows: RowText[]): void {
    this.#open.push(line);
    this.#length += text.length + 1;
    if (hasOddQuotes(text)) this.#isOpen = !this.#isOpen;
    if (this.#isOpen) return;
    const lines = this.#open;
    rows.push({ line: lines[0]?.number ?? line.number, text: lines.map((one) => one.text ?? '').join('\n'), lines });
    this.#begin();
  }

  #isFull(text: string): boolean {
    return this.#open.length >= csvLimits.rowLinesMax || this.#length + text.length > csvLimits.rowMax;
  }

  #begin(): void {
    this.#open = [];
    this.#length = 0;
    this.#isOpen = false;
  }
}

/** A line as a row by itself. */
export function alone(line: Line): RowText {
  return { line: line.number, text: line.text, lines: [line] };
}

function hasOddQuotes(text: string): boolean {
  let isOdd = false;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) isOdd = !isOdd;
  return isOdd;
}
