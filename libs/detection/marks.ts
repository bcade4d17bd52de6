import { categories } from '#libs/contracts/vocabulary.js';
import { markMax } from './ledger-store.js';
import { hashBytes, viewOf } from './scan-text.js';

const maskCount = 2 ** categories.length;

/**
 * What an entry says besides value and time, as one small number: the clinic, the categories, and the value that `spread` counts (the
 * clinic, in most rules). Texts and marks are given out in order of arrival and kept for good: there are as many as clinics.
 */
export class Marks {
  readonly #texts: string[] = [''];
  readonly #textBytes: Uint8Array[] = [new Uint8Array(0)];
  readonly #byText = new Map<string, number>([['', 0]]);
  #slots = new Uint32Array(64);
  readonly #text: number[] = [];
  readonly #mask: number[] = [];
  readonly #spread: number[] = [];
  /** Mark plus one by (clinic, mask), where spread is the clinic. */
  #plain = new Uint32Array(4 * maskCount);
  readonly #others = new Map<string, number>();

  /** The number of a text that lies in bytes as JSON has it, without quotes. Zero is the empty one. */
  textOfBytes(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    if (start === end) return 0;
    const mask = this.#slots.length - 1;
    for (let slot = hashBytes(view, start, end) & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot] ?? 0;
      if (id === 0) return this.textOf(jsonText(bytes, start, end));
      if (this.#sameBytes(id, bytes, start, end)) return id;
    }
  }

  textOf(text: string): number {
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const id = this.#texts.length;
    this.#texts.push(text);
    const bytes = Buffer.from(JSON.stringify(text).slice(1, -1));
    this.#textBytes.push(bytes);
    this.#byText.set(text, id);
    if (id * 2 <= this.#slots.length) this.#place(id);
    else {
      this.#slots = new Uint32Array(this.#slots.length * 2);
      for (let again = 1; again <= id; again += 1) this.#place(again);
    }
    return id;
  }

  text(id: number): string {
    return this.#texts[id] ?? '';
  }

  /** The mark of (clinic, categories, value for spread). Throws RangeError when there are more than an entry can hold. */
  of(clinic: number, mask: number, spread: number): number {
    if (spread !== clinic) return this.#other(clinic, mask, spread);
    const place = clinic * maskCount + mask;
    if (place >= this.#plain.length) this.#growPlain(place);
    const known = this.#plain[place] ?? 0;
    if (known > 0) return known - 1;
    const mark = this.#new(clinic, mask, spread);
    this.#plain[place] = mark + 1;
    return mark;
  }

  clinicOf(mark: number): number {
    return this.#text[mark] ?? 0;
  }
  maskOf(mark: number): number {
    return this.#mask[mark] ?? 0;
  }
  spreadOf(mark: number): number {
    return this.#spread[mark] ?? 0;
  }

  /** Everything, for a snapshot. */
  dump(): MarksDump {
    return { texts: [...this.#texts], clinics: [...this.#text], masks: [...this.#mask], spreads: [...this.#spread] };
  }

  static restore(dump: MarksDump): Marks {
    const marks = new Marks();
    for (const text of dump.texts) marks.textOf(text);
    dump.clinics.forEach((clinic, mark) => marks.of(clinic, dump.masks[mark] ?? 0, dump.spreads[mark] ?? 0));
    return marks;
  }

  #other(clinic: number, mask: number, spread: number): number {
    const key = `${clinic} ${mask} ${spread}`;
    const known = this.#others.get(key);
    if (known !== undefined) return known;
    const mark = this.#new(clinic, mask, spread);
    this.#others.set(key, mark);
    return mark;
  }

  #new(clinic: number, mask: number, spread: number): number {
    const mark = this.#text.length;
    if (mark > markMax) throw new RangeError(`more than ${markMax} combinations of clinic, categories and spread value`);
    this.#text.push(clinic);
    this.#mask.push(mask);
    this.#spread.push(spread);
    return mark;
  }

  #growPlain(place: number): void {
    const plain = new Uint32Array(Math.max(this.#plain.length * 2, place + maskCount));
    plain.set(this.#plain);
    this.#plain = plain;
  }

  #place(id: number): void {
    const bytes = this.#textBytes[id] ?? new Uint8Array(0);
    if (id === 0) return;
    const mask = this.#slots.length - 1;
    let slot = hashBytes(viewOf(bytes), 0, bytes.length) & mask;
    while (this.#slots[slot] !== 0 && this.#slots[slot] !== id) slot = (slot + 1) & mask;
    this.#slots[slot] = id;
  }

  #sameBytes(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    const text = this.#textBytes[id];
    if (!text || text.length !== end - start) return false;
    for (let i = 0; i < text.length; i += 1) if (text[i] !== bytes[start + i]) return false;
    return true;
  }
}

export interface MarksDump {
  readonly texts: string[];
  readonly clinics: number[];
  readonly masks: number[];
  readonly spreads: number[];
}

/** The text of a JSON string's inner bytes. */
export function jsonText(bytes: Uint8Array, start: number, end: number): string {
  const value: unknown = JSON.parse(`"${Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString()}"`);
  return typeof value === 'string' ? value : '';
}
