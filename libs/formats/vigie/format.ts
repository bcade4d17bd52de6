import { isObject, type JsonObject } from '../json/parse-item.js';
import { excessOfValue } from '../json/measure.js';
import type { InputFormat, Reading } from '../input-format.js';
import type { Envelope } from '../payload.js';
import { parseVigieEvent } from './parse-event.js';

/** Vigie's own words: whatever JSON object no other format has claimed. */
export const vigieFormat: InputFormat = {
  name: 'vigie',
  kind: 'json',
  recognises: (payload) => payload.kind === 'json' && isObject(payload.value),
  read: (payload, reading, meter) => {
    const value = payload.kind === 'json' ? payload.value : undefined;
    return excessOfValue(value, meter) ?? parseVigieEvent(isObject(value) ? completed(value, payload.envelope, reading) : value);
  },
};

/** The event with the time of its envelope where it has none, and with a clinic where the configuration of its source says which. */
function completed(event: JsonObject, { timeMs, host }: Envelope, { clinic }: Reading): JsonObject {
  const place = clinic && ('fixed' in clinic ? clinic.fixed : host);
  const lacks = (field: string) => (event[field] ?? undefined) === undefined;
  return {
    ...event,
    ...(lacks('time') && timeMs !== undefined && { time: timeMs }),
    ...(lacks('clinic_id') && place !== undefined && { clinic_id: place }),
  };
}
