import { accepted, type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
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

/** GELF over TCP: every message ends with NUL. */
export class NulFramer implements Framer {
  readonly isWaiting = false;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  /** Inside a message that is too long. */
  #skips = false;

  constructor(private readonly bytesMax: number) {}

  get isMidway(): boolean {
    return this.#bytes > 0 || this.#skips;
  }

  push(chunk: Uint8Array): readonly Framed[] {
    const framed: Framed[] = [];
    for (let start = 0; start < chunk.length;) {
      const nul = chunk.indexOf(0, start);
      const end = nul < 0 ? chunk.length : nul;
      this.#hold(chunk.subarray(start, end), framed);
      if (nul >= 0) this.#finish(framed);
      start = end + 1;
    }
    return framed;
  }

  flush(): readonly Framed[] {
    return [];
  }

  end(isClean: boolean): readonly Framed[] {
    const framed: Framed[] = [];
    if (isClean) this.#finish(framed);
    else if (this.isMidway) framed.push(rejected('frame_cut_off', '', 'the connection ended inside a message; send it again'));
    return framed;
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
  }
}
