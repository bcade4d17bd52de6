import { isObject } from '../json/parse-item.js';
import { excessOfValue } from '../json/measure.js';
import type { InputFormat } from '../input-format.js';
import { parseVigieEvent } from './parse-event.js';

/** Vigie's own words: whatever JSON object no other format has claimed. */
export const vigieFormat: InputFormat = {
  name: 'vigie',
  recognises: (payload) => payload.kind === 'json' && isObject(payload.value),
  read: (payload, _, meter) => {
    const value = payload.kind === 'json' ? payload.value : undefined;
    return excessOfValue(value, meter) ?? parseVigieEvent(value);
  },
};
