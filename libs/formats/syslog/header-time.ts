/** The time at the beginning of an older header, as RFC 3164 has it or as appliances and relays write it instead. */
export interface HeaderTime {
  /** In an order that `parseLooseTime` reads. */
  readonly time: string;
  /** Where the header goes on, before its blank. */
  readonly end: number;
}

const clock = String.raw`\d\d:\d\d:\d\d(?:[.,]\d{1,9})?`;
const month = String.raw`\p{L}{3,5}\.?`;
const offset = String.raw`(?:Z|[+-]\d\d:?\d\d)`;
const weekday = String.raw`(?:\p{L}{3,4}[.,]{0,2} )?`;

/** In the order of looking; the parts of one that is written the other way round are named. */
const layouts: readonly RegExp[] = [
  String.raw`(?<whole>\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?: ?${offset})?)`,
  String.raw`(?<whole>${weekday}${month} {1,2}\d{1,2},? (?:\d{4} )?${clock}${offset}?(?: \d{4}(?= ))?)`,
  String.raw`(?<year>\d{4}) (?<day>${month} {1,2}\d{1,2}) (?<clock>${clock}${offset}?)`,
  String.raw`(?<whole>${weekday}\d{1,2} ${month} \d{4} ${clock}${offset}?)`,
  String.raw`(?<date>\d{1,2}) (?<month>${month}) (?<clock>${clock})`,
  String.raw`(?<whole>\d\d/\d\d/\d{4} ${clock}${offset}?)`,
  String.raw`(?<whole>1\d{9}(?:\.\d{1,9})?)`,
].map((layout) => new RegExp(String.raw`${layout}(?=[:\]]{0,2}(?:\s|$))`, 'uy'));

/** What network devices put before their time: a number, their name, and a mark of a clock that is not set. */
const before = /:? ?(?:\d{1,10}: )?(?:[\w.-]{1,64}: )?[*.[]?/y;

/**
 * A zone behind the clock. In the same place stands a host, and hosts may be named as zones are: it is a zone where a colon, a year, or another
 * name with what begins a message follows.
 */
const zoneBehind =
  / (?<zone>Z|UTC|GMT|UT|[A-Z]{1,4}T)(?:(?=:(?:\s|$))|(?<year> \d{4})?(?= [^\s=:]{1,255} (?:[\w./+-]{1,48}(?:\[[\w.-]{1,16}\])?:\s|[{<]|CEF:|LEEF:|@cee:)))/y;

/** The time that a header begins with; undefined where it begins with none. */
export function headerTimeAt(text: string, from: number): HeaderTime | undefined {
  before.lastIndex = from;
  const behind = from + (before.exec(text)?.[0].length ?? 0);
  return timeAt(text, from) ?? (behind > from ? timeAt(text, behind) : undefined);
}

function timeAt(text: string, from: number): HeaderTime | undefined {
  for (const layout of layouts) {
    layout.lastIndex = from;
    const found = layout.exec(text);
    if (!found) continue;
    const { whole, year, day, date, month: name, clock: ofDay } = found.groups ?? {};
    const time =
      whole ?? (year === undefined ? `${name ?? ''} ${date ?? ''} ${ofDay ?? ''}` : `${day ?? ''} ${year} ${ofDay ?? ''}`);
    return withZone(text, time, from + found[0].length);
  }
  return undefined;
}

function withZone(text: string, time: string, at: number): HeaderTime {
  zoneBehind.lastIndex = at;
  const found = zoneBehind.exec(text);
  const { zone = '', year = '' } = found?.groups ?? {};
  const end = at + (found?.[0].length ?? 0);
  const marks = /^[:\]]{0,2}/.exec(text.slice(end, end + 2))?.[0].length ?? 0;
  return { time: found ? `${time} ${zone}${year}` : time, end: end + marks };
}
