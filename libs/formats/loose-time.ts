import { parseTime } from './time.js';

const iso = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?$/;
const french = /^(\d\d?)\/(\d\d?)\/(\d{4})(?:[ T](\d\d?):(\d\d)(?::(\d\d))?)?$/;

/** Milliseconds since 1970 of a time as people and tables write it, or a sentence that says what is wrong. */
export function parseLooseTime(
  text: string,
  { zone }: { readonly zone: string; readonly receivedMs: number; readonly format?: string },
): { readonly timeMs: number; readonly assumedZone: boolean } | string {
  const exact = parseTime(text);
  if (typeof exact === 'number') return { timeMs: exact, assumedZone: false };
  const given = text.trim();
  const [, y, mo, d, h = '0', mi = '0', s = '0', fraction = ''] = iso.exec(given) ?? [];
  const [, fd, fmo, fy, fh = '0', fmi = '0', fs = '0'] = french.exec(given) ?? [];
  const parts = y ? [y, mo, d, h, mi, s] : fy ? [fy, fmo, fd, fh, fmi, fs] : undefined;
  if (!parts) return 'expected a date and a time of day';
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
  const ms = Date.UTC(year, month - 1, day, hour, minute, second, Number(fraction.slice(0, 3).padEnd(3, '0')));
  const local = new Date(ms);
  if (local.getUTCMonth() !== month - 1 || local.getUTCDate() !== day) return 'this date does not exist';
  return { timeMs: ms - offsetAt(ms - offsetAt(ms, zone), zone), assumedZone: true };
}

function offsetAt(ms: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(ms);
  const [, sign, hours, minutes] =
    /GMT([+-])(\d\d):(\d\d)/.exec(parts.find(({ type }) => type === 'timeZoneName')?.value ?? '') ?? [];
  return hours ? (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000 : 0;
}
