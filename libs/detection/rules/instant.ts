const day = /^(\d{4})-(\d\d)-(\d\d)$/;
const full = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,3})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/**
 * Milliseconds of `2027-01-31` (the start of that day in UTC) or of an instant with its zone, `2027-01-31T18:00:00+01:00`; undefined for
 * anything else, for days that the calendar does not have, and outside the years 1971 to 2199, which every column can hold.
 */
export function instantOf(text: string): number | undefined {
  const date = day.test(text) ? text : full.exec(text)?.[1];
  if (date === undefined || !isDay(date)) return undefined;
  const year = Number(date.slice(0, 4));
  return year < 1971 || year > 2199 ? undefined : Date.parse(text);
}

function isDay(date: string): boolean {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(date);
}
