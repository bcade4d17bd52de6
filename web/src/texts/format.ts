// texts/: what the pages say, in French and in English, and how numbers and times are written in each.
// A text that one of the languages lacks does not compile.

import { now } from '../live/clock.js';

export type Locale = 'fr' | 'en';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** How a language writes what a page shows. Instants are as the contracts have them, or milliseconds. */
export interface Format {
  readonly locale: Locale;
  readonly number: (value: number) => string;
  /** `09:41`, and the day before it unless that is today. */
  readonly moment: (at: string | number) => string;
  /** The same to the second. */
  readonly exact: (at: string | number) => string;
  /** The same of the end of a stretch that began at `from`: its day stands there only where it is another one. */
  readonly until: (at: string | number, from: string | number) => string;
  /** `09:41:07` */
  readonly clock: (at: string | number) => string;
  readonly day: (at: string | number) => string;
  /** `29 Nov` */
  readonly shortDay: (at: string | number) => string;
  /** `14 min`, `3 h 05`, `2 d 4 h`: always of the whole units that have passed. */
  readonly span: (ms: number) => string;
  readonly list: (items: readonly string[]) => string;
  /** The form of a count by the rules of the language. */
  readonly plural: (count: number, one: string, other: string) => string;
  /** Of the browser: `Europe/Paris`. */
  readonly zone: string;
}

export function formatOf(locale: Locale): Format {
  const tag = locale === 'fr' ? 'fr-FR' : 'en-GB';
  const numbers = new Intl.NumberFormat(tag);
  const rules = new Intl.PluralRules(tag);
  const times = new Intl.DateTimeFormat(tag, { hour: '2-digit', minute: '2-digit' });
  const clocks = new Intl.DateTimeFormat(tag, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const days = new Intl.DateTimeFormat(tag, { day: 'numeric', month: 'short', year: 'numeric' });
  const shortDays = new Intl.DateTimeFormat(tag, { day: 'numeric', month: 'short' });
  const lists = new Intl.ListFormat(tag, { type: 'conjunction' });
  const moment = (at: string | number) => {
    if (isSameDay(at, now())) return times.format(new Date(at));
    const dayOf = new Date(at).getFullYear() === new Date(now()).getFullYear() ? shortDays : days;
    return `${dayOf.format(new Date(at))} ${times.format(new Date(at))}`;
  };
  return {
    locale,
    number: (value) => numbers.format(value),
    moment,
    until: (at, from) => (isSameDay(at, from) ? times.format(new Date(at)) : moment(at)),
    exact: (at) =>
      isSameDay(at, now()) ? clocks.format(new Date(at)) : `${days.format(new Date(at))} ${clocks.format(new Date(at))}`,
    clock: (at) => clocks.format(new Date(at)),
    day: (at) => days.format(new Date(at)),
    shortDay: (at) => shortDays.format(new Date(at)),
    span: (ms) => spanOf(ms, locale === 'fr' ? 'j' : 'd'),
    list: (items) => lists.format(items),
    plural: (count, one, other) => (rules.select(count) === 'one' ? one : other),
    zone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}

function isSameDay(one: string | number, other: string | number): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString();
}

function spanOf(ms: number, dayWord: string): string {
  const whole = (unit: number) => Math.floor(ms / unit);
  if (ms < minute) return `${Math.max(0, whole(1_000))}\u00a0s`;
  if (ms < hour) return `${whole(minute)}\u00a0min`;
  if (ms < day) return `${whole(hour)}\u00a0h${rest(whole(minute) % 60, (minutes) => String(minutes).padStart(2, '0'))}`;
  return `${whole(day)}\u00a0${dayWord}${rest(whole(hour) % 24, (hours) => `${hours}\u00a0h`)}`;
}

function rest(count: number, say: (count: number) => string): string {
  return count === 0 ? '' : `\u00a0${say(count)}`;
}
