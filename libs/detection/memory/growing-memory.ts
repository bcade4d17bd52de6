/** What of the engine's WebAssembly is used here; TypeScript knows it of browsers alone. */
interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
declare const WebAssembly: { readonly Memory: new (size: { readonly initial: number; readonly maximum: number }) => Memory };

const pageBytes = 65_536;
/** Up to here memory is copied when it grows; above it lies where it can go on. */
const copiedBytesMax = 4 * 1024 * 1024;
/** What a memory of WebAssembly may have: four gibibytes. */
const pagesMax = 65_536;

/**
 * Bytes for columns that grow. Small ones are copied to a place of twice the size. Larger ones lie in a memory of WebAssembly, which grows where it stands: nothing is
 * copied, and hardly more is taken than is used. A view belongs to `bytes` as they were when it was made: make it anew after `reserve`.
 */
export class GrowingMemory {
  #bytes: ArrayBuffer;
  #memory: Memory | undefined;

  /** `size`: bytes to begin with; `copiedMax`: from where on nothing is copied any more, bytes. */
  constructor(
    size: number,
    private readonly copiedMax = copiedBytesMax,
  ) {
    this.#bytes = new ArrayBuffer(size);
  }

  get bytes(): ArrayBuffer {
    return this.#bytes;
  }

  /** Makes room for `size` bytes at least; what is new is zero. */
  reserve(size: number): void {
    if (size <= this.#bytes.byteLength) return;
    const wanted = Math.max(size, 2 * this.#bytes.byteLength);
    if (wanted <= this.copiedMax) this.#copyTo(new ArrayBuffer(wanted));
    else if (!this.#growInPlace(size)) this.#copyTo(new ArrayBuffer(Math.max(size, Math.ceil(this.#bytes.byteLength * 1.5))));
  }

  /** By a sixteenth at least; false where no such memory is to be had, or no more of it. */
  #growInPlace(size: number): boolean {
    const held = this.#bytes.byteLength;
    const pages = Math.min(pagesMax, Math.ceil(Math.max(size, held + held / 16) / pageBytes));
    if (pages * pageBytes < size) return false;
    try {
      if (this.#memory) this.#memory.grow(pages - this.#memory.buffer.byteLength / pageBytes);
      else {
        const memory = new WebAssembly.Memory({ initial: pages, maximum: pagesMax });
        new Uint8Array(memory.buffer).set(new Uint8Array(this.#bytes));
        this.#memory = memory;
      }
    } catch (error) {
      // Where addresses are scarce none is given out; then it is copied as the small ones are.
      if (error instanceof RangeError) return false;
      throw error;
    }
    this.#bytes = this.#memory.buffer;
    return true;
  }

  #copyTo(bytes: ArrayBuffer): void {
    new Uint8Array(bytes).set(new Uint8Array(this.#bytes));
    this.#bytes = bytes;
    this.#memory = undefined;
  }
}
