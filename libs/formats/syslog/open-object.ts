const quote = 0x22;
const backslash = 0x5c;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const tab = 0x09;
const comma = 0x2c;
const open = 0x7b;
const close = 0x7d;
const openList = 0x5b;
const closeList = 0x5d;

/** What a line begins with that goes on with an object of several lines. */
const goesOn: ReadonlySet<number> = new Set([space, tab, carriageReturn, quote, comma, close, closeList]);

/**
 * An object of JSON with which a message begins: where the message ends. Programs write objects over several lines, and some with nothing
 * between one and the next. What is no object is a line. Each byte is looked at once.
 */
export class OpenObject {
  #at = 0;
  #depth = 0;
  #hasBegun = false;
  #isText = false;
  /** More than blanks has followed the object. */
  #isLine = false;
  /** It has gone on over a line end, or ends with one for the moment. */
  #hasLines = false;

  /** Whether silence tells that nothing more comes. */
  get isWaiting(): boolean {
    return !this.#isLine && ((this.#hasBegun && this.#depth === 0) || this.#hasLines);
  }

  /** Where the message ends; undefined where more bytes are needed to tell. `bytes` begin with the object, and only grow. */
  endIn(bytes: Uint8Array): number | undefined {
    for (; this.#at < bytes.length; this.#at += 1) {
      const [byte = 0, next] = [bytes[this.#at], bytes[this.#at + 1]];
      if (byte === 0) return this.#at;
      if (this.#hasBegun && this.#depth === 0) {
        if (byte === lineFeed || (byte === open && !this.#isLine)) return this.#at;
        this.#isLine ||= byte !== space && byte !== tab && byte !== carriageReturn;
      } else if (byte === lineFeed) {
        if (this.#isText) return this.#at;
        this.#hasLines = true;
        if (next === undefined) return undefined;
        if (!goesOn.has(next)) return this.#at;
      } else if (byte === backslash && this.#isText) {
        if (next === undefined) return undefined;
        if (next === quote || next === backslash) this.#at += 1;
      } else if (byte === quote) this.#isText = !this.#isText;
      else if (!this.#isText) this.#bracket(byte);
    }
    return undefined;
  }

  /** Forgets what was looked at, where it is passed over: so many bytes. */
  pass(): number {
    const passed = this.#at;
    this.#at = 0;
    return passed;
  }

  #bracket(byte: number): void {
    if (byte === open || byte === openList) {
      this.#depth += 1;
      this.#hasBegun = true;
    } else if (byte === close || byte === closeList) this.#depth -= 1;
  }
}

/** Whether a message begins with an object. */
export function beginsObject(bytes: Uint8Array): boolean {
  return bytes[0] === open;
}
