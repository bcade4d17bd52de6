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
  // Asking a zone costs more than everything else that is done for an access.
  const days = new Map<number, number>();
  const starts = new Map<number, number>();
  return {
    dayOf: (timeMs) => {
      const quarter = Math.floor(timeMs / quarterMs);
      const day = days.get(quarter);
      return day ?? remember(days, quarter, Math.floor((quarter * quarterMs + offsetMs(quarter * quarterMs)) / dayMs));
    },
    startOf: (day) => {
      const start = starts.get(day);
      return start ?? remember(starts, day, day * dayMs - offsetMs(day * dayMs - offsetMs(day * dayMs)));
    },
  };
}

/** Times that are remembered of each kind: a few days of quarters. */
const rememberedMax = 4096;

function remember(values: Map<number, number>, of: number, value: number): number {
  if (values.size >= rememberedMax) values.clear();
  values.set(of, value);
  return value;
}
