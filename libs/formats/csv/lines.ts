import { csvLimits, type Line } from './limits.js';

const bareReturn = /\r[^\r\n]/;

/**
 * Whether lines of a text end as those of old Macs, in CR alone: there is one before anything else, and no LF. A CR in a file with LF is a part of its cell.
 */
export function endsInReturns(begin: string): boolean {
  return !begin.includes('\n') && bareReturn.test(begin);
}

/** Cuts text that comes in pieces into lines, without their ends; of a line that is too long no more is kept than tells that it is. */
export class LineSplitter {
  #rest = '';
  #isTooLong = false;
  #number = 0;
  /** Undefined until one was seen. */
  #lineEnd: '\n' | '\r' | undefined;

  take(piece: string): readonly Line[] {
    const lineEnd = this.#lineEndWith(piece);
    // Until it is known what ends a line, none has ended.
    const text = lineEnd === '\r' ? this.#rest + piece : piece;
    if (lineEnd === '\r') this.#rest = '';
    const lines: Line[] = [];
    let start = 0;
    for (let end = text.indexOf(lineEnd); end >= 0; end = text.indexOf(lineEnd, start)) {
      this.#add(text.slice(start, end));
      lines.push(this.#line());
      start = end + 1;
    }
    this.#add(text.slice(start));
    return lines;
  }

  #lineEndWith(piece: string): string {
    if (!this.#lineEnd && piece.includes('\n')) this.#lineEnd = '\n';
    else if (!this.#lineEnd && endsInReturns(this.#rest + piece)) this.#lineEnd = '\r';
    return this.#lineEnd ?? '\n';
  }

  /** What stands behind the last line end. */
  end(): readonly Line[] {
    return this.#rest || this.#isTooLong ? [this.#line()] : [];
  }

  #add(text: string): void {
    if (this.#rest.length + text.length > csvLimits.rowMax) this.#isTooLong = true;
    this.#rest = this.#isTooLong ? '' : this.#rest + text;
  }

  #line(): Line {
    this.#number += 1;
    const text = this.#isTooLong ? undefined : this.#rest.replace(/\r$/, '');
    this.#rest = '';
    this.#isTooLong = false;
    return { number: this.#number, text };
  }
}
