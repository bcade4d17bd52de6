import { parseLooseTime } from '../loose-time.js';
import { headerTimeAt } from './header-time.js';
import { structuredDataAt } from './structured-data.js';

/** One syslog message: what its header says, as far as it has one. */
export interface SyslogMessage {
  /** As it is written; year and zone may be missing. */
  readonly time?: string;
  readonly host?: string;
  readonly application?: string;
  /** Structured data (RFC 5424), and `procid` and `msgid`. */
  readonly fields: Readonly<Record<string, string>>;
  readonly message: string;
}

const byteOrderMark = '\uFEFF';
/** Before it may stand the count of the stream, where a relay took counted messages for lines. */
const priority = /^(?:[1-9]\d{0,6} )?<\d{1,3}>\s{0,8}/;
/** `1` is the version, which stands before the time; RFC 3164 begins with the time, which newer relays write as RFC 5424 does. */
const version = /^1 (?=-|\d{4}-\d\d-\d\dT)/;
const isoTime = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?(?=[ \n]|$)/;
const plainTime = /^\p{L}{3,5}\.? {1,2}\d{1,2} (?:\d{4} )?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: \d{4}(?= ))?(?=:?\s|$)/u;
/** What messages begin with that no header does: a header that ends before it is shorter than it should be. */
const messageStart = /^(?:\uFEFF|CEF:|LEEF:|@cee:|[{<]|\[\{|[1-9]\d{0,6} <\d)/;

/** Whether a text begins as syslog does: a PRI, or a header whose PRI a relay has taken away, or `@cee:`. */
export function isSyslog(text: string): boolean {
  const start = text
    .slice(0, 80)
    .replace(/^\uFEFF?\[?/, '')
    .replace(/^([^\]]{15,40})\]/, '$1');
  return start.startsWith('@cee:') || priority.test(start) || version.test(start) || isoTime.test(start) || plainTime.test(start);
}

/**
 * Reads RFC 5424, and RFC 3164 with what relays make of both: no PRI, no structured data, none or wrong structured data, a byte order mark
 * before the message, the message in the next line. Never fails: what is no header is the message.
 */
export function parseSyslog(text: string): SyslogMessage {
  const start = text.startsWith(byteOrderMark) ? 1 : 0;
  const at = start + (priority.exec(text.slice(start, start + 24))?.[0].length ?? 0);
  const parts = version.test(text.slice(at, at + 32)) ? newHeader(text, at + 2) : oldHeader(text, at);
  const { end, ...header } = parts;
  return { ...header, message: withoutMarks(text.slice(end)) };
}

interface Header extends Omit<SyslogMessage, 'message'> {
  readonly end: number;
}

function newHeader(text: string, from: number): Header {
  const words: string[] = [];
  let at = from;
  while (words.length < 5 && at < text.length && !messageStart.test(text.slice(at, at + 8))) {
    const end = wordEnd(text, at);
    words.push(text.slice(at, end));
    at = end + (text[end] === ' ' ? 1 : 0);
    if (text[end] === '\n') break;
  }
  const [time, host, application, procid, msgid] = words.map((word) =>
    word === '-' || word === '' ? undefined : word.slice(0, 256),
  );
  const data = words.length === 5 ? structuredDataAt(text, at) : undefined;
  return {
    ...(time && { time }),
    ...(host && { host }),
    ...(application && { application }),
    fields: { ...data?.fields, ...(procid && { procid }), ...(msgid && { msgid }) },
    end: data?.end ?? at,
  };
}

function oldHeader(text: string, from: number): Header {
  const written = headerTimeAt(text, from);
  if (written === undefined) return { fields: {}, end: from };
  const { time } = written;
  let at = afterBlanks(text, written.end);
  const rest = { time, fields: {} };
  if (at >= text.length || messageStart.test(text.slice(at, at + 8))) return { ...rest, end: at };
  const tagBeforeHost = tagAt(text, at);
  const word = tagBeforeHost ? '' : text.slice(at, Math.min(wordEnd(text, at), at + 257));
  const host = hostName.test(word) && !level.test(word) ? word : undefined;
  if (host !== undefined) at = afterBlanks(text, at + host.length);
  const [whole = '', application] = tagBeforeHost ?? tagAt(text, at) ?? [];
  return { ...rest, ...(host && { host }), ...(application && { application }), end: at + whole.length };
}

/** Names and addresses; what holds an `=` or quotes is the message already. */
const hostName = /^[\p{L}\p{N}_:[][\p{L}\p{N}_.:%[\]-]{0,254}$/u;
/** In the place of the host a logger writes how grave it is. */
const level = /^\[?(?:trace|debug|info|notice|warn|warning|error|severe|critical|fatal)\]?:?$/i;
/** RFC 3164's TAG: `sshd[4711]: `. */
const tag = /^([\w./+-]{1,48})(?:\[[\w.-]{1,16}\])?:(?=\s)/;

function tagAt(text: string, at: number): RegExpExecArray | undefined {
  return messageStart.test(text.slice(at, at + 8)) ? undefined : (tag.exec(text.slice(at, at + 64)) ?? undefined);
}

function wordEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) if (text[at] === ' ' || text[at] === '\n') return at;
  return text.length;
}

function afterBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ') at += 1;
  return at;
}

/** Without blanks, marks and CEE's cookie before the message; a mark that was read as Latin 1 too. Without what ends datagrams behind it. */
function withoutMarks(message: string): string {
  let end = message.length;
  while (end > 0 && /[\s\0]/.test(message[end - 1] ?? '')) end -= 1;
  const start = /^\s{0,16}(?:\uFEFF|\u00EF\u00BB\u00BF)?\s{0,16}(?:@cee:\s{0,8})?/.exec(message.slice(0, 64))?.[0].length ?? 0;
  return message.slice(Math.min(start, end), end);
}

/** When a message says that it was written, in milliseconds since 1970; undefined where it does not, or not in a way that can be read. */
export function syslogTimeMs({ time }: SyslogMessage, zone: string, receivedMs: number): number | undefined {
  const read = time === undefined ? undefined : parseLooseTime(time, { zone, receivedMs });
  return typeof read === 'object' ? read.timeMs : undefined;
}
