/** Bytes in the order in which they came, in one piece of memory that grows to what is held at most and is used again. */
export class ByteQueue {
  #memory = Buffer.alloc(0);
  #start = 0;
  #end = 0;

  get size(): number {
    return this.#end - this.#start;
  }

  /** What is held, until the next call that changes it. */
  get bytes(): Buffer {
    return this.#memory.subarray(this.#start, this.#end);
  }

  append(chunk: Uint8Array): void {
    const needed = this.size + chunk.length;
    if (this.#end + chunk.length > this.#memory.length) {
      // Twice as much each time: bytes that come one by one are moved a fixed number of times on average.
      const memory = needed > this.#memory.length / 2 ? Buffer.allocUnsafe(2 * needed) : this.#memory;
      this.#memory.copy(memory, 0, this.#start, this.#end);
      this.#end = this.size;
      this.#start = 0;
      this.#memory = memory;
    }
    this.#memory.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  drop(count: number): void {
    this.#start += Math.min(count, this.size);
    if (this.#start < this.#end) return;
    this.#start = 0;
    this.#end = 0;
  }

  /** The first bytes, taken out and copied: what is returned stays as it is. */
  take(count: number): Uint8Array {
    const taken = Uint8Array.prototype.slice.call(this.bytes, 0, count);
    this.drop(count);
    return taken;
  }
}
