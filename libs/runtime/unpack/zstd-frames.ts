import { UnpackError } from './unpack-error.js';

/** First bytes of a frame as a little-endian word; those of a skippable frame differ in the lowest four bits. RFC 8878, section 3.1. */
const frameMagic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;

/** What is read of a frame to find its end, and how many bytes it takes; everything else is passed over. */
const fieldBytes = { magic: 4, skippableLength: 4, descriptor: 1, blockHeader: 3, end: 0 } as const;
type Field = keyof typeof fieldBytes;

/** Bytes of the parts of a frame header, by the bits of its descriptor. */
const dictionaryBytes = [0, 1, 2, 4] as const;
const contentSizeBytes = [0, 2, 4, 8] as const;
const checksumBytes = 4;
const runLengthBlock = 1;
const reservedBlock = 3;

/** Whether packed bytes begin as a zstd frame does, be it a skippable one. Four bytes are enough. */
export function beginsAsZstd(bytes: Buffer): boolean {
  return bytes.length >= 4 && (bytes.readUInt32LE(0) === frameMagic || asSkippable(bytes.readUInt32LE(0)) === skippableMagic);
}

/**
 * Finds where the frames of a zstd text end, without unpacking them: a decoder stops behind each frame, and `node:zlib` takes that for
 * the end of everything. The text may come in any pieces. What is no frame throws `UnpackError`, so that nothing is ever passed over.
 */
export class ZstdFrames {
  readonly #bytes = Buffer.alloc(4);
  #has = 0;
  /** Bytes of the frame to pass over before `#field` comes. */
  #passes = 0;
  #field: Field = 'magic';
  #checksum = 0;
  #frames = 0;
  /** Bytes of the text before the chunk at hand. */
  #before = 0;

  constructor(private readonly framesMax: number = Number.POSITIVE_INFINITY) {}

  /** The chunk, cut behind every frame that ends in it. */
  cut(chunk: Buffer): readonly Buffer[] {
    const pieces: Buffer[] = [];
    let from = 0;
    for (let at = 0; at < chunk.length;) {
      at = this.#passes > 0 ? this.#pass(chunk, at) : this.#collect(chunk, at);
      if (this.#passes > 0 || this.#field !== 'end') continue;
      this.#expect('magic');
      pieces.push(chunk.subarray(from, at));
      from = at;
    }
    if (from < chunk.length) pieces.push(chunk.subarray(from));
    this.#before += chunk.length;
    return pieces;
  }

  /** Throws when the text ends inside a frame. */
  end(): void {
    if (this.#field !== 'magic' || this.#has > 0)
      throw new UnpackError('cut_off', `the zstd is cut off: frame ${this.#frames} has no end within its ${this.#before} bytes`);
  }

  #pass(chunk: Buffer, at: number): number {
    const passed = Math.min(this.#passes, chunk.length - at);
    this.#passes -= passed;
    return at + passed;
  }

  #collect(chunk: Buffer, at: number): number {
    this.#bytes[this.#has] = chunk[at] ?? 0;
    this.#has += 1;
    if (this.#field === 'magic') this.#checkMagic(this.#before + at + 1 - this.#has);
    if (this.#has === fieldBytes[this.#field]) this.#read(this.#before + at + 1);
    return at + 1;
  }

  #expect(field: Field, passes = 0): void {
    this.#has = 0;
    this.#field = field;
    this.#passes = passes;
  }

  #read(end: number): void {
    const word = this.#bytes.readUInt32LE(0);
    switch (this.#field) {
      case 'magic':
        return this.#expect(word === frameMagic ? 'descriptor' : 'skippableLength');
      case 'skippableLength':
        return this.#expect('end', word);
      case 'descriptor':
        return this.#readDescriptor(word & 0xff);
      case 'blockHeader':
        return this.#readBlockHeader(word & 0xffffff, end);
      case 'end':
    }
  }

  /** Byte by byte, so that the decoder is never given the beginning of what is no frame. `at` is where the frame begins. */
  #checkMagic(at: number): void {
    if (this.#has === 1) this.#frames += 1;
    if (this.#frames > this.framesMax)
      throw new UnpackError('too_many_frames', `the zstd has more than ${this.framesMax} frames; pack more in each`);
    const mask = 2 ** (8 * this.#has) - 1;
    const word = this.#bytes.readUIntLE(0, this.#has);
    if (word === (frameMagic & mask) >>> 0 || asSkippable(word) === (skippableMagic & mask) >>> 0) return;
    throw at === 0
      ? new UnpackError('damaged', 'this is no zstd: it does not begin as a frame does')
      : new UnpackError('junk_behind', `behind the zstd frame that ends at byte ${at} lies something that is none`);
  }

  #readDescriptor(bits: number): void {
    const isSingleSegment = (bits & 0x20) !== 0;
    const contentSize = contentSizeBytes[(bits >> 6) as 0 | 1 | 2 | 3] || (isSingleSegment ? 1 : 0);
    this.#checksum = (bits & 4) === 0 ? 0 : checksumBytes;
    this.#expect('blockHeader', (isSingleSegment ? 0 : 1) + dictionaryBytes[(bits & 3) as 0 | 1 | 2 | 3] + contentSize);
  }

  #readBlockHeader(bits: number, end: number): void {
    const type = (bits >> 1) & 3;
    if (type === reservedBlock) throw new UnpackError('damaged', `the zstd is damaged: no block begins at byte ${end - 3}`);
    const content = type === runLengthBlock ? 1 : bits >> 3;
    if ((bits & 1) === 0) this.#expect('blockHeader', content);
    else this.#expect('end', content + this.#checksum);
  }
}

/** A magic number, or the beginning of one, without the bits that tell skippable frames apart. */
function asSkippable(word: number): number {
  return (word & 0xfffffff0) >>> 0;
}
