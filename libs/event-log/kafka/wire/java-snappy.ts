import { unpackSnappy } from '#libs/runtime/unpack/snappy.js';
import { UnpackError } from '#libs/runtime/unpack/unpack-error.js';

const magic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
/** Behind the magic stand two numbers: the version, and the oldest one that reads it. */
const headBytes = magic.length + 8;

/**
 * Unpacks records that a producer packed by Snappy: clients in Java write blocks, each behind its length, under a head of their own library
 * (https://github.com/xerial/snappy-java), others one bare block. Throws `UnpackError`; with `too_large` beyond `bytesMax` unpacked bytes of all blocks.
 */
export function unpackRecordsOfSnappy(bytes: Buffer, bytesMax: number): Buffer {
  if (!bytes.subarray(0, magic.length).equals(magic)) return unpackSnappy(bytes, bytesMax);
  const blocks: Buffer[] = [];
  let length = 0;
  for (let at = headBytes; at < bytes.length;) {
    const end = at + 4 + (at + 4 > bytes.length ? 0 : bytes.readUInt32BE(at));
    if (end > bytes.length || at + 4 > bytes.length) throw new UnpackError('cut_off', 'the Snappy is cut off');
    const block = unpackSnappy(bytes.subarray(at + 4, end), bytesMax - length);
    length += block.length;
    blocks.push(block);
    at = end;
  }
  return Buffer.concat(blocks, length);
}
