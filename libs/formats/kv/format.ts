import { rejected } from '#libs/runtime/outcome.js';
import type { InputFormat } from '../input-format.js';
import type { JsonObject } from '../json/parse-item.js';
import { limits } from '../limits.js';
import { readRecord } from '../record/read-record.js';
import { labelled } from '../siem/labels.js';
import { kvMapping } from './mapping.js';
import { parsePairs } from './parse-pairs.js';

/** Names and values, at least two: `user=amartin patient_id="4711"`. */
export const kvFormat: InputFormat = {
  name: 'kv',
  kind: 'text',
  recognises: (payload) => payload.kind === 'text' && parsePairs(payload.text.slice(0, 1024)).length > 1,
  read: (payload, reading, meter) => {
    if (payload.kind !== 'text') return rejected('not_text', '', 'names and values must be text');
    if (payload.text.length > limits.itemBytesMax)
      return rejected('too_large', '', `more than ${limits.itemBytesMax} characters`);
    meter.draw(4 * payload.text.length, '');
    const record = withWholeTime(labelled(parsePairs(payload.text)).record);
    if (once.some((name) => saysTwo(record[name])))
      return rejected(
        'repeated_key',
        '',
        'the line has its time or its account twice, with different values: two lines stand in it',
      );
    return readRecord({ record, envelope: payload.envelope, reading, meter }, kvMapping);
  },
};

/** What a record has once: where it stands there again, the end of one line is missing, and the patients of the next are not of its account. */
const once = [...(kvMapping.places.time ?? []), ...(kvMapping.places.actor_id ?? [])];

function saysTwo(value: unknown): boolean {
  return Array.isArray(value) && value.some((one) => one !== value[0]);
}

const timeOfDay = /^\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,9})?)?$/;
const offset = /^[+-]\d\d:?\d\d$/;

/** Firewalls write the day and the time of day as two (`date=2026-11-28 time=08:12:03 tz="+0100"`): as one time where `time` is none by itself. */
function withWholeTime(record: JsonObject): JsonObject {
  const { date, time, tz } = record;
  if (typeof date !== 'string' || typeof time !== 'string' || !timeOfDay.test(time)) return record;
  return { ...record, time: `${date} ${time}${typeof tz === 'string' && offset.test(tz) ? tz : ''}` };
}
