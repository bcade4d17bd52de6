import { accepted } from '#libs/runtime/outcome.js';
import type { Wrapper } from '../input-format.js';
import { isObject, type JsonObject } from '../json/parse-item.js';
import type { Payload } from '../payload.js';
import { epochMs } from '../record/time.js';
import { objectIn, within } from './message.js';

/** What a connector says of a change: it was read at the beginning, made, changed, taken away, or all of the table was. */
const operations: readonly unknown[] = ['r', 'c', 'u', 'd', 't', 'm'];

/**
 * Rows as connectors bring them out of a database: `payload` beside its `schema` (the JSON of Kafka Connect), and in it or alone Debezium's change of a row, of which
 * `after` is the record. A row that is taken away, and a table that is emptied, are nobody's access. `ts_ms` counts where the row says no time.
 */
export const changeRowWrapper: Wrapper = {
  name: 'change-row',
  kind: 'json',
  recognises: (payload) => changeIn(payload) !== undefined,
  *unwrap(payload) {
    const change = changeIn(payload) ?? {};
    if (!isChange(change)) return yield accepted({ kind: 'json', value: change, envelope: payload.envelope });
    const { after, ts_ms: written } = change;
    const timeMs = typeof written === 'number' ? epochMs(written) : undefined;
    if (isObject(after))
      yield accepted({
        kind: 'json',
        value: after,
        envelope: within(payload.envelope, timeMs === undefined ? {} : { timeMs }),
      });
  },
};

function changeIn(payload: Payload): JsonObject | undefined {
  const record = objectIn(payload);
  if (!record) return undefined;
  const inner = Object.hasOwn(record, 'payload') && Object.hasOwn(record, 'schema') ? record['payload'] : undefined;
  if (isObject(inner) && Object.keys(record).length === 2) return inner;
  return isChange(record) ? record : undefined;
}

function isChange(record: JsonObject): boolean {
  return (
    Object.hasOwn(record, 'op') &&
    operations.includes(record['op']) &&
    isObject(record['source']) &&
    Object.hasOwn(record, 'after')
  );
}
