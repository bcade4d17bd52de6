import { DateTime } from 'luxon';

/** Where the clock hangs by which a dossier's times are shown beside UTC, where nobody says otherwise. */
export const defaultTimezone = 'Europe/Paris';

const instant = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z/g;

/**
 * A text with the time of a place beside each instant of UTC in it: `2026-01-05T09:00:00.000Z (2026-01-05 10:00:00 UTC+1, Europe/Paris)`. The
 * difference stands there, because an hour comes twice when summer time ends. `timezone` is a name of the IANA list.
 */
export function withLocalTimes(text: string, timezone: string): string {
  return text.replaceAll(instant, (utc) => {
    const local = DateTime.fromISO(utc, { zone: timezone });
    return local.isValid ? `${utc} (${local.toFormat("yyyy-MM-dd HH:mm:ss 'UTC'Z")}, ${timezone})` : utc;
  });
}
