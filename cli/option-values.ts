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
