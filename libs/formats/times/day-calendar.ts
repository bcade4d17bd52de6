import { DateTime } from 'luxon';
import { isZone } from './zones.js';

/** A time zone that nobody knows. */
export class UnknownZone extends Error {
  override readonly name = 'UnknownZone';
}

const dayMs = 86_400_000;
const spansMax = 256;

/** What there is to ask of a calendar. */
export type Calendar = Pick<DayCalendar, 'dayOf' | 'startOf'>;

interface Span {
  readonly day: number;
  readonly from: number;
  readonly to: number;
}

/**
 * The days of a zone (IANA name), numbered from 1970-01-01 on; where clocks are set a day is 23 or 25 hours long. Throws `UnknownZone`.
 */
export class DayCalendar {
  #last: Span | undefined;
  readonly #spans = new Map<number, Span>();

  constructor(private readonly zone: string) {
    if (!isZone(zone)) throw new UnknownZone(`"${zone}" is no time zone; name one as Europe/Paris or UTC`);
  }

  /** The day of a time, milliseconds since 1970, UTC. */
  dayOf(timeMs: number): number {
    const last = this.#last;
    if (last && timeMs >= last.from && timeMs < last.to) return last.day;
    let day = Math.floor(timeMs / dayMs);
    while (timeMs < this.#spanOf(day).from) day -= 1;
    while (timeMs >= this.#spanOf(day).to) day += 1;
    this.#last = this.#spanOf(day);
    return day;
  }

  /** When a day begins, milliseconds since 1970, UTC. */
  startOf(day: number): number {
    return this.#spanOf(day).from;
  }

  #spanOf(day: number): Span {
    const known = this.#spans.get(day);
    if (known) return known;
    if (this.#spans.size >= spansMax) this.#spans.clear();
    const span = { day, from: this.#beginOf(day), to: this.#beginOf(day + 1) };
    this.#spans.set(day, span);
    return span;
  }

  #beginOf(day: number): number {
    const { year, month, day: dayOfMonth } = DateTime.fromMillis(day * dayMs, { zone: 'utc' });
    return DateTime.fromObject({ year, month, day: dayOfMonth }, { zone: this.zone }).startOf('day').toMillis();
  }
}
