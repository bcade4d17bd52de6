import type { Access } from './event.js';
import { at } from './random.js';

interface Head {
  readonly access: Access;
  readonly order: number;
  readonly stream: Iterator<Access>;
}

/** Streams in order of time become one in order of time. It holds one access of each stream; of equal times, the stream added first wins. */
export class Merge {
  readonly #heap: Head[] = [];
  #added = 0;

  add(stream: Iterator<Access>): void {
    this.#added += 1;
    this.#pull(stream, this.#added, -Infinity);
  }

  /** Time of the next access; Infinity when there is none. */
  get nextAt(): number {
    return this.#heap[0]?.access.at ?? Infinity;
  }

  /** Throws when there is none, or when a stream went back in time: bugs. */
  take(): Access {
    const head = at(this.#heap, 0);
    const last = this.#heap.pop();
    if (last && last !== head) this.#sink(last);
    this.#pull(head.stream, head.order, head.access.at);
    return head.access;
  }

  #pull(stream: Iterator<Access>, order: number, after: number): void {
    const next = stream.next();
    if (next.done) return;
    if (next.value.at < after) throw new Error(`a stream went back in time: ${next.value.at} after ${after}`);
    this.#rise({ access: next.value, order, stream });
  }

  #rise(head: Head): void {
    let place = this.#heap.length;
    this.#heap.push(head);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = at(this.#heap, parent);
      if (!before(head, above)) break;
      this.#heap[place] = above;
      place = parent;
    }
    this.#heap[place] = head;
  }

  #sink(head: Head): void {
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#heap.length) break;
      if (child + 1 < this.#heap.length && before(at(this.#heap, child + 1), at(this.#heap, child))) child += 1;
      const below = at(this.#heap, child);
      if (!before(below, head)) break;
      this.#heap[place] = below;
      place = child;
    }
    this.#heap[place] = head;
  }
}

function before(a: Head, b: Head): boolean {
  return a.access.at < b.access.at || (a.access.at === b.access.at && a.order < b.order);
}
