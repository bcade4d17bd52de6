import type { Action } from '#libs/contracts/vocabulary.js';
import { type Rejected, rejected } from '#libs/runtime/outcome.js';
import { plainName } from '../csv/header.js';
import type { InputFormat, Reading } from '../input-format.js';
import { excessOfValue } from '../json/measure.js';
import { isObject, type JsonObject } from '../json/parse-item.js';
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
    const { patients, action } = read.value;
    const isUnnamed = payload.kind === 'json' && payload.isRow === true && patients.length === 0 && !sessions.has(action);
    const missing = isUnnamed ? missingPatients(record, reading) : undefined;
    if (missing) return missing;
    const used = new Set(columnsOf(reading).map(({ place }) => place));
    const extra = Object.entries(record).filter(([name]) => !used.has(name) && columnField(name) === undefined);
    return extra.length ? { ...read, value: { ...read.value, extra: Object.fromEntries(extra) } } : read;
  },
};

/** What is done to no patient. */
const sessions: ReadonlySet<Action> = new Set(['login', 'logout']);

/**
 * Why a row of a table that lacks every column of patients is refused: a column that was given another name would make each access one to nobody,
 * which no rule counts and nobody sees.
 */
function missingPatients(record: JsonObject, reading: Reading): Rejected | undefined {
  const placesOf = (wanted: string) =>
    columnsOf(reading).flatMap(({ field, place }) => (field === wanted ? [plainName(place)] : []));
  const places = placesOf('patient_id');
  // How many records there were is said of lists and exports that name nobody.
  if (!places.length || [...places, ...placesOf('record_count')].some((place) => Object.hasOwn(record, place))) return undefined;
  const detail = `the table has no column ${places.join(', ')}, where the columns of its source say that patients stand; mend them, or give tables without patients a source of their own`;
  return rejected('missing_column', 'patient_id', detail);
}
