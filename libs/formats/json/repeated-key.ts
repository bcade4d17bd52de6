const quote = 0x22;
const backslash = 0x5c;
const space = 0x20;

/**
 * Whether an object of valid JSON has one key twice with different values, at any depth. RFC 8259, section 4, leaves open which of them counts, and parsers take the
 * last: who sends a second patient so would have one of both lost unseen. The same value twice says one thing. `value` is what was parsed of `text`.
 */
export function repeatsKey(text: string, value: unknown): boolean {
  return colonsBehindQuotes(text) !== keysOf(value) && new Walk(text).repeats();
}

const spacedColon = /"\s+:/;

/** As many as there are keys, or more: texts may look so, too. By parts of the text that are found without looking at each letter, since every record pays for it. */
function colonsBehindQuotes(text: string): number {
  if (spacedColon.test(text)) return Infinity;
  let count = 0;
  for (let at = text.indexOf('":'); at >= 0; at = text.indexOf('":', at + 2)) count += 1;
  return count;
}

function keysOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let keys = 0;
  if (Array.isArray(value)) for (const element of value) keys += typeof element === 'object' ? keysOf(element) : 0;
  else
    for (const key in value) {
      const field = (value as Readonly<Record<string, unknown>>)[key];
      keys += typeof field === 'object' ? 1 + keysOf(field) : 1;
    }
  return keys;
}

/** Over the text of one valid JSON value, whose depth a limit bounds. */
class Walk {
  #at = 0;
  #repeats = false;

  constructor(private readonly text: string) {}

  repeats(): boolean {
    this.#skipSpace();
    this.#value();
    return this.#repeats;
  }

  #value(): void {
    const first = this.text.charCodeAt(this.#at);
    if (first === 0x7b) this.#object();
    else if (first === 0x5b) this.#array();
    else if (first === quote) this.#string();
    else while (this.#at < this.text.length && !endsPlain.has(this.text.charCodeAt(this.#at))) this.#at += 1;
  }

  #object(): void {
    const seen = new Map<string, string>();
    this.#at += 1;
    this.#skipSpace();
    while (this.#at < this.text.length && this.text[this.#at] !== '}') {
      const key = this.#key();
      this.#skipSpace();
      this.#at += 1; // the colon
      this.#skipSpace();
      const from = this.#at;
      this.#value();
      const said = this.text.slice(from, this.#at);
      const before = seen.get(key);
      this.#repeats ||= before !== undefined && before !== said;
      seen.set(key, said);
      this.#next();
    }
    this.#at += 1;
  }

  #array(): void {
    this.#at += 1;
    this.#skipSpace();
    while (this.#at < this.text.length && this.text[this.#at] !== ']') {
      this.#value();
      this.#next();
    }
    this.#at += 1;
  }

  /** As it reads: any letter of it may be an escape. */
  #key(): string {
    const from = this.#at;
    this.#string();
    return JSON.parse(this.text.slice(from, this.#at)) as string;
  }

  #string(): void {
    this.#at += 1;
    while (this.#at < this.text.length && this.text.charCodeAt(this.#at) !== quote)
      this.#at += this.text.charCodeAt(this.#at) === backslash ? 2 : 1;
    this.#at += 1;
  }

  /** Over the white space and the comma behind a value. */
  #next(): void {
    this.#skipSpace();
    if (this.text[this.#at] === ',') this.#at += 1;
    this.#skipSpace();
  }

  #skipSpace(): void {
    while (this.text.charCodeAt(this.#at) <= space) this.#at += 1;
  }
}

/** What ends a number or a word: white space, comma, brackets. */
const endsPlain: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, space, 0x2c, 0x5d, 0x7d]);
