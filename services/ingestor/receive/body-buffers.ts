/** Smallest and largest buffer that is kept, in bytes; larger ones are made and left to the garbage collector. */
const keptBytesMin = 16 * 1024;
const keptBytesMax = 1024 * 1024;
/** Bytes of buffers kept for the next bodies, at most. */
export const keptBytesTotalMax = 32 * 1024 * 1024;
/** Bytes behind a body that belong to its buffer: readers of whole words may read them, and they are zero. */
export const slackBytes = 64;

/**
 * Memory of request bodies, used again. A buffer per body is what makes the garbage collector work: it is large, lives as long as the
 * request, and so is looked at again and again.
 */
export class BodyBuffers {
  readonly #kept = new Map<number, Buffer[]>();
  #keptBytes = 0;

  /** Room for a body of `bytes`, slack included; a power of two. */
  static capacityFor(bytes: number): number {
    return Math.max(keptBytesMin, 2 ** Math.ceil(Math.log2(bytes + slackBytes)));
  }

  take(capacity: number): Buffer {
    const kept = this.#kept.get(capacity)?.pop();
    if (kept) this.#keptBytes -= capacity;
    return kept ?? Buffer.allocUnsafeSlow(capacity);
  }

  /** Nobody may read the buffer after this. */
  give(buffer: Buffer): void {
    const capacity = buffer.length;
    if (capacity > keptBytesMax || this.#keptBytes + capacity > keptBytesTotalMax) return;
    const kept = this.#kept.get(capacity) ?? [];
    this.#kept.set(capacity, kept);
    kept.push(buffer);
    this.#keptBytes += capacity;
  }
}

/**
 * Announced lengths are believed up to so many times what has come, and up to so many bytes: an announcement alone takes no memory, and a
 * body that comes at an ordinary pace is not copied on the way.
 */
const believedTimes = 8;
const believedBytesMax = 512 * 1024;

/** One body while it comes in. */
export class BodyBuffer {
  length = 0;
  #buffer: Buffer | undefined;

  /** `lease` is asked for the memory before it is taken, and may throw. */
  constructor(
    private readonly buffers: BodyBuffers,
    private readonly announcedBytes: number,
    private readonly lease: { take(bytes: number): void },
  ) {}

  append(chunk: Buffer): void {
    const buffer = this.#roomFor(chunk.length);
    chunk.copy(buffer, this.length);
    this.length += chunk.length;
  }

  bytes(): Buffer {
    const buffer = this.#roomFor(0);
    buffer.fill(0, this.length, this.length + slackBytes);
    return buffer.subarray(0, this.length);
  }

  /** Gives the memory back; what `bytes` answered must not be read any more. */
  release(): void {
    if (this.#buffer) this.buffers.give(this.#buffer);
    this.#buffer = undefined;
  }

  #roomFor(bytes: number): Buffer {
    const needed = this.length + bytes;
    const old = this.#buffer;
    if (old && old.length >= needed + slackBytes) return old;
    const believed = Math.min(this.announcedBytes, believedTimes * needed, believedBytesMax);
    const capacity = BodyBuffers.capacityFor(Math.max(needed, believed));
    this.lease.take(capacity - (old?.length ?? 0));
    const buffer = this.buffers.take(capacity);
    if (old) {
      old.copy(buffer, 0, 0, this.length);
      this.buffers.give(old);
    }
    this.#buffer = buffer;
    return buffer;
  }
}
