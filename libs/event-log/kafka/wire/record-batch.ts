import { UnpackError } from '#libs/runtime/unpack/unpack-error.js';
import { unpackLz4 } from '#libs/runtime/unpack/lz4.js';
import { unpackBytes } from '#libs/runtime/unpack/unpack-bytes.js';
import { unpackRecordsOfSnappy } from './java-snappy.js';

/** A record batch may not grow beyond this when it is decompressed, in bytes: four of the largest frames. */
export const decompressedBytesMax = 64 * 1024 * 1024;
/** Records of one batch; Vigie's producers put one into each, others ten thousand and more. A decoded record costs some hundred bytes, however small it is. */
export const batchRecordsMax = 100_000;
const recordHeadersMax = 100;

/** Why nothing of a batch can be used. */
export const unreadableReasons = ['unknown_codec', 'too_large', 'not_unpackable', 'too_many_records', 'broken_records'] as const;
export type UnreadableReason = (typeof unreadableReasons)[number];

/** Where things lie in a record batch (magic 2), bytes from its beginning: https://kafka.apache.org/documentation/#recordbatch */
export const batchAt = { length: 8, magic: 16, attributes: 21, lastOffsetDelta: 23, count: 57, records: 61 } as const;
/** Bytes before those that `length` counts. */
export const batchPrefixBytes = 12;
const codecMask = 7;
const controlFlag = 0x20;

/** How records are unpacked, by the number of their codec. */
const unpackers: readonly (((packed: Buffer) => Promise<Buffer>) | undefined)[] = [
  undefined,
  (packed) => unpackBytes('gzip', packed, decompressedBytesMax),
  async (packed) => unpackRecordsOfSnappy(packed, decompressedBytesMax),
  async (packed) => unpackLz4(packed, decompressedBytesMax),
  (packed) => unpackBytes('zstd', packed, decompressedBytesMax),
];

/** Rejects with `UnpackError`, and with `RangeError` for a codec that nobody has. */
export function unpackRecords(codec: number, packed: Buffer): Promise<Buffer> {
  const unpack = unpackers[codec];
  if (!unpack) throw new RangeError(`records are packed by codec ${codec}, which is none of Kafka's`);
  return unpack(packed);
}

/** What a batch holds, unpacked, or why it cannot be read. Never throws on content. */
export async function readBatch(
  batch: Buffer,
): Promise<{ readonly records: Buffer } | { readonly unreadable: UnreadableReason }> {
  const attributes = batch.readInt16BE(batchAt.attributes);
  const count = batch.readInt32BE(batchAt.count);
  const packed = batch.subarray(batchAt.records);
  const codec = attributes & codecMask;
  if (codec !== 0 && !unpackers[codec]) return { unreadable: 'unknown_codec' };
  if (count > batchRecordsMax) return { unreadable: 'too_many_records' };
  let records = packed;
  try {
    if (codec !== 0) records = await unpackRecords(codec, packed);
  } catch (cause) {
    return { unreadable: cause instanceof UnpackError && cause.reason === 'too_large' ? 'too_large' : 'not_unpackable' };
  }
  // What the broker itself writes at the end of transactions is passed over by the client.
  if ((attributes & controlFlag) !== 0) return { records };
  return holdsRecords(records, count, batch.readInt32BE(batchAt.lastOffsetDelta))
    ? { records }
    : { unreadable: 'broken_records' };
}

/** Whether the bytes are so many records, each whole, at rising offsets within the batch. */
function holdsRecords(bytes: Buffer, count: number, lastOffsetDelta: number): boolean {
  const cursor = new Cursor(bytes);
  for (let record = 0, before = -1; record < count; record += 1) {
    const length = cursor.varint();
    const end = cursor.at + length;
    if (length < 0 || end > bytes.length) return false;
    cursor.skip(1);
    cursor.varint();
    const delta = cursor.varint();
    if (delta <= before || delta > lastOffsetDelta) return false;
    before = delta;
    cursor.skip(cursor.varint());
    cursor.skip(cursor.varint());
    const headers = cursor.varint();
    if (headers < 0 || headers > recordHeadersMax) return false;
    for (let header = 0; header < headers; header += 1) {
      cursor.skip(cursor.varint());
      cursor.skip(cursor.varint());
    }
    if (cursor.at !== end) return false;
  }
  return true;
}

/** Walks zigzag varints; beyond the end every one is 0. */
class Cursor {
  at = 0;

  constructor(private readonly bytes: Buffer) {}

  /** -1 is the length of what is absent. */
  skip(length: number): void {
    this.at += Math.max(0, length);
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.bytes[this.at] ?? 0;
      this.at += 1;
      value += (byte & 127) * scale;
      if (byte < 128 || scale > 2 ** 56) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
  }
}
