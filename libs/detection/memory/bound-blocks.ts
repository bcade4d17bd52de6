import { grown } from './grown.js';
import type { LedgerHeads } from './ledger-heads.js';

/** In a head: nothing is known of any bound. */
const unknown = 0xffffffff;

/**
 * The packed bounds of ledgers (see `judge/bounds.ts`), one for each rule. Most ledgers never come near a threshold and have none: what is zero
 * for every rule has no block, and neither has what is not known. Where ledgers have one rule at most, its bound stands in the head.
 */
export class BoundBlocks {
  #words = new Uint32Array(0);
  readonly #free: number[] = [];
  #end = 1; // block 0 is none

  /** `slots`: rules of a ledger at most. */
  constructor(
    private readonly heads: LedgerHeads,
    private readonly slots: number,
  ) {}

  get bytes(): number {
    return this.#words.byteLength;
  }

  get(ledger: number, slot: number): number {
    const held = this.heads.bounds(ledger);
    if (this.slots === 1 || held === 0 || held === unknown) return held;
    return this.#words[held * this.slots + slot] ?? 0;
  }

  set(ledger: number, slot: number, packed: number): void {
    const { heads, slots } = this;
    const held = heads.bounds(ledger);
    if (slots === 1) {
      heads.setBounds(ledger, packed);
      return;
    }
    const isHeld = held !== 0 && held !== unknown;
    if (!isHeld && packed === held) return;
    // The block first: to open one may put the words elsewhere.
    const block = isHeld ? held : this.#open(ledger, held);
    this.#words[block * slots + slot] = packed;
  }

  /** Nothing is known: each is as high as can be. */
  forget(ledger: number): void {
    this.close(ledger);
    this.heads.setBounds(ledger, unknown);
  }

  /** All are zero. */
  close(ledger: number): void {
    const held = this.heads.bounds(ledger);
    if (this.slots > 1 && held !== 0 && held !== unknown) this.#free.push(held);
    this.heads.setBounds(ledger, 0);
  }

  /** A block whose bounds are all 0 or all unknown, as `filled` says. */
  #open(ledger: number, filled: number): number {
    const block = this.#free.pop() ?? this.#end++;
    while ((block + 1) * this.slots > this.#words.length) {
      if (this.#words.length === 0) this.#words = new Uint32Array(16 * this.slots);
      else this.#words = grown(this.#words, Uint32Array);
    }
    this.#words.fill(filled, block * this.slots, (block + 1) * this.slots);
    this.heads.setBounds(ledger, block);
    return block;
  }
}
