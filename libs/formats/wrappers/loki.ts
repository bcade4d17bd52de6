import { type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import { listOf } from '../fhir/elements.js';
import type { Wrapper } from '../input-format.js';
import { isObject, isPoisonousKey, type JsonObject } from '../json/parse-item.js';
import type { Envelope, Payload } from '../payload.js';
import { textOfValue } from '../record/record.js';
import { epochMs, timeOfValue } from '../record/time.js';
import { type OwnLine, ownLineOf } from '../vigie/line.js';
import { objectIn, recordOf, within } from './message.js';

/**
 * Loki's push: each line of each stream is one record, `["<nanoseconds>", line, metadata]`. Labels and metadata go with it as fields. The
 * older `entries` of `ts` and `line`, with labels as one text, are taken as well.
 */
export const lokiWrapper: Wrapper = {
  name: 'loki',
  kind: 'json',
  recognises: (payload) => {
    const record = objectIn(payload) ?? {};
    const { streams } = record;
    // Other programs have streams too, such as Graylog in each of its messages: their names alone, or none.
    return Array.isArray(streams) && streams.every(isStream) && (streams.length > 0 || Object.keys(record).length === 1);
  },
  *unwrap(payload, { zone }) {
    for (const stream of listOf(objectIn(payload)?.['streams'])) {
      const labels = labelsOf(stream['stream'] ?? stream['labels']);
      const outer = within(payload.envelope, { ...saidBy(labels), fields: labels });
      const values: unknown = stream['values'] ?? [];
      for (const value of Array.isArray(values) ? values : []) yield lineIn(value, outer, zone);
      for (const { ts, line } of listOf(stream['entries'])) yield lineIn([ts, line], outer, zone);
    }
  },
};

function isStream(value: unknown): boolean {
  return isObject(value) && ['values', 'entries'].some((name) => Object.hasOwn(value, name));
}

/** What the lines of a stream have in common, for `ownValueOf`. */
export function envelopeOfStream(stream: JsonObject, receivedMs: number): Envelope {
  return within({ receivedMs }, saidBy(labelsOf(stream['stream'] ?? stream['labels'])));
}

/** The line of a value, where it is nothing else: what `lokiWrapper` would find there. */
export function ownValueOf(value: unknown, outer: Envelope): OwnLine | undefined {
  const [time, line]: readonly unknown[] = Array.isArray(value) ? value : [];
  if (typeof line !== 'string' || typeof time !== 'string' || !nanoseconds.test(time)) return undefined;
  return ownLineOf(line, 0, line.length, outer);
}

/** As Loki's clients write them, of a time before 2286. */
const nanoseconds = /^1\d{18}$/;

function lineIn(value: unknown, outer: Envelope, zone: string): Accepted<Payload> | Rejected {
  const [time, line, metadata]: readonly unknown[] = Array.isArray(value) ? value : [];
  const text = textOfValue(line);
  if (text === undefined) return rejected('wrong_type', 'values', 'a value must be a time, a line of text, and perhaps metadata');
  const timeMs = timeOf(time, outer, zone);
  if (typeof timeMs !== 'number') return rejected('bad_time', 'values', 'the time of a value must be nanoseconds since 1970');
  const fields = isObject(metadata) ? metadata : {};
  return recordOf(text, fields, within(outer, { timeMs, fields }));
}

function timeOf(value: unknown, { receivedMs }: Envelope, zone: string): number | string | undefined {
  const text = textOfValue(value) ?? '';
  return /^\d+(?:\.\d+)?$/.test(text) ? epochMs(Number(text)) : timeOfValue(text, { zone, receivedMs });
}

const label = /([A-Za-z_][\w.]{0,127})="((?:[^"\\]|\\.){0,2048})"/g;

function labelsOf(value: unknown): JsonObject {
  if (isObject(value)) return value;
  const found = typeof value === 'string' ? [...value.slice(0, 16_384).matchAll(label)] : [];
  return Object.fromEntries(found.flatMap(([, name = '', text = '']) => (isPoisonousKey(name) ? [] : [[name, text]])));
}

function saidBy(labels: JsonObject): Partial<Omit<Envelope, 'receivedMs'>> {
  const host = textOfValue(labels['host'] ?? labels['hostname'] ?? labels['instance'] ?? labels['node_name']);
  const application = textOfValue(labels['app'] ?? labels['service_name'] ?? labels['job']);
  return { ...(host && { host }), ...(application && { application }) };
}
