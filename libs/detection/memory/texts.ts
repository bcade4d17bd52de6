import { hashBytes } from '../scan/keyed-hash.js';
import { viewOf } from '../scan/scan-text.js';
import { outside } from '../scan/outside.js';
import { SlotsNoted } from './grown.js';

/** Of a text, beside its characters. */
const textBytes = 200;

/** Numbers of texts that are found by what the scan calls them, at most, a power of two. */
const seenSlots = 1_024;

/** Texts that rows repeat (clinics, applications), as small numbers given out in order of arrival. Zero is the empty one. */
export class Texts {
  readonly #texts: string[] = [''];
  readonly #bytes: Uint8Array[] = [new Uint8Array(0)];
  readonly #byText = new Map<string, number>([['', 0]]);
  #slots = new Uint32Array(64);
  #held = 0;
  /** What the scan calls texts that were met lately (`ScannedRow.clinicSeen`), direct-mapped, and their numbers. */
  readonly #noted = new SlotsNoted(seenSlots);
  #seen = new Float64Array(1);
  #seenNumbers = new Uint32Array(1);

  /** Whether this text, which is not the empty one, lies there as JSON has it, without quotes. */
  isAt(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    return id > 0 && this.#sameBytes(id, bytes, start, end);
  }

  /** The number of a text that lies in bytes as JSON has it, without quotes. `seen`: a number above 0 that nothing else is called by, where the scan has one. */
  ofBytes(bytes: Uint8Array, view: DataView, start: number, end: number, seen = 0): number {
    const slot = seen & (this.#seen.length - 1);
    if (seen > 0 && this.#seen[slot] === seen) return this.#seenNumbers[slot] ?? outside();
    const id = this.#find(bytes, view, start, end);
    if (seen > 0) this.#note(seen, id);
    return id;
  }

  #note(seen: number, id: number): void {
    const slots = this.#noted.wanted();
    if (slots > this.#seen.length) {
      this.#seen = new Float64Array(slots);
      this.#seenNumbers = new Uint32Array(slots);
    }
    this.#seen[seen & (slots - 1)] = seen;
    this.#seenNumbers[seen & (slots - 1)] = id;
  }

  #find(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    if (start === end) return 0;
    const mask = this.#slots.length - 1;
    for (let slot = hashBytes(view, start, end) & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot] ?? outside();
      if (id === 0) return this.of(jsonText(bytes, start, end));
      if (this.#sameBytes(id, bytes, start, end)) return id;
    }
  }

  of(text: string): number {
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const id = this.#texts.length;
    this.#texts.push(text);
    const bytes = Buffer.from(JSON.stringify(text).slice(1, -1));
    this.#bytes.push(bytes);
    this.#held += 3 * bytes.length + textBytes;
    this.#byText.set(text, id);
    if (id * 2 <= this.#slots.length) this.#place(id);
    else {
      this.#slots = new Uint32Array(this.#slots.length * 2);
      for (let again = 1; again <= id; again += 1) this.#place(again);
    }
    return id;
  }

  /** Estimated: a text lies here as text, as bytes and as a key. */
  get bytes(): number {
    return this.#held + this.#slots.byteLength;
  }

  /** Texts met so far. */
  get count(): number {
    return this.#texts.length;
  }
  text(id: number): string {
    return this.#texts[id] ?? '';
  }

  #place(id: number): void {
    const bytes = this.#bytes[id] ?? new Uint8Array(0);
    if (id === 0) return;
    const mask = this.#slots.length - 1;
    let slot = hashBytes(viewOf(bytes), 0, bytes.length) & mask;
    while (this.#slots[slot] !== 0 && this.#slots[slot] !== id) slot = (slot + 1) & mask;
    this.#slots[slot] = id;
  }

  #sameBytes(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    const text = this.#bytes[id];
    if (!text || text.length !== end - start) return false;
    for (let i = 0; i < text.length; i += 1) if (text[i] !== bytes[start + i]) return false;
    return true;
  }
}

/** The text of a JSON string's inner bytes. */
export function jsonText(bytes: Uint8Array, start: number, end: number): string {
  const value: unknown = JSON.parse(`"${Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString()}"`);
  return typeof value === 'string' ? value : '';
}
