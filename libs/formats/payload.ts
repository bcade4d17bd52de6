import { rejected, type Accepted, accepted, type Rejected } from '#libs/runtime/outcome.js';
import { beginsJson, firstByte, textBeginsJson } from './json/items.js';
import { joinedIn } from './json/joined.js';
import type { Targets } from './fhir/targets.js';
import { parseItem, type ParseLimits } from './json/parse-item.js';

/** What came with a payload: what holds where the payload itself is silent. */
export interface Envelope {
  /** When it arrived, in milliseconds since 1970. */
  readonly receivedMs: number;
  /** When the shipper says that it happened, in milliseconds since 1970. */
  readonly timeMs?: number;
  /** Who sent it: the host name of a syslog header, `host` of a shipper. */
  readonly host?: string;
  readonly sourceIp?: string;
  readonly application?: string;
  /** The format and the group that its sender names beside the record, in headers: claims, which the source's configuration must allow. */
  readonly format?: string;
  readonly groupId?: string;
  /** Whatever else the wrapper said: attributes, labels, structured data, one level. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/**
 * One record before its format is known: a parsed JSON value, or text. `beside` are the resources
 * of the Bundle that it came in; `isRow` says that it is a row of a table, all of its values texts. Clear patient identifiers are in it.
 */
export type Payload =
  | {
      readonly kind: 'json';
      readonly value: unknown;
      readonly envelope: Envelope;
      readonly beside?: Targets;
      readonly isRow?: boolean;
    }
  | { readonly kind: 'text'; readonly text: string; readonly envelope: Envelope };

/** Bytes as they came: one record, or a body of records in any layout. */
export interface RawBytes {
  readonly kind: 'bytes';
  readonly bytes: Uint8Array;
  readonly envelope: Envelope;
  readonly isBody?: boolean | undefined;
}

/** A record as it is kept until it can be read: a payload, or bytes of which none could be made. */
export type Original = Payload | RawBytes;

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Bytes of hostile origin as a payload: JSON where they begin like it, text otherwise, without a byte order mark. Several values of JSON in one line are a text, which its wrapper takes
 * apart.
 */
export function payloadOf(bytes: Uint8Array, envelope: Envelope, limits?: ParseLimits): Accepted<Payload> | Rejected {
  const start = firstByte(bytes);
  if (beginsJson(bytes, start)) {
    const item = parseItem(bytes, start, bytes.length, limits);
    if (item.kind === 'accepted') return accepted({ kind: 'json', value: item.value, envelope });
    if (item.reason !== 'not_json' || joinedIn(bytes.subarray(start)).length === 0) return item;
  }
  try {
    return accepted({ kind: 'text', text: decoder.decode(bytes), envelope });
  } catch {
    return rejected('not_utf8', '', 'the payload is not valid UTF-8; name the character set of its source in its configuration');
  }
}

/** What a wrapper carried: JSON that came as text is parsed, under the same limits as if it had come alone. */
export function innerPayload(content: unknown, envelope: Envelope): Accepted<Payload> | Rejected {
  if (typeof content !== 'string') return accepted({ kind: 'json', value: content, envelope });
  return textBeginsJson(content)
    ? payloadOf(Buffer.from(content), envelope)
    : accepted(objectBehindWords(content, envelope) ?? { kind: 'text', text: content, envelope });
}

/** Characters of what a logger writes before the record: its level, its thread, its name. */
const wordsMax = 512;

/** The empty list of what is said besides, which one logger puts behind. */
const nothingBesides = /\}\s+\[\]\s*$/;

/**
 * The object that a text ends with, behind what a logger puts before it (`INFO [main] audit - {...}`). Words that hold names and values, a
 * record of another format or markup are a record themselves.
 */
export function objectBehindWords(line: string, envelope: Envelope): Payload | undefined {
  const text = line.endsWith(']') ? line.replace(nothingBesides, '}') : line;
  if (!text.trimEnd().endsWith('}')) return undefined;
  const start = /(?:^|[\s:\]])\{\s{0,64}"/.exec(text.slice(0, wordsMax));
  if (!start) return undefined;
  const at = text.indexOf('{', start.index);
  if (/[=<]|CEF:|LEEF:/.test(text.slice(0, at))) return undefined;
  const inner = payloadOf(Buffer.from(text.slice(at)), envelope);
  return inner.kind === 'accepted' ? inner.value : undefined;
}
