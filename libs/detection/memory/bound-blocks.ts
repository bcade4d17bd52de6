import { grown } from './grown.js';
import type { LedgerHeads } from './ledger-heads.js';
import { outside } from '../scan/outside.js';
import type { LedgerNumber } from '../scan/kinds.js';

/** In the place of a page: nothing is known of its bounds. */
const unknown = 0xffffffff;
/** Words of a page of a ledger with many rules, a line of memory: its bounds, and the page after it. */
const lineWords = 16;

/**
 * The packed bounds of ledgers (see `judge/bounds.ts`), one for each rule, in pages. Most ledgers never come near a threshold and have none, and most of the others
 * meet the rules of one selection alone, whose bounds lie in the first page: where all bounds from a page on are zero no page is
 * there, and neither is one where they are not known. Where ledgers have one rule at most, its bound stands in the head.
 */
export class BoundBlocks {
  #words = new Uint32Array(0);
  readonly #free: number[] = [];
  #end = 1; // page 0 is none
  /** Bounds of a page, and its words. */
  readonly #bounds: number;
  readonly #width: number;

  /** `slots`: rules of a ledger at most. */
  constructor(
    private readonly heads: LedgerHeads,
    private readonly slots: number,
  ) {
    this.#bounds = Math.min(slots, lineWords - 1);
    this.#width = this.#bounds + 1;
  }

  get bytes(): number {
    return this.#words.byteLength;
  }

  get(ledger: LedgerNumber, slot: number): number {
    let page = this.heads.bounds(ledger);
    if (this.slots === 1) return page;
    const bounds = this.#bounds;
    let at = slot;
    while (page !== 0 && page !== unknown) {
      if (at < bounds) return this.#words[page * this.#width + at] ?? outside();
      page = this.#words[page * this.#width + bounds] ?? outside();
      at -= bounds;
    }
    return page;
  }

  set(ledger: LedgerNumber, slot: number, packed: number): void {
    const { heads } = this;
    if (this.slots === 1) {
      heads.setBounds(ledger, packed);
      return;
    }
    const bounds = this.#bounds;
    let page = heads.bounds(ledger);
    let before = 0;
    for (let at = slot; ; at -= bounds) {
      if (page === 0 || page === unknown) {
        if (packed === page) return;
        page = this.#open(ledger, before, page);
      }
      if (at < bounds) {
        this.#words[page * this.#width + at] = packed;
        return;
      }
      before = page;
      page = this.#words[page * this.#width + bounds] ?? outside();
    }
  }

  /** Nothing is known: each is as high as can be. */
  forget(ledger: LedgerNumber): void {
    this.close(ledger);
    this.heads.setBounds(ledger, unknown);
  }

  /** All are zero. */
  close(ledger: LedgerNumber): void {
    let page = this.heads.bounds(ledger);
    this.heads.setBounds(ledger, 0);
    if (this.slots === 1) return;
    while (page !== 0 && page !== unknown) {
      this.#free.push(page);
      page = this.#words[page * this.#width + this.#bounds] ?? outside();
    }
  }

  /** A page behind the one before, 0 for none, whose bounds and those of all behind it are 0 or unknown, as `filled` says. */
  #open(ledger: LedgerNumber, before: number, filled: number): number {
    const page = this.#free.pop() ?? this.#end++;
    const width = this.#width;
    while ((page + 1) * width > this.#words.length)
      this.#words = this.#words.length === 0 ? new Uint32Array(16 * width) : grown(this.#words, Uint32Array);
    this.#words.fill(filled, page * width, (page + 1) * width);
    if (before === 0) this.heads.setBounds(ledger, page);
    else this.#words[before * width + this.#bounds] = page;
    return page;
  }
}
