import { gunzipSync, inflateSync } from 'node:zlib';
import { accepted, rejected } from '#libs/runtime/outcome.js';
import type { Framed } from './framing.js';

/** Chunks of one message, as GELF says; time for all of them to come, in milliseconds. */
const chunksMax = 128;
const chunkMsMax = 5000;
/** Messages that lack chunks, and bytes of their chunks: a sender that never completes any takes no more. */
const openMax = 1024;
const openBytesMax = 16 * 1024 * 1024;
/** Bytes of a message after decompression. */
const messageBytesMax = 1024 * 1024;
const headBytes = 12;

interface Open {
  readonly parts: (Uint8Array | undefined)[];
  readonly firstMs: number;
  missing: number;
  bytes: number;
}

/**
 * GELF over UDP: a message in one datagram or in chunks, plain, in gzip or in zlib. A message of which chunks are missing after five seconds
 * is dropped, and the oldest of them where there are too many.
 */
export class GelfDatagrams {
  readonly #open = new Map<string, Open>();
  #bytes = 0;

  /** `drop` is told of each message that stays incomplete. */
  constructor(private readonly drop: (messages: number) => void) {}

  /** The message that is complete with this datagram of a sender. */
  take(datagram: Uint8Array, sender: string, nowMs: number): Framed | undefined {
    this.expire(nowMs);
    if (datagram[0] !== 0x1e || datagram[1] !== 0x0f) return unpacked(datagram);
    const [number = 0, count = 0] = datagram.subarray(10, headBytes);
    if (datagram.length <= headBytes || count === 0 || count > chunksMax || number >= count)
      return rejected('bad_chunk', '', `a chunk must have its place, and be one of ${chunksMax} at most`);
    const key = `${sender} ${Buffer.from(datagram.subarray(2, 10)).toString('hex')}`;
    const open = this.#open.get(key) ?? this.#begin(key, count, nowMs);
    if (open.parts.length !== count)
      return rejected('bad_chunk', '', 'the chunks of one message must agree on how many there are');
    if (open.parts[number] === undefined) this.#add(open, number, datagram.subarray(headBytes));
    if (open.missing > 0) return undefined;
    this.#forget(key, open);
    return unpacked(Buffer.concat(open.parts.filter((part) => part !== undefined)));
  }

  /** Drops what has been incomplete for too long. */
  expire(nowMs: number): void {
    let dropped = 0;
    for (const [key, open] of this.#open) {
      const isOver = this.#open.size > openMax || this.#bytes > openBytesMax || nowMs - open.firstMs > chunkMsMax;
      if (!isOver) break;
      this.#forget(key, open);
      dropped += 1;
    }
    if (dropped) this.drop(dropped);
  }

  #begin(key: string, count: number, firstMs: number): Open {
    const open: Open = { parts: Array.from({ length: count }, () => undefined), firstMs, missing: count, bytes: 0 };
    this.#open.set(key, open);
    return open;
  }

  #add(open: Open, number: number, part: Uint8Array): void {
    open.parts[number] = Uint8Array.from(part);
    open.missing -= 1;
    open.bytes += part.length;
    this.#bytes += part.length;
  }

  #forget(key: string, open: Open): void {
    this.#open.delete(key);
    this.#bytes -= open.bytes;
  }
}

function unpacked(bytes: Uint8Array): Framed {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const isZlib = bytes[0] === 0x78 && ((bytes[0] << 8) | (bytes[1] ?? 0)) % 31 === 0;
  if (!isGzip && !isZlib) return accepted(withoutNuls(bytes));
  try {
    return accepted(withoutNuls((isGzip ? gunzipSync : inflateSync)(bytes, { maxOutputLength: messageBytesMax })));
  } catch {
    return rejected('damaged', '', `the message cannot be unpacked, or has more than ${messageBytesMax} bytes unpacked`);
  }
}

/** Some senders end a message as over TCP. */
function withoutNuls(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return bytes.subarray(0, end);
}
