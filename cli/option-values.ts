import { InvalidArgumentError } from 'commander';

/** A day, midnight UTC, or an instant, in milliseconds. Throws what commander tells as a wrong option. */
export function instant(text: string): number {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  const isInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(text);
  const value = isDay ? Date.parse(`${text}T00:00:00Z`) : isInstant ? Date.parse(text) : Number.NaN;
  if (!Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('It must be a day such as 2026-01-05, or an instant such as 2026-01-05T06:00:00Z.');
  return value;
}

const unitMs = { d: 86_400_000, h: 3_600_000, m: 60_000 } as const;

/** `14d`, `36h` or `90m` in milliseconds. Throws what commander tells as a wrong option. */
export function duration(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,5})([dhm])$/.exec(text) ?? [];
  if (count === undefined || (unit !== 'd' && unit !== 'h' && unit !== 'm'))
    throw new InvalidArgumentError('It must be a number of days, hours or minutes, such as 14d, 36h or 90m.');
  return Number(count) * unitMs[unit];
}

const sizes = { MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 } as const;

/** `500MiB`, `50GiB` or `2TiB` in bytes. Throws what commander tells as a wrong option. */
export function byteSize(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,5})(MiB|GiB|TiB)$/.exec(text) ?? [];
  if (count === undefined || (unit !== 'MiB' && unit !== 'GiB' && unit !== 'TiB'))
    throw new InvalidArgumentError('It must be a size such as 500MiB, 50GiB or 2TiB.');
  return Number(count) * sizes[unit];
}

/** A whole number above zero. Throws what commander tells as a wrong option. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number above zero.');
  return value;
}
