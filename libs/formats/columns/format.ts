import { rejected } from '#libs/runtime/outcome.js';
import type { InputFormat } from '../input-format.js';
import { excessOfValue } from '../json/measure.js';
import { isObject } from '../json/parse-item.js';
import { columnField, columnsOf, eventFields } from '../record/fields.js';
import type { RecordMapping } from '../record/mapping.js';
import { readRecord } from '../record/read-record.js';

/** Fields stand where the source's configuration says, else under their own names. Whoever logs accesses and no action logs reading. */
export const columnsMapping: RecordMapping = {
  places: Object.fromEntries(eventFields.map((field) => [field, [field]])),
  patients: [{ place: 'patient_ids' }, { place: 'patient_id' }],
  fixed: { action: 'read' },
  strictAction: true,
};

/**
 * Any record of names and texts, a row of a table or JSON, by the columns that the configuration of its source names. Columns that are not
 * named go to `extra`, of which only fields that are let in by name are kept.
 */
export const columnsFormat: InputFormat = {
  name: 'columns',
  kind: 'json',
  recognises: (payload, reading) =>
    payload.kind === 'json' && isObject(payload.value) && (payload.isRow === true || columnsOf(reading).length > 0),
  read: (payload, reading, meter) => {
    const record = payload.kind === 'json' ? payload.value : undefined;
    if (!isObject(record))
      return rejected('not_an_object', '', 'a record that is read by its columns must be a row or a JSON object');
    const excess = excessOfValue(record, meter);
    if (excess) return excess;
    const read = readRecord({ record, envelope: payload.envelope, reading, meter }, columnsMapping);
    if (read.kind === 'rejected') return read;
    const used = new Set(columnsOf(reading).map(({ place }) => place));
    const extra = Object.entries(record).filter(([name]) => !used.has(name) && columnField(name) === undefined);
    return extra.length ? { ...read, value: { ...read.value, extra: Object.fromEntries(extra) } } : read;
  },
};
