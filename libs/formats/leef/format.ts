import { rejected } from '#libs/runtime/outcome.js';
import type { InputFormat } from '../input-format.js';
import { limits } from '../limits.js';
import { readSiemLine } from '../siem/read-pairs.js';
import { leefFallbacks, leefMapping, leefTimes } from './mapping.js';
import { leefStart, parseLeef } from './parse-leef.js';

/** Log Event Extended Format, with the profile of Epic. */
export const leefFormat: InputFormat = {
  name: 'leef',
  kind: 'text',
  recognises: (payload) => payload.kind === 'text' && leefStart(payload.text) !== undefined,
  read: (payload, reading, meter) => {
    if (payload.kind !== 'text') return rejected('not_text', '', 'an event in LEEF must be text');
    if (payload.text.length > limits.itemBytesMax)
      return rejected('too_large', '', `more than ${limits.itemBytesMax} characters`);
    meter.draw(4 * payload.text.length, '');
    const line = parseLeef(payload.text);
    if (!line) return rejected('bad_header', '', 'the header of LEEF is not whole: LEEF:1.0|Vendor|Product|Version|EventID|');
    return readSiemLine(line, { envelope: payload.envelope, reading, meter }, leefMapping, {
      ...leefFallbacks,
      times: leefTimes,
    });
  },
};
