import { timeMsMax, timeMsMin } from './limits.js';

const iso = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|z|[+-]\d\d(?::?\d\d)?)$/;

/** Numbers below this would be before 1973 as milliseconds: they are seconds. */
const millisecondsMin = 100_000_000_000;

/**
 * Milliseconds since 1970 of an ISO 8601 time with its offset, or of a number of milliseconds; a sentence that says what is wrong
 * otherwise. A time without offset is refused, because an hour of error moves an access out of its window. Digits beyond the
 * millisecond are cut off.
 */
export function parseTime(value: unknown): number | string {
  if (typeof value === 'number') return fromNumber(value);
  const written = typeof value === 'string' && value.length === plainLength ? plainTime(value) : undefined;
  if (written !== undefined) return inRange(written);
  if (typeof value !== 'string') return 'expected an ISO 8601 time with its offset, such as 2024-11-19T08:12:03.120Z';
  const match = iso.exec(value.trim());
  if (!match) return 'expected an ISO 8601 time with its offset, such as 2024-11-19T08:12:03.120Z or 2024-11-19T09:12:03+01:00';
  const [, year, month, day, hour, minute, second = '0', fraction = '', offset = 'Z'] = match;
  const [y, mo, d, h, mi, s] = [Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second)];
  if (mo < 1 || mo > 12 || d < 1 || d > daysOf(y, mo) || h > 23 || mi > 59 || s > 60)
    return 'this date or time of day does not exist';
  const offsetMs = offsetMsOf(offset);
  if (offsetMs === undefined) return 'the offset from UTC does not exist';
  // A leap second is the last millisecond of its minute, so that it stays in it.
  const secondMs = s === 60 ? 59_999 : s * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0'));
  return inRange(Date.UTC(y, mo - 1, d, h, mi) + secondMs - offsetMs);
}

/** Whether a time is written as `isoText` writes it. */
export function isIsoText(text: string): boolean {
  if (text.length !== plainLength) return false;
  if (text.substring(0, minuteLength) === knownMinute) return endsAsPlain(text);
  const ms = plainTime(text);
  if (ms === undefined || typeof inRange(ms) !== 'number') return false;
  knownMinute = isoText(ms).slice(0, minuteLength);
  return true;
}

/** Events of one minute come together: what comes before its seconds is judged once. */
let knownMinute = '';
const minuteLength = '2024-11-19T08:12:'.length;

function endsAsPlain(text: string): boolean {
  for (let at = minuteLength; at < plainLength; at += 1) if (!isPlainAt(text, at)) return false;
  return text.charCodeAt(minuteLength) < 0x36;
}

const plainLength = 24;
/** Where a digit stands in `2024-11-19T08:12:03.120Z`, and which sign elsewhere. */
const plainSigns = 'dddd-dd-ddTdd:dd:dd.dddZ';

/** The time of a text that is written as most are; undefined for every other, also for one that does not exist. */
function plainTime(text: string): number | undefined {
  for (let at = 0; at < plainLength; at += 1) {
    if (!isPlainAt(text, at)) return undefined;
  }
  const [month, day, hour] = [twoDigits(text, 5), twoDigits(text, 8), twoDigits(text, 11)];
  const [minutes, second] = [twoDigits(text, 14), twoDigits(text, 17)];
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month) || hour > 23 || minutes > 59 || second > 59)
    return undefined;
  return Date.UTC(year, month - 1, day, hour, minutes, second, twoDigits(text, 20) * 10 + (text.charCodeAt(22) - 0x30));
}

function isPlainAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  const wanted = plainSigns.charCodeAt(at);
  return wanted === 0x64 ? code >= 0x30 && code <= 0x39 : code === wanted;
}

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - 0x30) * 10 + text.charCodeAt(at + 1) - 0x30;
}

function fromNumber(value: number): number | string {
  if (!Number.isSafeInteger(Math.trunc(value))) return 'the number is no time in milliseconds since 1970';
  if (value < millisecondsMin) return 'the number looks like seconds; send milliseconds since 1970 or an ISO 8601 time';
  return inRange(Math.trunc(value));
}

function inRange(ms: number): number | string {
  return ms >= timeMsMin && ms < timeMsMax ? ms : 'the time is before 1970 or after 2199';
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function offsetMsOf(offset: string): number | undefined {
  if (offset === 'Z' || offset === 'z') return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(3).replace(':', '') || '0');
  if (hours > 14 || minutes > 59) return undefined;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

const minuteMs = 60_000;
let minute = Number.NaN;
/** `2024-11-19T08:12:` of `minute`. */
let minuteText = '';

/** `2024-11-19T08:12:03.120Z`. Events of one minute come together: what comes before its seconds is written once. */
export function isoText(ms: number): string {
  const whole = Math.floor(ms / minuteMs);
  if (whole !== minute || !Number.isInteger(ms)) {
    const text = new Date(ms).toISOString();
    if (text.length !== 24) return text;
    minute = whole;
    minuteText = text.slice(0, 17);
    return text;
  }
  const rest = ms - whole * minuteMs;
  const second = Math.floor(rest / 1000);
  const thousandths = rest - second * 1000;
  return `${minuteText}${second < 10 ? '0' : ''}${second}.${thousandths < 10 ? '00' : thousandths < 100 ? '0' : ''}${thousandths}Z`;
}
