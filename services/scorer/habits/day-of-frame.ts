// habits/: what accounts usually do, from the log into a model, and from the model to the engines.
// The log's order says what a day's thresholds are made of, so every scorer has the same ones, restarts or not.

import type { Frame } from '#libs/event-log/port.js';

const timeKey = Buffer.from('"time":"');
const timeLength = '2026-03-02T08:00:00.000Z'.length;

/** What an access may lie ahead of the clock that the log goes by; see the engine's bound of time. */
const aheadMsMax = 5 * 60_000;

/**
 * The newest time that a frame reaches, by its first and last rows, milliseconds; undefined where it has none. Rows of a frame came within
 * milliseconds of each other, so what lies between is hardly ever of a later day; where it is, rules that ask for habits are silent there.
 */
export function newestTimeOf({ bytes, appendedAt }: Pick<Frame, 'bytes' | 'appendedAt'>): number | undefined {
  const times = [bytes.indexOf(timeKey), bytes.lastIndexOf(timeKey)].flatMap((at) => (at < 0 ? [] : (timeAt(bytes, at) ?? [])));
  if (times.length === 0) return undefined;
  return Math.min(Math.max(...times), appendedAt === undefined ? Infinity : appendedAt + aheadMsMax);
}

/** The time of the row that begins at `start` and ends before `end`, milliseconds; undefined where it has none. */
export function timeOfLine(bytes: Buffer, start: number, end: number): number | undefined {
  const at = bytes.indexOf(timeKey, start);
  return at < 0 || at >= end ? undefined : timeAt(bytes, at);
}

function timeAt(bytes: Buffer, at: number): number | undefined {
  const from = at + timeKey.length;
  const time = Date.parse(bytes.toString('latin1', from, from + timeLength));
  return Number.isFinite(time) ? time : undefined;
}
