import { zstdDecompressSync } from 'node:zlib';
import { UnpackError, unpackErrorOf } from './unpack-error.js';
import { type Packing, Unpacker } from './unpacker.js';
import { ZstdFrames } from './zstd-frames.js';

/** How much longer rows are than their packed form, generously; too little only costs a second piece. */
const expansion = 12;
const pieceBytesMin = 16 * 1024;
const pieceBytesMax = 1024 * 1024;
/** Packed bytes of one frame that are unpacked at once. */
const syncBytesMax = 256 * 1024;
/** Frames of one text: each costs a trip to the thread pool. */
const framesMax = 16_384;

/**
 * A text that is in hand as a whole, unpacked to its very end. Rejects with `UnpackError`; with `too_large` beyond `bytesMax` unpacked
 * bytes, of all frames together.
 *
 * Node fills pieces of 16 KiB, each a trip to its thread pool: a frame of 256 KiB cost 1.4 ms of CPU so, and costs 0.23 ms in one piece on
 * this thread (2026-11-23, 2 shared virtual cores). Large ones still go to the pool, for their time would hold up everything else.
 */
export async function unpackBytes(packing: Packing, bytes: Buffer, bytesMax: number): Promise<Buffer> {
  const chunkSize = Math.min(Math.max(bytes.length * expansion, pieceBytesMin), pieceBytesMax);
  if (packing === 'zstd' && bytes.length <= syncBytesMax && isOneFrame(bytes)) return unpackFrame(bytes, bytesMax, chunkSize);
  const unpacker = new Unpacker(packing, { chunkSize, framesMax });
  unpacker.end(bytes);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of unpacker as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bytesMax) throw new UnpackError('too_large', `the ${packing} has more than ${bytesMax} bytes unpacked`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

function isOneFrame(bytes: Buffer): boolean {
  const frames = new ZstdFrames(framesMax);
  const pieces = frames.cut(bytes);
  frames.end();
  return pieces.length === 1;
}

function unpackFrame(bytes: Buffer, bytesMax: number, chunkSize: number): Buffer {
  try {
    return zstdDecompressSync(bytes, { maxOutputLength: bytesMax, chunkSize });
  } catch (cause) {
    throw unpackErrorOf(cause, 'zstd');
  }
}
