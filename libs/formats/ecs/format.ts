import { rejected } from '#libs/runtime/outcome.js';
import type { InputFormat } from '../input-format.js';
import { excessOfValue } from '../json/measure.js';
import type { JsonObject } from '../json/parse-item.js';
import type { Payload } from '../payload.js';
import { readRecord } from '../record/read-record.js';
import { objectIn } from '../wrappers/message.js';
import { ecsMapping } from './mapping.js';

/** Elastic Common Schema as JSON. */
export const ecsFormat: InputFormat = {
  name: 'ecs',
  kind: 'json',
  recognises: (payload) => ecsRecord(payload) !== undefined,
  read: (payload, reading, meter) => {
    const record = objectIn(payload);
    if (!record) return rejected('not_an_object', '', 'an event in ECS must be a JSON object');
    return excessOfValue(record, meter) ?? readRecord({ record, envelope: payload.envelope, reading, meter }, ecsMapping);
  },
};

/** A record with ECS's time. Shippers give it to events in Vigie's own words too: those name their account in them. */
export function ecsRecord(payload: Payload): JsonObject | undefined {
  const record = objectIn(payload);
  return record && Object.hasOwn(record, '@timestamp') && !Object.hasOwn(record, 'actor_id') ? record : undefined;
}
