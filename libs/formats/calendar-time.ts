const day = /^\d{4}-\d\d-\d\d$/;
const instant = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,3})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** What `calendarTime` takes, for people. */
export const calendarTimeTaken =
  'a day such as 2027-01-31, which is its start in UTC, or an instant such as 2027-01-31T18:00:00+01:00';

/** `2027-01-31T00:00:00.000Z` for a day or an instant with its zone, as people write them; undefined for anything else, and outside 1900 to 2199. */
export function calendarTime(text: string): string | undefined {
  const date = day.test(text) ? text : instant.exec(text)?.[1];
  if (date === undefined || !isDay(date)) return undefined;
  const year = Number(date.slice(0, 4));
  return year < 1900 || year > 2199 ? undefined : new Date(Date.parse(text)).toISOString();
}

function isDay(date: string): boolean {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(date);
}
