import { csvLimits, type Line } from './limits.js';

/** Cuts text that comes in pieces into lines, without their ends; of a line that is too long no more is kept than tells that it is. */
export class LineSplitter {
  #rest = '';
  #isTooLong = false;
  #number = 0;

  take(text: string): readonly Line[] {
    const lines: Line[] = [];
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.#add(text.slice(start, end));
      lines.push(this.#line());
      start = end + 1;
    }
    this.#add(text.slice(start));
    return lines;
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
