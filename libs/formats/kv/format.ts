import { rejected } from '#libs/runtime/outcome.js';
import type { InputFormat } from '../input-format.js';
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
    const { record } = labelled(parsePairs(payload.text));
    return readRecord({ record, envelope: payload.envelope, reading, meter }, kvMapping);
  },
};
