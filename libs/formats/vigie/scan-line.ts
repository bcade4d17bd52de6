import { actions, actorKinds, categories, outcomes } from '#libs/contracts/vocabulary.js';
import { timeMsMax } from '../limits.js';
import { WordTable } from './word-table.js';

/*
 * The hot loop of the ingestor (benchmark: bench/ingest.ts). One pass over the bytes of an ordinary event finds where each value lies,
 * without making a string. Whatever is not ordinary (escapes, unknown keys, null, other types, odd spellings, long values) makes it give up, and
 * `parse-event.ts` decides: the two give the same rows, which a property test proves.
 * Longer than the house likes: it is one hot loop, whose parts share their state.
 */

/** The fields in the order in which their indices are used below; from `actor_role` on, the order of an access row. */
const fields = [
  'time', 'group_id', 'actor_id', 'clinic_id', 'action', 'outcome', 'id', 'patient_ids', 'actor_role', 'actor_kind', 'privileged',
  'record_count', 'categories', 'purpose', 'emergency', 'source_ip', 'device', 'user_agent', 'session_id', 'auth', 'mfa', 'application',
] as const; // prettier-ignore
export const field = Object.fromEntries(fields.map((name, index) => [name, index])) as Readonly<
  Record<(typeof fields)[number], number>
>;
export const fieldNames: readonly string[] = fields;

/** How a field's value is read. */
const Kind = { time: 0, key: 1, text: 2, word: 3, words: 4, boolean: 5, count: 6, patients: 7 } as const;
const kinds = Uint8Array.from(fields, (name) => {
  if (name === 'time') return Kind.time;
  if (['group_id', 'actor_id', 'clinic_id', 'id'].includes(name)) return Kind.key;
  if (['action', 'outcome', 'actor_kind'].includes(name)) return Kind.word;
  if (['privileged', 'emergency', 'mfa'].includes(name)) return Kind.boolean;
  if (name === 'record_count') return Kind.count;
  if (name === 'categories') return Kind.words;
  return name === 'patient_ids' ? Kind.patients : Kind.text;
});

/** `"key":` as little-endian words of four bytes; the last one holds only `tailMasks` of them. */
const quotedKeys: readonly Int32Array[] = fields.map((name) => wordsOf(Buffer.from(`"${name}":`)));
const quotedKeyLengths = Uint8Array.from(fields, (name) => name.length + 3);
const tailMasks = Int32Array.of(-1, 0xff, 0xffff, 0xff_ffff);
const keyTable = new WordTable(fields);
const wordTables: readonly (WordTable | undefined)[] = fields.map((name) => {
  if (name === 'action') return new WordTable(actions);
  if (name === 'outcome') return new WordTable(outcomes);
  return name === 'actor_kind' ? new WordTable(actorKinds) : undefined;
});
const categoryTable = new WordTable(categories);

/**
 * What a byte inside a string adds to the class of the string. A digit and a letter have bits of their own (letters some in common, either case
 * the same), so that a text without a bit of an identifier cannot hold it. `stringEnds` ends what this way can read (quote, escape, control
 * character), `wide` is no ASCII, `hides` is of a text in which an identifier could hide from a comparison of bytes. Letters such as `é` (0xc3,
 * but for the signs × and ÷) hide nothing.
 */
export const stringClass = { hides: 1 << 28, wide: 1 << 29, ends: 1 << 30 } as const;
const { hides, wide, ends: stringEnds } = stringClass;
const digitBits = 10;
const letterBits = 18;

/** The class of each byte; 0 for signs, which tell nothing. */
export const byteClasses = Int32Array.from({ length: 256 }, (_, byte) => {
  if (byte < 0x20 || byte === 0x22 || byte === 0x5c || byte === 0x7f) return stringEnds;
  if (byte >= 0x80) return byte === 0xc3 || (byte < 0xc0 && byte !== 0x97 && byte !== 0xb7) ? wide : wide | hides;
  if (byte >= 0x30 && byte <= 0x39) return 1 << (byte - 0x30);
  const letter = (byte | 0x20) - 0x61;
  if (letter >= 0 && letter < 26) return 1 << (digitBits + (letter % letterBits));
  return byte === 0x25 ? hides : 0;
});

/** Longer texts than this take the other way; both are below the limits of `limits.ts`. */
const keyBytesMax = 256;
const textBytesMax = 1024;
/** More patients than this take the other way. */
export const scannedPatientsMax = 256;
const digitsMax = 9;
/** Words and lists of words of at most so many bytes are recognised when they come again. */
const rememberedBytesMax = 48;
/** Bytes that may be read behind the last one; what stands there decides nothing. */
export const scanSlackBytes = 64;

/** Where the values of the last line lie. Strings without their quotes; everything else with all its bytes. */
export class LineScan {
  readonly starts = new Int32Array(fields.length);
  /** Zero where the line does not have the field. */
  readonly ends = new Int32Array(fields.length);
  readonly patientStarts = new Int32Array(scannedPatientsMax);
  readonly patientEnds = new Int32Array(scannedPatientsMax);
  patients = 0;
  /** Of each text of the line the classes of its bytes, see `byteClasses`. */
  readonly classes = new Int32Array(fields.length);
  /** Whether a text of the line holds percent escapes or signs that look like others. */
  hides = false;
  timeMs = 0;
  /** Which field followed which in the last lines: shippers write their keys in one order. */
  readonly #next = new Int8Array(fields.length + 1).fill(-1);
  /** The last good value of each field of words, its quotes included, and its length. */
  readonly #words: readonly Int32Array[] = fields.map(() => new Int32Array(rememberedBytesMax / 4));
  readonly #wordsLengths = new Uint8Array(fields.length);
  /** The minute of the last time, `2024-11-19T08:12` as four words, and when it began. */
  readonly #minute = new Int32Array(4);
  #minuteMs = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(scanSlackBytes));
  /** Classes of the last string. */
  #classes = 0;

  /** The bytes that are scanned from now on, valid UTF-8; `view` is of the same bytes and `scanSlackBytes` more. */
  attach(bytes: Uint8Array, view: DataView): void {
    if (view.byteLength < bytes.length + scanSlackBytes) throw new RangeError('the view has no slack');
    this.#bytes = bytes;
    this.#view = view;
  }

  /** The index after the object that begins at `start` when it could be read; -1 says nothing about whether it is good. */
  scan(start: number): number {
    const bytes = this.#bytes;
    const end = bytes.length;
    const { ends } = this;
    ends.fill(0);
    this.patients = 0;
    this.hides = false;
    if (bytes[start] !== 0x7b) return -1;
    let at = start + 1;
    let found: number = fields.length;
    for (;;) {
      while (bytes[at] === 0x20) at += 1;
      const previous = found;
      found = this.#next[previous] ?? -1;
      const guessEnd = found < 0 ? -1 : this.#afterKey(found, at);
      if (guessEnd >= 0) at = guessEnd;
      else {
        found = this.#otherKey(at, end);
        if (found < 0) return -1;
        this.#next[previous] = found;
        at += quotedKeyLengths[found] ?? 0;
      }
      if (ends[found] !== 0) return -1;
      while (bytes[at] === 0x20) at += 1;
      at = this.#value(found, at, end);
      if (at < 0) return -1;
      while (bytes[at] === 0x20) at += 1;
      if (bytes[at] !== 0x2c) break;
      at += 1;
    }
    if (bytes[at] !== 0x7d || at >= end) return -1;
    return ends[0] !== 0 && ends[2] !== 0 && ends[3] !== 0 && ends[4] !== 0 && ends[6] !== 0 ? at + 1 : -1;
  }

  /** The index after `"key":` when it stands at `at`, or -1. */
  #afterKey(found: number, at: number): number {
    const length = quotedKeyLengths[found] ?? 0;
    return this.#stands(quotedKeys[found] ?? this.#minute, length, at) ? at + length : -1;
  }

  /** Whether these words of `length` bytes stand at `at`. */
  #stands(words: Int32Array, length: number, at: number): boolean {
    const view = this.#view;
    const whole = length >> 2;
    for (let word = 0; word < whole; word += 1) if (view.getInt32(at + word * 4, true) !== words[word]) return false;
    const tail = length & 3;
    return tail === 0 || ((view.getInt32(at + whole * 4, true) ^ (words[whole] ?? 0)) & (tailMasks[tail] ?? 0)) === 0;
  }

  #otherKey(at: number, end: number): number {
    const bytes = this.#bytes;
    if (bytes[at] !== 0x22) return -1;
    const keyEnd = this.#stringEnd(at + 1, end, 16);
    return keyEnd < 0 || bytes[keyEnd + 1] !== 0x3a ? -1 : keyTable.indexOf(bytes, at + 1, keyEnd);
  }

  /** Reads one value; answers with the index after it, or -1. */
  #value(found: number, at: number, end: number): number {
    switch (kinds[found]) {
      case Kind.text:
      case Kind.key:
        return this.#string(found, at, end);
      case Kind.word:
      case Kind.words:
        return this.#recognised(found, at, end);
      case Kind.boolean:
        return this.#literal(found, at);
      case Kind.count:
        return this.#count(found, at);
      case Kind.patients:
        return this.#patients(found, at, end);
      default:
        return this.#string(found, at, end);
    }
  }

  /** Words: those of the last line are known by comparing, and others looked up. */
  #recognised(found: number, at: number, end: number): number {
    const words = this.#words[found] ?? this.#minute;
    const length = this.#wordsLengths[found] ?? 0;
    const isList = kinds[found] === Kind.words;
    if (length > 0 && this.#stands(words, length, at)) {
      this.starts[found] = isList ? at : at + 1;
      this.ends[found] = isList ? at + length : at + length - 1;
      return at + length;
    }
    const close = isList ? this.#categories(found, at, end) : this.#string(found, at, end);
    if (close < 0 || close - at > rememberedBytesMax) return close;
    for (let word = 0; word * 4 < close - at; word += 1) words[word] = this.#view.getInt32(at + word * 4, true);
    this.#wordsLengths[found] = close - at;
    return close;
  }

  #string(found: number, quoteAt: number, end: number): number {
    const bytes = this.#bytes;
    if (bytes[quoteAt] !== 0x22) return -1;
    const start = quoteAt + 1;
    const kind = kinds[found];
    const close = this.#stringEnd(start, end, kind === Kind.text ? textBytesMax : keyBytesMax);
    if (close <= start) return -1;
    if (kind === Kind.key && ((this.#classes & wide) !== 0 || bytes[start] === 0x20 || bytes[close - 1] === 0x20)) return -1;
    if (kind === Kind.text) {
      this.classes[found] = this.#classes;
      if ((this.#classes & hides) !== 0) this.hides = true;
    }
    if (kind === Kind.word && (wordTables[found]?.indexOf(bytes, start, close) ?? -1) < 0) return -1;
    if (kind === Kind.time && !this.#time(start, close)) return -1;
    this.starts[found] = start;
    this.ends[found] = close;
    return close + 1;
  }

  /** Index of the closing quote, or -1 for an escape, a control character, or more than `bytesMax`. */
  #stringEnd(start: number, end: number, bytesMax: number): number {
    const bytes = this.#bytes;
    const last = Math.min(end, start + bytesMax + 1);
    let or = 0;
    for (let at = start; at < last; at += 1) {
      const kind = byteClasses[bytes[at] ?? 0] ?? stringEnds;
      if (kind === stringEnds) {
        this.#classes = or;
        return bytes[at] === 0x22 ? at : -1;
      }
      or |= kind;
    }
    return -1;
  }

  #literal(found: number, at: number): number {
    const bytes = this.#bytes;
    const yes = bytes[at] === 0x74 && bytes[at + 1] === 0x72 && bytes[at + 2] === 0x75 && bytes[at + 3] === 0x65;
    const no =
      bytes[at] === 0x66 && bytes[at + 1] === 0x61 && bytes[at + 2] === 0x6c && bytes[at + 3] === 0x73 && bytes[at + 4] === 0x65;
    if (!yes && !no) return -1;
    this.starts[found] = at;
    return (this.ends[found] = at + (yes ? 4 : 5));
  }

  #count(found: number, at: number): number {
    const bytes = this.#bytes;
    let close = at;
    while (isDigit(bytes[close])) close += 1;
    const digits = close - at;
    if (digits === 0 || digits > digitsMax || (digits > 1 && bytes[at] === 0x30)) return -1;
    if (bytes[close] !== 0x2c && bytes[close] !== 0x7d && bytes[close] !== 0x20) return -1;
    this.starts[found] = at;
    return (this.ends[found] = close);
  }

  #categories(found: number, openAt: number, end: number): number {
    const bytes = this.#bytes;
    let at = openAt;
    let count = 0;
    do {
      at += 1;
      const close = bytes[at] === 0x22 ? this.#stringEnd(at + 1, end, 32) : -1;
      if (close < 0 || categoryTable.indexOf(bytes, at + 1, close) < 0 || (count += 1) > 16) return -1;
      at = close + 1;
    } while (bytes[at] === 0x2c);
    if (bytes[openAt] !== 0x5b || bytes[at] !== 0x5d) return -1;
    this.starts[found] = openAt;
    return (this.ends[found] = at + 1);
  }

  #patients(found: number, openAt: number, end: number): number {
    const bytes = this.#bytes;
    if (bytes[openAt] !== 0x5b) return -1;
    let at = openAt + 1;
    while (bytes[at] === 0x20) at += 1;
    for (; bytes[at] !== 0x5d;) {
      const close = bytes[at] === 0x22 ? this.#stringEnd(at + 1, end, keyBytesMax) : -1;
      if (close < 0 || this.patients === scannedPatientsMax || !this.#patient(at + 1, close)) return -1;
      at = close + 1;
      while (bytes[at] === 0x20) at += 1;
      if (bytes[at] === 0x5d) break;
      if (bytes[at] !== 0x2c) return -1;
      at += 1;
      while (bytes[at] === 0x20) at += 1;
      if (bytes[at] === 0x5d) return -1;
    }
    this.starts[found] = openAt;
    return (this.ends[found] = at + 1);
  }

  /** Takes an identifier whose canonical spelling is its own: plain ASCII, no space at the ends, no UUID to be put in lower case. */
  #patient(start: number, close: number): boolean {
    const bytes = this.#bytes;
    const length = close - start;
    if (length === 0 || (this.#classes & wide) !== 0 || bytes[start] === 0x20 || bytes[close - 1] === 0x20 || length === 45)
      return false;
    if (length === 36)
      for (let at = start; at < close; at += 1) if ((bytes[at] ?? 0) >= 0x41 && (bytes[at] ?? 0) <= 0x5a) return false;
    this.patientStarts[this.patients] = start;
    this.patientEnds[this.patients] = close;
    this.patients += 1;
    return true;
  }

  /** `2024-11-19T08:12:03.120Z` and no other spelling. */
  #time(start: number, close: number): boolean {
    const bytes = this.#bytes;
    if (close - start !== 24 || bytes[start + 16] !== 0x3a || bytes[start + 19] !== 0x2e || bytes[start + 23] !== 0x5a)
      return false;
    const second = this.#two(start + 17);
    const milliseconds = this.#two(start + 20) * 10 + ((bytes[start + 22] ?? 0) - 0x30);
    if (!isDigit(bytes[start + 22]) || !(second <= 59 && milliseconds >= 0)) return false;
    if (!this.#stands(this.#minute, 16, start) && !this.#newMinute(start)) return false;
    this.timeMs = this.#minuteMs + second * 1000 + milliseconds;
    return this.timeMs < timeMsMax;
  }

  /** Reads and remembers the date, hour and minute. The calendar is the engine's own, which answers with the text only if it exists. */
  #newMinute(start: number): boolean {
    const text = Buffer.from(this.#bytes.subarray(start, start + 16)).toString('latin1');
    const ms = Date.parse(`${text}:00.000Z`);
    if (!(ms >= 0) || new Date(ms).toISOString() !== `${text}:00.000Z`) return false;
    for (let word = 0; word < 4; word += 1) this.#minute[word] = this.#view.getInt32(start + word * 4, true);
    this.#minuteMs = ms;
    return true;
  }

  /** Two digits, or NaN. */
  #two(at: number): number {
    const tens = this.#bytes[at];
    const ones = this.#bytes[at + 1];
    return isDigit(tens) && isDigit(ones) ? ((tens ?? 0) - 0x30) * 10 + ((ones ?? 0) - 0x30) : Number.NaN;
  }
}

/** Bytes as little-endian words, zeros behind the end. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  return Int32Array.from({ length: padded.length / 4 }, (_, word) => view.getInt32(word * 4, true));
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
