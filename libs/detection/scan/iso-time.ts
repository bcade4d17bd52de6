import { outside } from './outside.js';
import type { Milliseconds } from './kinds.js';

/** Positions of the digits in `2024-11-19T08:12:03.120Z` and what stands between them. */
const separators: readonly (readonly [number, number])[] = [
  [4, 0x2d], [7, 0x2d], [10, 0x54], [13, 0x3a], [16, 0x3a], [19, 0x2e], [23, 0x5a],
]; // prettier-ignore
const dayMs = 86_400_000;

let cachedDate = -1;
let cachedDayStart = 0;

/** Milliseconds since 1970 of the 24 bytes at `at` in the one form that rows carry, or -1 where they are anything else or before 1970. */
function parseIsoMs(bytes: Uint8Array, at: number): Milliseconds {
  for (const [offset, byte] of separators) if (bytes[at + offset] !== byte) return -1;
  const date = digits(bytes, at, 4) * 10_000 + digits(bytes, at + 5, 2) * 100 + digits(bytes, at + 8, 2);
  const hour = digits(bytes, at + 11, 2);
  const minute = digits(bytes, at + 14, 2);
  const second = digits(bytes, at + 17, 2);
  const milli = digits(bytes, at + 20, 3);
  if (!(date >= 19_700_101 && hour < 24 && minute < 60 && second < 60 && milli >= 0)) return -1;
  if (hour < 0 || minute < 0 || second < 0) return -1;
  if (date !== cachedDate) {
    const start = startOfDay(date);
    if (start < 0) return -1;
    cachedDate = date;
    cachedDayStart = start;
  }
  return cachedDayStart + ((hour * 60 + minute) * 60 + second) * 1000 + milli;
}

/** Very negative where one of the bytes is no digit. */
function digits(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i += 1) {
    const digit = (bytes[i] ?? outside()) - 0x30;
    if (digit < 0 || digit > 9) return -1e12;
    value = value * 10 + digit;
  }
  return value;
}

/** -1 where the calendar has no such day. */
function startOfDay(date: number): number {
  const year = Math.floor(date / 10_000);
  const month = Math.floor(date / 100) % 100;
  const day = date % 100;
  const start = Date.UTC(year, month - 1, day);
  const back = new Date(start);
  return back.getUTCMonth() === month - 1 && back.getUTCDate() === day ? Math.floor(start / dayMs) * dayMs : -1;
}

/** Reads times that mostly lie within the minute of the one before: then only seconds are read. */
export class IsoReader {
  readonly #known = new Int32Array(4);
  #minuteStart = -1;

  /** As `parseIsoMs`; `view` is over the same bytes. */
  read(bytes: Uint8Array, view: DataView, at: number): number {
    if (at + 24 > view.byteLength) return -1;
    const known = this.#known;
    const w0 = view.getInt32(at, true);
    const w1 = view.getInt32(at + 4, true);
    const w2 = view.getInt32(at + 8, true);
    const w3 = view.getInt32(at + 12, true);
    if (w0 !== known[0] || w1 !== known[1] || w2 !== known[2] || w3 !== known[3] || this.#minuteStart < 0) {
      const time = parseIsoMs(bytes, at);
      if (time < 0) return -1;
      known[0] = w0;
      known[1] = w1;
      known[2] = w2;
      known[3] = w3;
      this.#minuteStart = time - (time % 60_000);
      return time;
    }
    // `:SS.` and `mmmZ`
    const seconds = view.getInt32(at + 16, true) ^ 0x2e30303a;
    const millis = view.getInt32(at + 20, true) ^ 0x5a303030;
    if (((seconds & (0xff0000ff | 0)) | (millis & (0xff000000 | 0))) !== 0) return -1;
    const s1 = (seconds >> 8) & 0xff;
    const s2 = (seconds >> 16) & 0xff;
    const m1 = millis & 0xff;
    const m2 = (millis >> 8) & 0xff;
    const m3 = (millis >> 16) & 0xff;
    if (s1 > 5 || s2 > 9 || m1 > 9 || m2 > 9 || m3 > 9) return -1;
    return this.#minuteStart + (s1 * 10_000 + s2 * 1000 + m1 * 100 + m2 * 10 + m3);
  }
}

/** The form that `IsoReader` reads. */
export function isoOfMs(ms: number): string {
  return new Date(ms).toISOString();
}
