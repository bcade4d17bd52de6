// syslog/: one syslog message with its header as an envelope, and the messages of a stream of bytes.
// Pure and incremental: chunks in, messages out; who reads the socket and the clock is elsewhere.

import { accepted, type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import { partialLine } from '../json/joined.js';
import { ByteQueue } from './byte-queue.js';
import { type PlainMessage, plainMessageAt } from './plain-message.js';
import { bareHeadIn, headBytesMax, headOf, isHeaderOnly, nextHeadIn, separatorsBefore } from './frame-heads.js';
import { beginsObject, OpenObject } from './open-object.js';
import { documentStartIn, documentStarts, isOpenDocument, OpenDocument } from './open-document.js';

/** The bytes of one message without what framed them, or a named fault of the framing; what came after it is read on. */
export type Framed = Accepted<Uint8Array> | Rejected;

/** RFC 5425 asks for 8 KiB; audit messages with many documents are longer. */
const messageBytesMaxDefault = 256 * 1024;
/** A message that is too long is passed over by its count up to here; a larger count is believed to be none. */
const skippedBytesMax = 64 * 1024 * 1024;
const chunkOfSearch = 4096;
const closingBrace = 0x7d;

type State =
  | { readonly at: 'head'; readonly isAfterCounted: boolean }
  | { readonly at: 'counted'; readonly length: number }
  | { readonly at: 'line'; scanned: number; isEnded?: boolean; document?: OpenDocument }
  | { readonly at: 'object'; readonly object: OpenObject; isPassed: boolean }
  | { readonly at: 'skipping'; left: number }
  | { readonly at: 'end of line' }
  | { readonly at: 'lost' };

/**
 * The messages of one TCP or TLS connection (RFC 6587, RFC 5425): octet counting, and lines that end with LF or NUL, told apart for each
 * message. XML in a line is joined over its line ends until its root closes, an object of JSON with which a message begins until it ends. What is held never exceeds the longest message and a chunk.
 */
export class SyslogFramer {
  readonly #held = new ByteQueue();
  #state: State = { at: 'head', isAfterCounted: false };
  /** Whether a message has ended with nothing but the next one. */
  #isBare = false;

  /**
   * Without `isQuick` every message is looked at from all sides; the same messages come of it. `isWritten` says that it is no stream but what a program wrote in lines: a message that ends with
   * nothing but the next one, in a line that has its end, was cut off when its program was killed.
   */
  constructor(
    private readonly messageBytesMax: number = messageBytesMaxDefault,
    private readonly isQuick = true,
    private readonly isWritten = false,
  ) {}

  /** What is complete with this chunk, in order. */
  push(chunk: Uint8Array): readonly Framed[] {
    this.#held.append(chunk);
    return this.#framed(false);
  }

  /** Whether only more bytes or silence tell if the message is complete: the caller waits two seconds and calls `flush`. */
  get isWaiting(): boolean {
    const state = this.#state;
    return state.at === 'counted'
      ? this.#held.size >= state.length
      : state.at === 'object'
        ? state.object.isWaiting
        : state.at === 'line' && (state.document !== undefined || state.isEnded === true || this.#endsBare);
  }

  /** Whether a message has begun and is not complete: a sender that stays so is gone, or plays for time. */
  get isMidway(): boolean {
    return this.#held.size > 0 || this.#state.at === 'counted' || this.#state.at === 'object' || this.#state.at === 'skipping';
  }

  /** After silence: the message that was waited for, as it is. */
  flush(): readonly Framed[] {
    return this.isWaiting ? this.#framed(true) : [];
  }

  /** At the end of the connection; one that broke (`isClean` false) may have cut a line off, whose rest might be half an identifier. */
  end(isClean: boolean): readonly Framed[] {
    this.#isBare &&= isClean;
    const framed = [...this.flush()];
    const { at } = this.#state;
    const isPassed = this.#state.at === 'object' && this.#state.isPassed;
    const isMessage = at === 'line' || (at === 'object' && !isPassed) || (at === 'head' && this.#held.size > 0);
    if (isMessage && isClean) framed.push(accepted(this.#held.take(this.#held.size)));
    else if (isMessage || at === 'counted')
      framed.push(rejected('frame_cut_off', '', 'the connection ended inside a message; send it again'));
    this.#held.drop(this.#held.size);
    this.#state = { at: 'head', isAfterCounted: false };
    return framed;
  }

  #framed(isSilent: boolean): readonly Framed[] {
    const framed: Framed[] = [];
    for (let isForced = isSilent; ; isForced = false) {
      if (this.isQuick && this.#state.at === 'head') this.#takePlain(framed);
      const step = this.#step(isForced);
      if (step === 'wait') return framed;
      if (step !== 'on') framed.push(step);
    }
  }

  /** Messages that are as nearly all are, up to the first that has to be looked at. */
  #takePlain(framed: Framed[]): void {
    const { bytes } = this.#held;
    let taken: PlainMessage | undefined;
    for (let at = 0; ;) {
      const next = plainMessageAt(bytes, at, this.messageBytesMax);
      if (!next) break;
      framed.push(accepted(copied(bytes, next.start, next.end)));
      taken = next;
      at = next.next;
    }
    if (!taken) return;
    this.#held.drop(taken.next);
    this.#state = { at: 'head', isAfterCounted: taken.isCounted };
  }

  #step(isForced: boolean): Framed | 'on' | 'wait' {
    const state = this.#state;
    switch (state.at) {
      case 'head':
        return this.#begin(state.isAfterCounted);
      case 'counted':
        return this.#counted(state.length, isForced);
      case 'line':
        return this.#line(state, isForced);
      case 'object':
        return this.#object(state, isForced);
      case 'skipping':
        return this.#skip(state);
      case 'end of line':
        return this.#skipLine();
      case 'lost':
        return this.#search();
    }
  }

  #begin(isAfterCounted: boolean): Framed | 'on' | 'wait' {
    this.#held.drop(separatorsBefore(this.#held.bytes));
    if (this.#held.size === 0) return 'wait';
    const head = headOf(this.#held.bytes, this.messageBytesMax, isAfterCounted);
    if (head.kind === 'open') return 'wait';
    if (head.kind === 'line' && beginsObject(this.#held.bytes))
      return this.#to({ at: 'object', object: new OpenObject(), isPassed: false });
    if (head.kind === 'line') return this.#to({ at: 'line', scanned: 0 });
    if (head.kind === 'astray') {
      this.#state = { at: 'lost' };
      return wrongLength();
    }
    this.#held.drop(head.headBytes);
    if (head.length <= this.messageBytesMax) return this.#to({ at: 'counted', length: head.length });
    this.#state = head.length > skippedBytesMax ? { at: 'lost' } : { at: 'skipping', left: head.length };
    return this.#tooLong();
  }

  #counted(length: number, isForced: boolean): Framed | 'on' | 'wait' {
    if (this.#held.size < length) return 'wait';
    const { bytes } = this.#held;
    if (!isForced && isOpenDocument(bytes.subarray(0, length))) {
      // Its count may be of characters instead of bytes; or it was cut off by a relay, and counted well.
      const behind = bytes.subarray(length + separatorsBefore(bytes.subarray(length)));
      const next = behind.length ? headOf(behind, this.messageBytesMax, true).kind : 'open';
      if (next === 'open') return 'wait';
      if (next === 'astray') {
        this.#state = { at: 'line', scanned: 0 };
        return wrongLength();
      }
    }
    this.#state = { at: 'head', isAfterCounted: true };
    return accepted(this.#held.take(length));
  }

  #line(state: State & { readonly at: 'line' }, isForced: boolean): Framed | 'on' | 'wait' {
    const { bytes } = this.#held;
    if (!state.document) {
      const end = this.#lineEnd(state.scanned);
      const start = documentStartIn(bytes, state.scanned, end ?? bytes.length) ?? this.#documentBehind(end);
      const bare = start === undefined ? bareHeadIn(bytes, state.scanned, end ?? bytes.length) : undefined;
      if (bare !== undefined) {
        this.#isBare = true;
        const taken = this.#take(bare);
        return this.isWritten && end !== undefined ? partialLine : taken;
      }
      state.isEnded = end !== undefined;
      if (start === 'open' && !isForced) return 'wait';
      if (typeof start === 'number') state.document = new OpenDocument(start);
      else if (end !== undefined) return this.#take(end);
      else state.scanned = bytes.length;
    }
    const end = state.document?.endIn(bytes);
    if (end !== undefined) return this.#take(end);
    if (bytes.length > this.messageBytesMax) {
      this.#state = state.document ? { at: 'lost' } : { at: 'end of line' };
      return this.#tooLong();
    }
    return isForced && (state.document || this.#endsBare) ? this.#take(bytes.length) : 'wait';
  }

  /** Whether silence may be the end of a line that has none: of a sender that has no ends, or of an object, of which half would be none. */
  get #endsBare(): boolean {
    return this.#isBare || this.#held.bytes.at(-1) === closingBrace;
  }

  #object(state: State & { readonly at: 'object' }, isForced: boolean): Framed | 'on' | 'wait' {
    const { object } = state;
    const { size } = this.#held;
    const end = object.endIn(this.#held.bytes) ?? (isForced && object.isWaiting ? size : undefined);
    if (state.isPassed) {
      this.#held.drop(end ?? object.pass());
      return end === undefined ? 'wait' : this.#to({ at: 'head', isAfterCounted: false });
    }
    if (end !== undefined) return this.#take(end);
    if (size <= this.messageBytesMax) return 'wait';
    state.isPassed = true;
    return this.#tooLong();
  }

  /** Where the document begins that follows a header in the next line; `open` where that cannot be told yet. */
  #documentBehind(end: number | undefined): number | 'open' | undefined {
    const { bytes } = this.#held;
    if (end === undefined || !isHeaderOnly(bytes.subarray(0, end))) return undefined;
    const start = end + separatorsBefore(bytes.subarray(end));
    const next = bytes.toString('latin1', start, start + 16);
    if (documentStarts.some((text) => next.startsWith(text))) return start;
    return documentStarts.some((text) => text.startsWith(next)) ? 'open' : undefined;
  }

  /** The first LF or NUL. The search for a NUL ends at the LF: a chunk may hold many lines. */
  #lineEnd(from: number): number | undefined {
    const { bytes } = this.#held;
    const feed = bytes.indexOf(0x0a, from);
    const nul = bytes.subarray(from, feed < 0 ? bytes.length : feed).indexOf(0);
    if (nul >= 0) return from + nul;
    return feed < 0 ? undefined : feed;
  }

  #take(count: number): Framed | 'on' {
    this.#state = { at: 'head', isAfterCounted: false };
    if (count > this.messageBytesMax) {
      this.#held.drop(count);
      return this.#tooLong();
    }
    const message = this.#held.take(count);
    return accepted(message.at(-1) === 0x0d ? message.subarray(0, -1) : message);
  }

  #skip(state: State & { readonly at: 'skipping' }): 'on' | 'wait' {
    const skipped = Math.min(state.left, this.#held.size);
    this.#held.drop(skipped);
    state.left -= skipped;
    return state.left > 0 ? 'wait' : this.#to({ at: 'head', isAfterCounted: true });
  }

  #skipLine(): 'on' | 'wait' {
    const end = this.#lineEnd(0);
    this.#held.drop(end ?? this.#held.size);
    return end === undefined ? 'wait' : this.#to({ at: 'head', isAfterCounted: false });
  }

  #search(): 'on' | 'wait' {
    const found = nextHeadIn(this.#held.bytes.toString('latin1', 0, chunkOfSearch));
    if (found !== undefined) {
      this.#held.drop(found);
      return this.#to({ at: 'head', isAfterCounted: false });
    }
    if (this.#held.size <= headBytesMax) return 'wait';
    this.#held.drop(Math.min(chunkOfSearch, this.#held.size) - headBytesMax);
    return 'on';
  }

  #to(state: State): 'on' {
    this.#state = state;
    return 'on';
  }

  #tooLong(): Rejected {
    const detail = `a message has more than ${this.messageBytesMax} bytes; send fewer records in one message`;
    return rejected('frame_too_long', '', detail);
  }
}

/** A copy, so that one message does not keep the memory of all that came with it. */
function copied(bytes: Buffer, start: number, end: number): Uint8Array {
  const copy = Buffer.allocUnsafe(end - start);
  bytes.copy(copy, 0, start, end);
  return copy;
}

function wrongLength(): Rejected {
  const detail = 'the bytes behind a message are no beginning of one: its octet count is wrong; count bytes and not characters';
  return rejected('frame_wrong_length', '', detail);
}
