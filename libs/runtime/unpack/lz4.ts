import { UnpackError } from './unpack-error.js';

const frameMagic = 0x184d2204;
/** Frames that say nothing of the text: 16 numbers from this one on. */
const skippableMagic = 0x184d2a50;
const flags = {
  version: 0xc0,
  versionOne: 0x40,
  blockChecksums: 0x10,
  contentSize: 0x08,
  contentChecksum: 0x04,
  dictionary: 0x01,
} as const;
const storedFlag = 0x80000000;
const shortestCopy = 4;
const roomAtFirst = 64 * 1024;

/**
 * Unpacks a text of LZ4 frames, one behind the other. Throws `UnpackError` for what is cut off, refers to what is not there, asks for a dictionary, or is
 * longer than `bytesMax`. Checksums are passed over: whoever carries the text has its own.
 * (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md, lz4_Block_format.md)
 */
export function unpackLz4(bytes: Buffer, bytesMax: number): Buffer {
  const text = new Text(bytesMax);
  for (let at = 0; at < bytes.length;) at = unpackFrame(bytes, at, text);
  return text.whole;
}

/** The place behind the frame. */
function unpackFrame(bytes: Buffer, from: number, text: Text): number {
  const magic = number(bytes, from);
  if ((magic & ~0xf) >>> 0 === skippableMagic) return behind(bytes, from + 8, number(bytes, from + 4));
  if (magic !== frameMagic) throw new UnpackError(from === 0 ? 'damaged' : 'junk_behind', `at byte ${from} lies no frame of LZ4`);
  const flag = bytes[from + 4] ?? 0;
  if ((flag & flags.version) !== flags.versionOne || (flag & flags.dictionary) !== 0) throw damaged();
  // Flags, the largest block, the size of the content where it is said, and a checksum of these.
  let at = behind(bytes, from + 4, 3 + ((flag & flags.contentSize) === 0 ? 0 : 8));
  const frameFrom = text.length;
  for (;;) {
    const said = number(bytes, at);
    at += 4;
    if (said === 0) return behind(bytes, at, (flag & flags.contentChecksum) === 0 ? 0 : 4);
    const end = behind(bytes, at, said % storedFlag);
    if (said >= storedFlag) text.add(bytes, at, end);
    else unpackBlock(bytes, at, end, { text, frameFrom });
    at = behind(bytes, end, (flag & flags.blockChecksums) === 0 ? 0 : 4);
  }
}

/** Pieces of text as they are, each followed by a copy of what came before, but for the last one. */
function unpackBlock(
  bytes: Buffer,
  from: number,
  end: number,
  { text, frameFrom }: { readonly text: Text; readonly frameFrom: number },
): void {
  const cursor = { at: from };
  const lengthFrom = (nibble: number): number => {
    let length = nibble;
    for (let byte = nibble === 15 ? 255 : 0; byte === 255; length += byte) byte = byteAt(bytes, cursor.at++, end);
    return length;
  };
  for (;;) {
    const token = byteAt(bytes, cursor.at++, end);
    const literal = lengthFrom(token >>> 4);
    if (cursor.at + literal > end) throw damaged();
    text.add(bytes, cursor.at, (cursor.at += literal));
    if (cursor.at === end) return;
    const distance = byteAt(bytes, cursor.at++, end) + 256 * byteAt(bytes, cursor.at++, end);
    const length = lengthFrom(token & 15) + shortestCopy;
    // Blocks may refer to those before them, never to another frame.
    if (distance === 0 || distance > text.length - frameFrom) throw damaged();
    text.repeat(distance, length);
  }
}

/** What has been unpacked, in memory that doubles until it is as much as is allowed. */
class Text {
  #bytes = Buffer.alloc(0);
  length = 0;

  constructor(private readonly bytesMax: number) {}

  get whole(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }

  add(from: Buffer, start: number, end: number): void {
    this.#makeRoom(end - start);
    this.length += from.copy(this.#bytes, this.length, start, end);
  }

  /** What lies so far back, again; a copy may reach into what it writes. */
  repeat(distance: number, length: number): void {
    this.#makeRoom(length);
    const bytes = this.#bytes;
    for (let at = this.length, end = at + length; at < end; at += 1) bytes[at] = bytes[at - distance] ?? 0;
    this.length += length;
  }

  #makeRoom(more: number): void {
    const needed = this.length + more;
    if (needed > this.bytesMax) throw new UnpackError('too_large', `the LZ4 has more than ${this.bytesMax} bytes unpacked`);
    if (needed <= this.#bytes.length) return;
    const room = Buffer.allocUnsafe(Math.min(this.bytesMax, Math.max(roomAtFirst, 2 * needed)));
    this.#bytes.copy(room, 0, 0, this.length);
    this.#bytes = room;
  }
}

function number(bytes: Buffer, at: number): number {
  if (at + 4 > bytes.length) throw cutOff();
  return bytes.readUInt32LE(at);
}

function byteAt(bytes: Buffer, at: number, end: number): number {
  const byte = bytes[at];
  if (byte === undefined || at >= end) throw damaged();
  return byte;
}

function behind(bytes: Buffer, at: number, length: number): number {
  if (at + length > bytes.length) throw cutOff();
  return at + length;
}

function cutOff(): UnpackError {
  return new UnpackError('cut_off', 'the LZ4 is cut off');
}

function damaged(): UnpackError {
  return new UnpackError('damaged', 'this is no LZ4, or a damaged one');
}
