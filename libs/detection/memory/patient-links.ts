import { hashWords } from '../scan/keyed-hash.js';
import type { ScannedRow } from '../scan/scanned-row.js';
import { outside } from '../scan/outside.js';

/** Links of one table; two tables are held. 32 MiB when both are full. */
export const linksOfTableMax = 262_144;
/** A pseudonym, and what windows count its patient by: four words each. */
const linkWords = 8;
const fewest = 1024;

/**
 * Who two pseudonyms are one patient of: rows of the overlap of two keys say so. A patient counts by the older one for as long as rows say or
 * it is known here, so that no window changes when a key does. The links that were asked for last are held: two tables, the younger of which
 * becomes the older when it is full.
 */
export class PatientLinks {
  #young = new LinkTable();
  #old = new LinkTable();

  constructor(private readonly tableMax = linksOfTableMax) {}

  get size(): number {
    return this.#young.size + this.#old.size;
  }
  get bytes(): number {
    return this.#young.bytes + this.#old.bytes;
  }

  /** Gives the row the pseudonym that its patient counts by, and notes the link that it brings. */
  resolve(row: ScannedRow): void {
    if (!row.hasPatient) return;
    if (!row.hasFormer) {
      if (this.size > 0) this.#follow(row);
      return;
    }
    const { patient0, patient1, patient2, patient3 } = row;
    [row.patient0, row.patient1, row.patient2, row.patient3] = [row.former0, row.former1, row.former2, row.former3];
    this.#follow(row);
    if (patient0 === row.patient0 && patient1 === row.patient1 && patient2 === row.patient2 && patient3 === row.patient3) return;
    this.#keep(Uint32Array.of(patient0, patient1, patient2, patient3, row.patient0, row.patient1, row.patient2, row.patient3));
  }

  /** All links, eight words each, the older table first: `add` of them gives the same links. */
  *tables(): Generator<Uint32Array> {
    yield this.#old.links();
    yield this.#young.links();
  }

  /** Takes a table of `tables` over, or a part of one, as the younger one. */
  add(links: Uint32Array): void {
    for (let at = 0; at < links.length; at += linkWords) this.#keep(links.subarray(at, at + linkWords));
  }

  #follow(row: ScannedRow): void {
    const young = this.#young.find(row.patient0, row.patient1, row.patient2, row.patient3);
    const link = young ?? this.#old.find(row.patient0, row.patient1, row.patient2, row.patient3);
    if (!link) return;
    [, , , , row.patient0 = 0, row.patient1 = 0, row.patient2 = 0, row.patient3 = 0] = link;
    if (!young) this.#keep(link);
  }

  #keep(link: Uint32Array): void {
    if (this.#young.size >= this.tableMax) {
      this.#old = this.#young;
      this.#young = new LinkTable();
    }
    this.#young.put(link);
  }
}

/** Links by their pseudonym, in an open table of words. */
class LinkTable {
  size = 0;
  #slots = new Uint32Array(0);

  get bytes(): number {
    return this.#slots.byteLength;
  }

  find(v0: number, v1: number, v2: number, v3: number): Uint32Array | undefined {
    if (this.size === 0) return undefined;
    const at = this.#placeOf(v0, v1, v2, v3);
    return isEmpty(this.#slots, at) ? undefined : this.#slots.slice(at, at + linkWords);
  }

  put(link: Uint32Array): void {
    if ((this.size + 1) * 2 * linkWords > this.#slots.length) this.#grow();
    const [v0 = 0, v1 = 0, v2 = 0, v3 = 0] = link;
    const at = this.#placeOf(v0, v1, v2, v3);
    if (isEmpty(this.#slots, at)) this.size += 1;
    this.#slots.set(link, at);
  }

  links(): Uint32Array {
    const links = new Uint32Array(this.size * linkWords);
    let to = 0;
    for (let at = 0; at < this.#slots.length; at += linkWords) {
      if (isEmpty(this.#slots, at)) continue;
      links.set(this.#slots.subarray(at, at + linkWords), to);
      to += linkWords;
    }
    return links;
  }

  #grow(): void {
    const before = this.links();
    this.#slots = new Uint32Array(Math.max(fewest * linkWords, this.#slots.length * 2));
    this.size = 0;
    for (let at = 0; at < before.length; at += linkWords) this.put(before.subarray(at, at + linkWords));
  }

  #placeOf(v0: number, v1: number, v2: number, v3: number): number {
    const slots = this.#slots;
    const mask = slots.length / linkWords - 1;
    for (let slot = hashWords(v0, v1, v2, v3) & mask; ; slot = (slot + 1) & mask) {
      const at = slot * linkWords;
      const isSame = slots[at] === v0 && slots[at + 1] === v1 && slots[at + 2] === v2 && slots[at + 3] === v3;
      if (isSame || isEmpty(slots, at)) return at;
    }
  }
}

/** What a patient counts by is never all zero: no pseudonym is, but by a chance of 2 to the power of -128. */
function isEmpty(slots: Uint32Array, at: number): boolean {
  return (
    ((slots[at + 4] ?? outside()) |
      (slots[at + 5] ?? outside()) |
      (slots[at + 6] ?? outside()) |
      (slots[at + 7] ?? outside())) ===
    0
  );
}
