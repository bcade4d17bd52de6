import { IANAZone } from 'luxon';

const dayMs = 86_400_000;
/** No zone changes its offset within a quarter of an hour that begins on one. */
const quarterMs = 900_000;
const minuteMs = 60_000;

/** Days of a zone, numbered from 1970-01-01. */
export interface Calendar {
  /** The day in which a time lies. */
  dayOf(timeMs: number): number;
  /** When a day begins, milliseconds. */
  startOf(day: number): number;
}

/** Whether the IANA database has a zone of this name. */
export function isZone(name: string): boolean {
  return IANAZone.isValidZone(name);
}

/** The calendar of a zone of the IANA database. Throws `RangeError` for a zone that it does not know. */
export function calendarOf(zone: string): Calendar {
  const known = IANAZone.create(zone);
  if (!known.isValid) throw new RangeError(`${zone} is no zone of the IANA database: write one as Europe/Paris`);
  const offsetMs = (timeMs: number): number => known.offset(timeMs) * minuteMs;
  let quarter = Number.NaN;
  let day = 0;
  return {
    dayOf: (timeMs) => {
      const of = Math.floor(timeMs / quarterMs);
      if (of !== quarter) {
        quarter = of;
        day = Math.floor((of * quarterMs + offsetMs(of * quarterMs)) / dayMs);
      }
      return day;
    },
    startOf: (of) => {
      const guess = of * dayMs - offsetMs(of * dayMs);
      return of * dayMs - offsetMs(guess);
    },
  };
}
