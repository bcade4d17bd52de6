import type { CompiledRule } from '../compile/series.js';
import type { AccountNumber, LedgerNumber, Milliseconds } from '../scan/kinds.js';

/** A time at which a rule is to be judged once no more accesses are expected for it. */
export interface Anchor {
  readonly rule: CompiledRule;
  readonly account: AccountNumber;
  readonly ledger: LedgerNumber;
  readonly cell: Uint8Array;
  readonly time: Milliseconds;
}

/**
 * Anchors of rules that more accesses could undo (an upper bound, a number that must not be met). They wait until event time has passed
 * them by the rule's lateness; the earliest due is at the root of a heap.
 */
export class Settler {
  readonly #heap: Anchor[] = [];
  /** The last anchor that waits by ledger and slot, so that accesses of one time wait once. */
  readonly #last = new Map<string, number>();
  /** What waits of accounts that have gone on ahead of the partition's time, as far as `takeBehind` was asked of them. */
  readonly #ahead = new Map<AccountNumber, Anchor[]>();
  /** Of the heap: what `takeBehind` gave, which waits no more. */
  readonly #taken = new Set<Anchor>();

  /** Event time up to which anchors have been judged. */
  #watermark = Number.NEGATIVE_INFINITY;

  get size(): number {
    return this.#heap.length - this.#taken.size;
  }

  /** False, and the anchor does not wait, when it should have been judged before: only the account's history tells now. */
  add(anchor: Anchor): boolean {
    if (anchor.time + anchor.rule.settleMs <= this.#watermark) return false;
    const key = keyOf(anchor);
    if (this.#last.get(key) === anchor.time) return true;
    this.#last.set(key, anchor.time);
    if (this.#ahead.size > 0) this.#ahead.get(anchor.account)?.push(anchor);
    this.#heap.push(anchor);
    for (let at = this.#heap.length - 1; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) break;
      this.#swap(at, parent);
      at = parent;
    }
    return true;
  }

  /** Whether anchors of the rule above this time have not been judged. */
  waitsFor({ settleMs }: CompiledRule, time: Milliseconds): boolean {
    return time + settleMs >= this.#watermark;
  }

  /** Whether one is due when event time has reached `watermark`. */
  isDue(watermark: Milliseconds): boolean {
    const [first] = this.#heap;
    return first !== undefined && first.time + first.rule.settleMs <= watermark;
  }

  /** The next anchor that is due when event time has reached `watermark`; undefined when none is. */
  next(watermark: Milliseconds): Anchor | undefined {
    while (this.#taken.size > 0 && this.#heap[0] && this.#taken.has(this.#heap[0])) this.#taken.delete(this.#pop(this.#heap[0]));
    const [first] = this.#heap;
    const due = first ? first.time + first.rule.settleMs : Number.POSITIVE_INFINITY;
    // No further than what is judged: its firings set anchors of other rules, which are due after it.
    this.#watermark = Math.max(this.#watermark, Math.min(due, watermark));
    if (!first || due > watermark) return undefined;
    const others = this.#ahead.get(first.account);
    if (others) others.splice(others.indexOf(first), 1);
    return this.#pop(first);
  }

  #pop(first: Anchor): Anchor {
    const last = this.#heap.pop();
    if (last && last !== first) {
      this.#heap[0] = last;
      this.#sink();
    }
    if (this.#heap.length === 0) this.#clear();
    return first;
  }

  #clear(): void {
    this.#heap.length = 0;
    this.#last.clear();
    this.#ahead.clear();
    this.#taken.clear();
  }

  get watermark(): Milliseconds {
    return this.#watermark;
  }
  set watermark(reached: number) {
    this.#watermark = reached;
  }

  /** Takes out the anchors that are among some, the earliest due first. */
  takeOf(isAmong: (anchor: Anchor) => boolean): readonly Anchor[] {
    const waiting = this.#waiting;
    const taken = waiting.filter(isAmong);
    if (taken.length === 0) return taken;
    const kept = waiting.filter((anchor) => !isAmong(anchor));
    this.#clear();
    for (const anchor of kept) this.add(anchor);
    return taken.toSorted(compare);
  }

  /** The same of one account, for anchors whose windows would not be whole any more when its newest access lies at `time`: in time that does not grow with what waits of others. */
  takeBehind(account: AccountNumber, time: Milliseconds): readonly Anchor[] {
    const known = this.#ahead.get(account);
    const waiting = known ?? this.#waiting.filter((anchor) => anchor.account === account);
    const behind = waiting.filter((anchor) => wholeUntil(anchor) < time);
    if (behind.length > 0 || !known)
      this.#ahead.set(
        account,
        waiting.filter((anchor) => wholeUntil(anchor) >= time),
      );
    for (const anchor of behind) {
      this.#taken.add(anchor);
      if (this.#last.get(keyOf(anchor)) === anchor.time) this.#last.delete(keyOf(anchor));
    }
    if (2 * this.#taken.size > this.#heap.length) this.#compact();
    return behind.toSorted(compare);
  }

  get #waiting(): readonly Anchor[] {
    return this.#taken.size === 0 ? this.#heap : this.#heap.filter((anchor) => !this.#taken.has(anchor));
  }

  #compact(): void {
    const waiting = this.#waiting;
    this.#clear();
    for (const anchor of waiting) this.add(anchor);
  }

  /** Anchors of the ledgers of accounts that are let go of are judged no more. */
  forget(accounts: { has(account: AccountNumber): boolean }): void {
    const waiting = this.#waiting;
    const kept = waiting.filter(({ account }) => !accounts.has(account));
    if (kept.length === waiting.length) return;
    this.#clear();
    for (const anchor of kept) this.add(anchor);
  }

  #sink(): void {
    for (let at = 0; ;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < this.#heap.length && this.#isBefore(child, least)) least = child;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const one = this.#heap[a];
    const other = this.#heap[b];
    if (!one || !other) return false;
    return compare(one, other) < 0;
  }

  #swap(a: number, b: number): void {
    const one = this.#heap[a];
    const other = this.#heap[b];
    if (!one || !other) return;
    this.#heap[a] = other;
    this.#heap[b] = one;
  }
}

function keyOf({ rule, ledger }: Anchor): string {
  return `${rule.series.index} ${ledger} ${rule.slot}`;
}

/** The latest newest access of its account, event time, with which all that its window counts is held. */
function wholeUntil({ time, rule }: Anchor): number {
  return time - rule.timespanMs + rule.series.horizonMs;
}

/** By the time at which they are due, then by what does not depend on how windows are laid out in memory. */
function compare(a: Anchor, b: Anchor): number {
  const due = a.time + a.rule.settleMs - b.time - b.rule.settleMs;
  if (due !== 0 || a.account !== b.account) return due;
  return a.rule.key < b.rule.key ? -1 : a.rule.key > b.rule.key ? 1 : Buffer.compare(a.cell, b.cell);
}
