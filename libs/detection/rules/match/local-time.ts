import { assertNever } from '#libs/runtime/outcome.js';
import type { ClockPart } from './match.js';

const dayMs = 86_400_000;
/** Every zone changes its offset on a quarter of an hour of UTC, so one offset per quarter is enough. */
const quarterMs = 900_000;
/** Two years of quarters. */
const quartersKept = 65_536;
/** By time zone, for all who ask: to format a time costs as much as to judge some thirty rows. */
const offsetsOf = new Map<string, (timeMs: number) => number>();

/** Whether a name is one of the IANA database, written as there: ClickHouse minds the case. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][\w+/-]*$/.test(name)) return false;
  try {
    const known = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
    return known === name || known.toLowerCase() !== name.toLowerCase();
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Hour, day of month or weekday of an instant (milliseconds UTC) in a time zone of the IANA database. */
export function localPart(zoneName: string, part: ClockPart): (timeMs: number) => number {
  const offsetAt = offsetsOf.get(zoneName) ?? rememberingOffsets(zoneName);
  offsetsOf.set(zoneName, offsetAt);
  return (timeMs) => partOf(part, timeMs + offsetAt(timeMs));
}

function rememberingOffsets(zoneName: string): (timeMs: number) => number {
  const offsetAt = offsetReader(zoneName);
  const offsets = new Map<number, number>();
  return (timeMs) => {
    const quarter = Math.floor(timeMs / quarterMs);
    let offset = offsets.get(quarter);
    if (offset === undefined) {
      offset = offsetAt(quarter * quarterMs);
      if (offsets.size >= quartersKept) offsets.clear();
      offsets.set(quarter, offset);
    }
    return offset;
  };
}

/** Milliseconds that the local time of a zone is ahead of UTC. */
function offsetReader(timeZone: string): (timeMs: number) => number {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (timeMs) => {
    const parts = new Map(format.formatToParts(timeMs).map(({ type, value }) => [type, Number(value)]));
    const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute')) - timeMs;
  };
}

function partOf(part: ClockPart, localMs: number): number {
  const days = Math.floor(localMs / dayMs);
  switch (part) {
    case 'hour':
      return Math.floor((localMs - days * dayMs) / 3_600_000);
    case 'weekday':
      return ((((days + 3) % 7) + 7) % 7) + 1; // 1970-01-01 was a Thursday
    case 'day':
      return new Date(localMs).getUTCDate();
    default:
      return assertNever(part);
  }
}
