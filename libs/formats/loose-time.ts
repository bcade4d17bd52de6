import { timeMsMax, timeMsMin } from './limits.js';
import { readByPattern, type Written } from './times/pattern.js';
import { windowsMs } from './times/windows.js';
import { instantOf, isZone, yearIn, zoneOf } from './times/zones.js';

/** What the reading of a time needs beside its text. */
export interface TimeContext {
  /** IANA name of the zone of times without one. */
  readonly zone: string;
  /** When the record arrived, for times without a year. */
  readonly receivedMs: number;
  /** `epoch_s`, `epoch_ms`, `epoch_us`, `epoch_ns`, `excel`, or a pattern of Java's letters: `dd/MM/yyyy HH:mm`. Found out where nothing is said. */
  readonly format?: string;
}

/** Milliseconds since 1970, and whether the zone is that of the configuration because the text names none. */
export interface LooseTime {
  readonly timeMs: number;
  readonly assumedZone: boolean;
}

const textMax = 64;

/** With the month as a name; the day of the week may stand before each. */
const named: readonly string[] = [
  'MMM d[,] yyyy[,][ @][ H:m[:s[.S]][ ][a][ ][z]]',
  'MMM d[,] H:m:s[.S][ z] yyyy',
  'MMM d H:m:s[.S][ z]',
  "d MMM[,] yyyy[,][ 'a'][ H:m[:s[.S]][ ][a][ ][z]]",
];

/** How times are written where nothing says how: the first that fits. Days stand before months where both are numbers. */
export const loosePatterns: readonly string[] = [
  "yyyy-M-d['T'][ ][H:m[:s[.S]][ ][a][ ][z]]",
  'yyyy/M/d[ ][H:m[:s[.S]][ ][z]]',
  'yyyyMMdd[HHmm[ss[.S]][z]]',
  "yyyyMMdd'T'HHmm[ss[.S]][z]",
  'yyyyMMddHHmmssSSS',
  'yyyyMMdd HHmm[ss[.S]][z]',
  'yyyyMMdd H:m[:s[.S]][ ][z]',
  'yyyy-M-d-H.m.s[.S]',
  ...named,
  ...named.map((pattern) => `E[,] ${pattern}`),
  'd-MMM-yyyy[ ][H:m[:s[.S]][ ][a][ ][z]]',
  'd-MMM-yy[ ][H:m[:s[.S]][ ][a][ ][z]]',
  'd-MMM-yy H.m.s[.S][ ][a][ ][z]',
  'd/MMM/yyyy[:][ ][H:m[:s[.S]][ z]]',
  'd/M/yyyy[,][ ][H:m[:s[.S]][ ][z]]',
  'd-M-yyyy[,][ ][H:m[:s[.S]][ ][z]]',
  'd.M.yyyy[,][ ][H:m[:s[.S]][ ][z]]',
  'd/M/yy[ ][H:m[:s[.S]][ ][z]]',
];

/** Epoch units by their name: how many digits stand behind those of milliseconds. */
const digitsBehindMs: Readonly<Record<string, number>> = { epoch_s: -3, epoch_ms: 0, epoch_us: 3, epoch_ns: 6 };

/**
 * A time as loose formats write it; a sentence that says what is wrong otherwise, without the text. Numbers are seconds, milli-, micro- or
 * nanoseconds since 1970 or hundreds of nanoseconds since 1601 or the year 1 by their size, and days of Excel below 100,000. A time without a year is the last one that is no more than a day
 * ahead of the arrival.
 */
export function parseLooseTime(value: unknown, context: TimeContext): LooseTime | string {
  if (!isZone(context.zone)) return 'the zone of the source is no name of the IANA database, such as Europe/Paris';
  if (typeof value !== 'string' && typeof value !== 'number') return 'expected a time as text or as a number';
  const text = String(value).trim();
  if (text.length > textMax) return `expected a time, and not a text of more than ${textMax} characters`;
  const { format } = context;
  const isNumeric = format === 'excel' || (format !== undefined && Object.hasOwn(digitsBehindMs, format));
  if (isNumeric || !format) {
    const [, whole, fraction = ''] = /^(\d{1,19})(?:[.,](\d{1,12}))?$/.exec(text) ?? [];
    if (whole !== undefined && (isNumeric || !isCompact(whole))) return ofNumber(whole, fraction, context);
    if (isNumeric) return 'expected a number, as the format of the time says';
  }
  const [, sinceEpoch] = dateOfJson.exec(text) ?? [];
  if (sinceEpoch !== undefined && !format) return inRange(Number(sinceEpoch), false);
  const iso = format ? undefined : isoWritten(text);
  if (iso) return ofWritten(iso, context);
  const spelled = format ? spaced(text) : inNumbers(spaced(withoutName(text)));
  for (const pattern of format ? [format.slice(0, textMax)] : loosePatterns) {
    const written = readByPattern(spelled, pattern);
    if (written) return ofWritten(written, context);
  }
  return format
    ? 'the time is not written as its format says'
    : 'no known way to write a time; name its format, such as MM/dd/yyyy hh:mm:ss a';
}

/** How .NET and PowerShell write an instant into JSON: milliseconds since 1970, and perhaps where the clock was. */
const dateOfJson = /^\/Date\((\d{1,15})(?:[+-]\d{4})?\)\/$/;

const isoPattern = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(Z|z|[+-]\d\d:?\d\d)?$/;

/** The commonest way by itself, as the first pattern would read it: walking a pattern takes ten times as long. */
function isoWritten(text: string): Written | undefined {
  const [, year, month, day, hour, minute, second, fraction, zone] = isoPattern.exec(text) ?? [];
  if (year === undefined) return undefined;
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = [year, month, day, hour, minute, second].map(Number);
  const written = { year: y, month: mo, day: d, hour: h, minute: mi, second: s, ...(zone && { zone }) };
  return fraction === undefined ? written : { ...written, millisecond: Number(fraction.slice(0, 3).padEnd(3, '0')) };
}

/** `20270131` and `20270131080000` would be seconds of 1970 and milliseconds of the year 2612. */
function isCompact(digits: string): boolean {
  return (
    /^(?:19|20|21)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d[0-5]\d|2[0-3][0-5]\d)?(?:[0-5]\d(?:\d{3})?)?$/.test(
      digits,
    ) && digits.length !== 10
  );
}

function ofNumber(whole: string, fraction: string, context: TimeContext): LooseTime | string {
  const ofWindows = context.format ? undefined : windowsMs(Number(whole));
  if (ofWindows !== undefined) return inRange(ofWindows, false);
  const format = context.format || unitOf(Number(whole));
  if (format === undefined) return 'the number is no time: neither days of Excel nor seconds to nanoseconds since 1970';
  if (format === 'excel') return ofLocal(excelEpochMs + Math.round(Number(`${whole}.${fraction || '0'}`) * dayMs), context);
  const digits = whole + fraction.padEnd(3, '0').slice(0, 3);
  const behind = (digitsBehindMs[format] ?? 0) + 3;
  return inRange(Number(behind === 0 ? digits : digits.slice(0, -behind) || '0'), false);
}

const dayMs = 86_400_000;
/** Excel counts days from a day that stands for its belief that 1900 was a leap year. */
const excelEpochMs = Date.UTC(1899, 11, 30);

function unitOf(size: number): string | undefined {
  if (size >= 20_000 && size < 100_000) return 'excel';
  if (size >= 1e17) return 'epoch_ns';
  if (size >= 1e14) return 'epoch_us';
  if (size >= 1e11) return 'epoch_ms';
  return size >= 1e8 ? 'epoch_s' : undefined;
}

const twoOrders =
  'days and months in numbers with AM or PM are written in two orders; name the format, such as MM/dd/yyyy hh:mm:ss a';

function ofWritten(written: Written, context: TimeContext): LooseTime | string {
  const { year, month = 1, day = 1, minute = 0, second = 0, millisecond = 0, zone } = written;
  const hour = hourOf(written);
  const isEndOfDay = hour === 24 && minute + second + millisecond === 0;
  if (hour === undefined || (hour > 23 && !isEndOfDay) || minute > 59 || second > 60) return 'this time of day does not exist';
  if (zone !== undefined && /^[ap]m$/i.test(zone)) return twoOrders;
  const offset = zone === undefined ? undefined : zoneOf(zone);
  if (zone !== undefined && offset === undefined) return 'the zone of the time is not known; write its offset, such as +01:00';
  // A leap second is the last millisecond of its minute, so that it stays in it.
  const ofDay = hour * 3_600_000 + minute * 60_000 + (second === 60 ? 59_999 : second * 1000 + millisecond);
  const instant = (ofYear: number) => {
    const midnight = midnightOf(ofYear, month, day);
    return midnight === undefined ? undefined : instantOf(midnight + ofDay, offset ?? context.zone);
  };
  const ms = year === undefined ? withoutYear(instant, context) : instant(year);
  return ms === undefined ? 'this date does not exist' : inRange(ms, offset === undefined);
}

/** The last year in which the date exists and is no more than a day ahead: clocks may be wrong, and it may be another day elsewhere. */
function withoutYear(instant: (year: number) => number | undefined, { receivedMs, zone }: TimeContext): number | undefined {
  const year = yearIn(zone, receivedMs);
  return [1, 0, -1, -2, -3, -4].map((years) => instant(year + years)).find((ms) => ms !== undefined && ms <= receivedMs + dayMs);
}

function hourOf({ hour = 0, isAfternoon }: Written): number | undefined {
  if (isAfternoon === undefined) return hour;
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (isAfternoon ? 12 : 0);
}

function midnightOf(year: number, month: number, day: number): number | undefined {
  const midnight = Date.UTC(year, month - 1, day);
  const isDate = month >= 1 && month <= 12 && new Date(midnight).getUTCDate() === day && year >= 1900;
  return isDate ? midnight : undefined;
}

function ofLocal(localMs: number, { zone }: TimeContext): LooseTime | string {
  return inRange(instantOf(localMs, zone), true);
}

function inRange(timeMs: number, assumedZone: boolean): LooseTime | string {
  return timeMs >= timeMsMin && timeMs < timeMsMax ? { timeMs, assumedZone } : 'the time is before 1970 or after 2199';
}

/**
 * Java writes the name of the zone in brackets behind the offset, which says it already, and Go without, perhaps with what a clock of its own says; databases fill names of months up
 * with blanks.
 */
function withoutName(text: string): string {
  return text
    .replace(/(?<=[Z\d])\[[\w/+-]{1,40}\]$/, '')
    .replace(/(?<=[+-]\d{4}) (?:[A-Z]{2,5}|[+-]\d\d(?:\d\d)?)(?: m=[+-][\d.]+)?$/, '')
    .replace(/(?<=\p{L}\.?) +-/u, '-');
}

/** Without accents, with single blanks. */
function spaced(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll(/\s+/g, ' ');
}

/** As French sentences write it (`1er décembre 2026 à 21 h 05`): an ordinal for the first, a word before the hour, a letter behind it. */
function inNumbers(text: string): string {
  return text
    .replace(/\b1er\b/i, '1')
    .replace(/(?<=\d),? a (?=\d{1,2}(?: ?h|:))/i, ' ')
    .replace(/(?<=^|[ T])(\d{1,2}) ?h ?(\d\d)?(?![\p{L}\d])/iu, (_, hour: string, minute = '00') => `${hour}:${minute}`);
}
