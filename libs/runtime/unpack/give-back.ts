import { isMarkedAsUntransferable } from 'node:worker_threads';

/**
 * Frees a chunk that was copied, instead of leaving it to the garbage collector: it lies outside the heap, and a busy process would
 * have the whole heap searched every few megabytes. Chunks that share their memory with others are left alone. Nobody may read the chunk after this.
 */
export function giveBack(chunk: Buffer): void {
  if (chunk.buffer.byteLength === chunk.length) freed(chunk.buffer);
}

/** Frees memory that nobody reads or writes any more; not what Node shares out to short buffers, which nobody may take away. */
export function freed(memory: ArrayBufferLike): void {
  if (memory instanceof ArrayBuffer && !isMarkedAsUntransferable(memory)) memory.transfer(0);
}
