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

const quotedKeys: readonly Uint8Array[] = fields.map((name) => Buffer.from(`"${name}":`));
const keyTable = new WordTable(fields);
const wordTables: readonly (WordTable | undefined)[] = fields.map((name) => {
  if (name === 'action') return new WordTable(actions);
  if (name === 'outcome') return new WordTable(outcomes);
  return name === 'actor_kind' ? new WordTable(actorKinds) : undefined;
});
const categoryTable = new WordTable(categories);

/** Longer texts than this take the other way; both are below the limits of `limits.ts`. */
const keyBytesMax = 256;
const textBytesMax = 1024;
/** More patients than this take the other way. */
export const scannedPatientsMax = 1024;
const digitsMax = 9;

/** Where the values of the last line lie. Strings without their quotes; everything else with all its bytes. */
export class LineScan {
  readonly starts = new Int32Array(fields.length);
  /** Zero where the line does not have the field. */
  readonly ends = new Int32Array(fields.length);
  readonly patientStarts = new Int32Array(scannedPatientsMax);
  readonly patientEnds = new Int32Array(scannedPatientsMax);
  patients = 0;
  timeMs = 0;
  /** Which field followed which in the last lines: shippers write their keys in one order. */
  readonly #next = new Int8Array(fields.length + 1).fill(-1);
  #bytes: Uint8Array = new Uint8Array(0);
  #wide = false;

  /** True when the line could be read; false says nothing about whether it is good. The bytes must be valid UTF-8. */
  scan(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.ends.fill(0);
    this.patients = 0;
    if (bytes[start] !== 0x7b || bytes[end - 1] !== 0x7d) return false;
    let at = start + 1;
    let found: number = fields.length;
    for (;;) {
      while (bytes[at] === 0x20) at += 1;
      const previous = found;
      found = this.#next[previous] ?? -1;
      const guessEnd = found < 0 ? -1 : this.#afterKey(found, at);
      if (guessEnd >= 0) at = guessEnd;
      else {
        if (bytes[at] !== 0x22) return false;
        const keyEnd = this.#stringEnd(at + 1, end, 16);
        if (keyEnd < 0) return false;
        found = keyTable.indexOf(bytes, at + 1, keyEnd);
        if (found < 0 || bytes[keyEnd + 1] !== 0x3a) return false;
        this.#next[previous] = found;
        at = keyEnd + 2;
      }
      if (this.ends[found] !== 0) return false;
      while (bytes[at] === 0x20) at += 1;
      at = this.#value(found, at, end);
      if (at < 0) return false;
      while (bytes[at] === 0x20) at += 1;
      if (bytes[at] !== 0x2c) break;
      at += 1;
    }
    const { ends } = this;
    return at === end - 1 && ends[0] !== 0 && ends[2] !== 0 && ends[3] !== 0 && ends[4] !== 0 && ends[6] !== 0;
  }

  /** The index after `"key":` when it stands at `at`, or -1. */
  #afterKey(found: number, at: number): number {
    const bytes = this.#bytes;
    const key = quotedKeys[found];
    if (key === undefined) return -1;
    const { length } = key;
    for (let index = 0; index < length; index += 1) if (bytes[at + index] !== key[index]) return -1;
    return at + length;
  }

  /** Reads one value; answers with the index after it, or -1. */
  #value(found: number, at: number, end: number): number {
    switch (kinds[found]) {
      case Kind.boolean:
        return this.#literal(found, at);
      case Kind.count:
        return this.#count(found, at);
      case Kind.words:
        return this.#categories(found, at, end);
      case Kind.patients:
        return this.#patients(found, at, end);
      default:
        return this.#string(found, at, end);
    }
  }

  #string(found: number, quoteAt: number, end: number): number {
    const bytes = this.#bytes;
    if (bytes[quoteAt] !== 0x22) return -1;
    const start = quoteAt + 1;
    const kind = kinds[found];
    const close = this.#stringEnd(start, end, kind === Kind.text ? textBytesMax : keyBytesMax);
    if (close <= start) return -1;
    if (kind === Kind.key && (this.#wide || bytes[start] === 0x20 || bytes[close - 1] === 0x20)) return -1;
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
      const byte = bytes[at] ?? 0;
      if (byte === 0x22) {
        this.#wide = or >= 0x80;
        return at;
      }
      if (byte < 0x20 || byte === 0x5c || byte === 0x7f) return -1;
      or |= byte;
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
    if (length === 0 || this.#wide || bytes[start] === 0x20 || bytes[close - 1] === 0x20 || length === 45) return false;
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
    if (close - start !== 24) return false;
    if (bytes[start + 4] !== 0x2d || bytes[start + 7] !== 0x2d || bytes[start + 10] !== 0x54 || bytes[start + 23] !== 0x5a)
      return false;
    if (bytes[start + 13] !== 0x3a || bytes[start + 16] !== 0x3a || bytes[start + 19] !== 0x2e) return false;
    const year = this.#two(start) * 100 + this.#two(start + 2);
    const month = this.#two(start + 5);
    const day = this.#two(start + 8);
    const hour = this.#two(start + 11);
    const minute = this.#two(start + 14);
    const second = this.#two(start + 17);
    const milliseconds = this.#two(start + 20) * 10 + ((bytes[start + 22] ?? 0) - 0x30);
    if (!isDigit(bytes[start + 22]) || !(year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= 28))
      return this.#rareDay(start, year);
    if (!(hour <= 23 && minute <= 59 && second <= 59 && milliseconds >= 0)) return false;
    this.timeMs = daysOf(year, month, day) * 86_400_000 + hour * 3_600_000 + minute * 60_000 + second * 1000 + milliseconds;
    return this.timeMs < timeMsMax;
  }

  /** The 29th to 31st need a calendar: the engine's own. */
  #rareDay(start: number, year: number): boolean {
    if (!(year >= 1970)) return false;
    const text = Buffer.from(this.#bytes.subarray(start, start + 24)).toString('latin1');
    this.timeMs = Date.parse(text);
    return this.timeMs < timeMsMax && new Date(this.timeMs).toISOString() === text;
  }

  /** Two digits, or NaN. */
  #two(at: number): number {
    const tens = this.#bytes[at];
    const ones = this.#bytes[at + 1];
    return isDigit(tens) && isDigit(ones) ? ((tens ?? 0) - 0x30) * 10 + ((ones ?? 0) - 0x30) : Number.NaN;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** Days since 1970-01-01 of a date of the Gregorian calendar (the algorithm is Howard Hinnant's `days_from_civil`). */
function daysOf(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.trunc(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.trunc((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.trunc(yearOfEra / 4) - Math.trunc(yearOfEra / 100) + dayOfYear - 719_468;
}
