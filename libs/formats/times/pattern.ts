import { monthOf } from './months.js';

/** What a written time says, as far as it does. `zone` is as it was written. */
export interface Written {
  year?: number;
  month?: number;
  day?: number;
  hour?: number;
  minute?: number;
  second?: number;
  millisecond?: number;
  /** Twelve hours are added to the hour. */
  isAfternoon?: boolean;
  zone?: string;
}

interface Place {
  readonly text: string;
  readonly at: number;
  readonly written: Written;
}

type Token = (place: Place, width: number, isPacked: boolean) => Place | undefined;

function number(field: keyof Omit<Written, 'zone' | 'isAfternoon'>, digitsMax: number): Token {
  return (place, width, isPacked) => {
    const digits = /^\d+/.exec(place.text.slice(place.at, place.at + (isPacked ? width : digitsMax)))?.[0];
    if (digits === undefined || (isPacked && digits.length < width)) return undefined;
    return moved(place, digits.length, { [field]: Number(digits) });
  };
}

/** The letters of Java's and Unicode's patterns that a time is written with. Numbers that touch each other have their width. */
const tokens: Readonly<Record<string, Token>> = {
  y: (place, width) => {
    const year = new RegExp(width === 2 ? '^\\d{2}(?!\\d)' : '^\\d{4}').exec(place.text.slice(place.at, place.at + 5))?.[0];
    return year === undefined ? undefined : moved(place, year.length, { year: Number(year) + (width === 2 ? 2000 : 0) });
  },
  M: (place, width, isPacked) => (width < 3 ? number('month', 2)(place, width, isPacked) : monthName(place)),
  d: number('day', 2),
  H: number('hour', 2),
  h: number('hour', 2),
  m: number('minute', 2),
  s: number('second', 2),
  S: (place) => {
    const digits = /^\d{1,9}/.exec(place.text.slice(place.at, place.at + 9))?.[0];
    return digits === undefined
      ? undefined
      : moved(place, digits.length, { millisecond: Number(digits.slice(0, 3).padEnd(3, '0')) });
  },
  a: (place) => {
    const half = /^([ap])\.?m\b\.?/i.exec(place.text.slice(place.at, place.at + 5));
    return half ? moved(place, half[0].length, { isAfternoon: half[1]?.toLowerCase() === 'p' }) : undefined;
  },
  E: (place) => {
    const name = /^\p{L}{2,9}\.?/u.exec(place.text.slice(place.at, place.at + 10))?.[0];
    return name === undefined ? undefined : moved(place, name.length, {});
  },
  z: zone,
  Z: zone,
  X: zone,
  x: zone,
  V: zone,
};

/**
 * Reads a time by a pattern of Java's letters: `MMM dd yyyy HH:mm:ss.SSS z`, text between single quotes, optional parts in brackets, blanks
 * for any white space. Goes once over both; undefined where the text is another or longer.
 */
export function readByPattern(text: string, pattern: string): Written | undefined {
  const read = section({ text, at: 0, written: {} }, pattern, 0, pattern.length);
  return read && read.at === text.length ? read.written : undefined;
}

function section(start: Place, pattern: string, from: number, to: number): Place | undefined {
  let place: Place | undefined = start;
  for (let at = from; place && at < to;) {
    const letter = pattern[at] ?? '';
    if (letter === '[') {
      const end = closing(pattern, at, to);
      place = section(place, pattern, at + 1, end) ?? place;
      at = end + 1;
    } else if (letter === "'") {
      const end = Math.max(pattern.indexOf("'", at + 1), at + 1);
      place = literal(place, pattern.slice(at + 1, end));
      at = end + 1;
    } else if (/[A-Za-z]/.test(letter)) {
      let end = at + 1;
      while (end < to && pattern[end] === letter) end += 1;
      const isPacked = /[MdHhmsS]/.test(pattern[end] ?? '') || /[yMdHhms]/.test(pattern[at - 1] ?? '');
      place = Object.hasOwn(tokens, letter) ? tokens[letter]?.(place, end - at, isPacked) : undefined;
      at = end;
    } else {
      place = literal(place, letter);
      at += 1;
    }
  }
  return place;
}

function closing(pattern: string, from: number, to: number): number {
  for (let at = from, depth = 0; at < to; at += 1) {
    if (pattern[at] === '[') depth += 1;
    else if (pattern[at] === ']') depth -= 1;
    if (depth === 0) return at;
  }
  return to;
}

function literal(place: Place, wanted: string): Place | undefined {
  if (place.text.startsWith(wanted, place.at)) return moved(place, wanted.length, {});
  // Before a fraction of a second stands a comma, or a colon, as databases write it.
  return wanted === '.' && /[,:]/.test(place.text[place.at] ?? '') ? moved(place, 1, {}) : undefined;
}

function monthName(place: Place): Place | undefined {
  const name = /^\p{L}{3,9}\.?/u.exec(place.text.slice(place.at, place.at + 10))?.[0];
  const month = name === undefined ? undefined : monthOf(name);
  return name !== undefined && month !== undefined ? moved(place, name.length, { month }) : undefined;
}

function zone(place: Place): Place | undefined {
  const name = /^(?:[A-Za-z]{1,5}[+-]\d{1,2}(?::?\d\d)?|[A-Za-z]+(?:\/[\w+-]+)*|[+-]\d\d(?::?\d\d)?)/.exec(
    place.text.slice(place.at, place.at + 40),
  )?.[0];
  return name === undefined ? undefined : moved(place, name.length, { zone: name });
}

function moved(place: Place, count: number, more: Written): Place {
  return { text: place.text, at: place.at + count, written: { ...place.written, ...more } };
}
