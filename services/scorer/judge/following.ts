/** Frames that are kept while windows are filled, in bytes: some minutes of a busy partition. */
const followedBytesMax = 256 * 1024 * 1024;

/** What a partition judges while its windows are being filled: history ends where it begins, and it is judged there once more. */
export class Following {
  #frames: Uint8Array[] = [];
  #bytes = 0;
  #isLost = false;

  /** `fromOffset` is that of the first frame, and `watermark` the newest event time before it. */
  constructor(
    readonly fromOffset: number,
    readonly watermark: number,
  ) {}

  /** More came than is kept: history must be read anew, further. */
  get isLost(): boolean {
    return this.#isLost;
  }

  get bytes(): number {
    return this.#bytes;
  }

  note(frame: Uint8Array): void {
    if (this.#isLost) return;
    this.#frames.push(frame);
    this.#bytes += frame.length;
    if (this.#bytes <= followedBytesMax) return;
    this.#isLost = true;
    this.#frames = [];
  }

  /** The next frame; it is not kept any longer. */
  next(): Uint8Array | undefined {
    const frame = this.#frames.shift();
    this.#bytes -= frame?.length ?? 0;
    return frame;
  }
}
