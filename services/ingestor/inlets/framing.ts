import { accepted, type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import { isSpace } from '#libs/formats/json/items.js';
import { SyslogFramer } from '#libs/formats/syslog/framer.js';
import type { Listener } from '#libs/sources/source.js';

/** The bytes of one message, or what is wrong with its frame. */
export type Framed = Accepted<Uint8Array> | Rejected;

/** The messages of one connection. */
export interface Framer {
  /** What is complete with this chunk, in order. */
  push(chunk: Uint8Array): readonly Framed[];
  /** Whether only silence tells that the message is complete; `flush` gives it then. */
  readonly isWaiting: boolean;
  /** Whether a message has begun that is not complete. */
  readonly isMidway: boolean;
  flush(): readonly Framed[];
  end(isClean: boolean): readonly Framed[];
}

/** Bytes of one message. */
const messageBytesMax = 256 * 1024;

export function framerOf({ kind }: Pick<Listener, 'kind'>): Framer {
  return kind === 'syslog' ? new SyslogFramer(messageBytesMax) : new NulFramer(messageBytesMax);
}

const lineFeed = 0x0a;
const open = 0x7b;
const close = 0x7d;

/**
 * GELF over TCP: every message ends with NUL, or with its line, as some senders have it. Inside an object a comma stands between `}` and `{`, so
 * that of these two with a line end between them one ends and the next begins, however an object is laid out in lines.
 */
export class NulFramer implements Framer {
  #parts: Uint8Array[] = [];
  #bytes = 0;
  /** The last byte that is held and no space, and whether a line end follows it. */
  #last = 0;
  #isLineOver = false;
  /** Inside a message that is too long. */
  #skips = false;

  constructor(private readonly bytesMax: number) {}

  get isMidway(): boolean {
    return this.#bytes > 0 || this.#skips;
  }

  /** An object whose line has ended: the next one, or silence, tells that it was one. */
  get isWaiting(): boolean {
    return this.#last === close && this.#isLineOver;
  }

  push(chunk: Uint8Array): readonly Framed[] {
    const framed: Framed[] = [];
    for (let start = 0; start < chunk.length;) {
      const nul = chunk.indexOf(0, start);
      const end = nul < 0 ? chunk.length : nul;
      this.#lines(chunk.subarray(start, end), framed);
      if (nul >= 0) this.#finish(framed);
      start = end + 1;
    }
    return framed;
  }

  flush(): readonly Framed[] {
    const framed: Framed[] = [];
    if (this.isWaiting) this.#finish(framed);
    return framed;
  }

  end(isClean: boolean): readonly Framed[] {
    const framed: Framed[] = [];
    if (isClean || this.isWaiting) this.#finish(framed);
    else if (this.isMidway) framed.push(rejected('frame_cut_off', '', 'the connection ended inside a message; send it again'));
    return framed;
  }

  /** Holds bytes without NUL, and finishes what ends with its line in them. */
  #lines(bytes: Uint8Array, framed: Framed[]): void {
    let start = 0;
    for (let at = 0; at < bytes.length;) {
      const next = behindSpaces(bytes, at);
      if (bytes.subarray(at, next).includes(lineFeed)) this.#isLineOver = true;
      if (next === bytes.length) break;
      if (this.isWaiting && bytes[next] === open) {
        this.#hold(bytes.subarray(start, at), framed);
        this.#finish(framed);
        start = next;
      }
      const feed = bytes.indexOf(lineFeed, next);
      at = feed < 0 ? bytes.length : feed;
      this.#last = lastBefore(bytes, at);
      this.#isLineOver = false;
    }
    this.#hold(bytes.subarray(start), framed);
  }

  #hold(part: Uint8Array, framed: Framed[]): void {
    if (this.#skips || part.length === 0) return;
    this.#bytes += part.length;
    // A copy, so that one byte of a message does not keep the chunk that it came in.
    if (this.#bytes <= this.bytesMax) return void this.#parts.push(Uint8Array.from(part));
    framed.push(rejected('too_large', '', `the message has more than ${this.bytesMax} bytes; send less in one`));
    this.#parts = [];
    this.#bytes = 0;
    this.#skips = true;
  }

  #finish(framed: Framed[]): void {
    if (this.#bytes > 0) framed.push(accepted(Buffer.concat(this.#parts)));
    this.#parts = [];
    this.#bytes = 0;
    this.#skips = false;
    this.#last = 0;
    this.#isLineOver = false;
  }
}

function behindSpaces(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && isSpace(bytes[at])) at += 1;
  return at;
}

/** The last byte before a place that is no space; there is one. */
function lastBefore(bytes: Uint8Array, end: number): number {
  let at = end - 1;
  while (isSpace(bytes[at])) at -= 1;
  return bytes[at] ?? 0;
}
