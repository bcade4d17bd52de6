import { hashWords } from '../scan/keyed-hash.js';
import { outside } from '../scan/outside.js';

/** Words of a slot: the count that it belongs to, the event, entries of it that are there, the largest number that they say, its own number. */
const slotWords = 8;
const entriesAt = 5;
const amountAt = 6;
const idAt = 7;

/** Entries that came one after the other, of which the last says a number that none of the others exceeds. */
interface Step {
  readonly amount: number;
  entries: number;
}

/**
 * The numbers of distinct events, of each the largest that its entries say, and their sum. What was added first is removed first, so that a
 * window can slide over entries in order of time.
 */
export class EventAmounts {
  /** Exact up to 2^53. */
  sum = 0;
  /** Distinct events. */
  count = 0;
  #size: number;
  #slots: Uint32Array;
  #stamp = 1;
  /** Slots in use, events that were removed again included. */
  #held = 0;
  /** Of events whose entries say different numbers, by the number of the slot: numbers that are largest in turn, the next ones behind. */
  readonly #uneven = new Map<number, Step[]>();

  /** `size`: slots to begin with, a power of two. */
  constructor(size: number) {
    this.#size = size;
    this.#slots = new Uint32Array(size * slotWords);
  }

  get bytes(): number {
    return this.#slots.byteLength;
  }

  /** Begins anew: nothing has been added. */
  begin(): void {
    this.sum = 0;
    this.count = 0;
    this.#held = 0;
    if (this.#uneven.size > 0) this.#uneven.clear();
    this.#stamp += 1;
    if (this.#stamp < 0xffffffff) return;
    this.#slots.fill(0);
    this.#stamp = 1;
  }

  add(v0: number, v1: number, v2: number, v3: number, amount: number): void {
    if (this.#held * 2 >= this.#size) this.#grow();
    const slots = this.#slots;
    const at = this.#slotOf(v0, v1, v2, v3);
    if (slots[at] !== this.#stamp) this.#take(at, v0, v1, v2, v3);
    const entries = slots[at + entriesAt] ?? outside();
    const before = slots[at + amountAt] ?? outside();
    slots[at + entriesAt] = entries + 1;
    if (entries === 0) this.count += 1;
    else if (amount !== before || this.#uneven.size > 0) this.#addStep(slots[at + idAt] ?? outside(), before, entries, amount);
    if (amount <= before && entries > 0) return;
    slots[at + amountAt] = amount;
    this.sum += amount - before;
  }

  /** Takes away the entry of the event that was added first of those that are there. */
  remove(v0: number, v1: number, v2: number, v3: number): void {
    const slots = this.#slots;
    const at = this.#slotOf(v0, v1, v2, v3);
    const entries = (slots[at + entriesAt] ?? outside()) - 1;
    const before = slots[at + amountAt] ?? outside();
    const id = slots[at + idAt] ?? outside();
    const after = entries === 0 ? 0 : this.#largestAfter(id, before);
    slots[at + entriesAt] = entries;
    slots[at + amountAt] = after;
    this.sum += after - before;
    if (entries > 0) return;
    this.count -= 1;
    if (this.#uneven.size > 0) this.#uneven.delete(id);
  }

  /** The number at which so many hundredths of the events, 1 to 100, say no more: the nearest rank. 0 where there is no event. */
  percentile(hundredths: number): number {
    const amounts = new Uint32Array(this.count);
    let found = 0;
    for (let at = 0; at < this.#slots.length && found < this.count; at += slotWords) {
      if (this.#slots[at] !== this.#stamp || this.#slots[at + entriesAt] === 0) continue;
      amounts[found] = this.#slots[at + amountAt] ?? outside();
      found += 1;
    }
    return amounts.toSorted()[Math.ceil((hundredths * this.count) / 100) - 1] ?? 0;
  }

  #take(at: number, v0: number, v1: number, v2: number, v3: number): void {
    const slots = this.#slots;
    this.#held += 1;
    slots[at] = this.#stamp;
    slots[at + 1] = v0;
    slots[at + 2] = v1;
    slots[at + 3] = v2;
    slots[at + 4] = v3;
    slots[at + entriesAt] = 0;
    slots[at + amountAt] = 0;
    slots[at + idAt] = this.#held;
  }

  /** An entry comes in behind `entries` others, the largest of which says `before`. */
  #addStep(id: number, before: number, entries: number, amount: number): void {
    const known = this.#uneven.get(id);
    if (!known && amount === before) return;
    const steps = known ?? [{ amount: before, entries }];
    if (!known) this.#uneven.set(id, steps);
    let merged = 1;
    for (let last = steps.at(-1); last && last.amount <= amount; last = steps.at(-1)) {
      merged += last.entries;
      steps.pop();
    }
    steps.push({ amount, entries: merged });
  }

  /** The largest number once the first entry has gone. */
  #largestAfter(id: number, before: number): number {
    const steps = this.#uneven.size > 0 ? this.#uneven.get(id) : undefined;
    const [first] = steps ?? [];
    if (!steps || !first) return before;
    first.entries -= 1;
    if (first.entries === 0) steps.shift();
    return steps[0]?.amount ?? 0;
  }

  /** The first word of the slot that holds the event, or may. */
  #slotOf(v0: number, v1: number, v2: number, v3: number): number {
    const slots = this.#slots;
    const mask = this.#size - 1;
    for (let slot = hashWords(v0, v1, v2, v3) & mask; ; slot = (slot + 1) & mask) {
      const at = slot * slotWords;
      if (slots[at] !== this.#stamp) return at;
      if (slots[at + 1] === v0 && slots[at + 2] === v1 && slots[at + 3] === v2 && slots[at + 4] === v3) return at;
    }
  }

  #grow(): void {
    const before = this.#slots;
    this.#size *= 2;
    this.#slots = new Uint32Array(this.#size * slotWords);
    for (let old = 0; old < before.length; old += slotWords) {
      if (before[old] !== this.#stamp) continue;
      const at = this.#slotOf(
        before[old + 1] ?? outside(),
        before[old + 2] ?? outside(),
        before[old + 3] ?? outside(),
        before[old + 4] ?? outside(),
      );
      this.#slots.set(before.subarray(old, old + slotWords), at);
    }
  }
}
