import { rejected } from '#libs/runtime/outcome.js';
import type { InputFormat } from '../input-format.js';
import { limits } from '../limits.js';
import { readSiemLine } from '../siem/read-pairs.js';
import { cefFallbacks, cefMapping, cefTimes } from './mapping.js';
import { cefStart, parseCef } from './parse-cef.js';

/** Common Event Format, with the profile of Epic. */
export const cefFormat: InputFormat = {
  name: 'cef',
  kind: 'text',
  recognises: (payload) => payload.kind === 'text' && cefStart(payload.text) !== undefined,
  read: (payload, reading, meter) => {
    if (payload.kind !== 'text') return rejected('not_text', '', 'an event in CEF must be text');
    if (payload.text.length > limits.itemBytesMax)
      return rejected('too_large', '', `more than ${limits.itemBytesMax} characters`);
    meter.draw(4 * payload.text.length, '');
    const line = parseCef(payload.text);
    if (!line)
      return rejected(
        'bad_header',
        '',
        'the header of CEF is not whole: CEF:0|Vendor|Product|Version|SignatureID|Name|Severity|',
      );
    return readSiemLine(line, { envelope: payload.envelope, reading, meter }, cefMapping, { ...cefFallbacks, times: cefTimes });
  },
};
