import { timeMsMax } from '../limits.js';
import { parseLooseTime, type TimeContext } from '../loose-time.js';
import { windowsMs } from '../times/windows.js';

/** Numbers of seconds, milliseconds and microseconds since 1970 end below these, until the year 5138. */
const scales = [
  [1e11, 1000],
  [1e14, 1],
  [1e17, 1e-3],
] as const;

/** Milliseconds of a number of seconds, milliseconds, microseconds or nanoseconds since 1970: its size tells which. */
export function epochMs(number: number): number | undefined {
  const [, factor] = scales.find(([below]) => number < below) ?? [0, 1e-6];
  const ms = Math.floor(number * factor);
  return number >= 0 && ms < timeMsMax ? ms : undefined;
}

/** Seconds before this are of 1973 and earlier: such a number is a count, or nothing. */
const secondsMin = 1e8;

/** Milliseconds since 1970 of a time as a record holds it: a number of any of its units, also as text, or any way of writing it. */
export function timeOfValue(value: unknown, context: TimeContext): number | string {
  if (typeof value === 'number' && !context.format)
    return (value < secondsMin ? undefined : (windowsMs(value) ?? epochMs(value))) ?? 'the number is no time since 1970';
  const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  if (!text) return 'expected a time';
  const found = parseLooseTime(text.slice(0, 200), context);
  return typeof found === 'string' ? found : found.timeMs;
}
