import { rejected, type Rejected } from '#libs/runtime/outcome.js';
import type { InputFormat } from '../input-format.js';
import { excessOfValue } from '../json/measure.js';
import { isObject, type JsonObject } from '../json/parse-item.js';
import type { Payload } from '../payload.js';
import type { WorkMeter } from '../work-meter.js';
import type { RecordMapping } from './mapping.js';
import { readRecord } from './read-record.js';
import { textOfValue } from './record.js';
import { inLower, inLowerCase } from './table-row.js';

/** One table of a record system, told from others by its columns. Names of columns are in lower case. */
export interface Table {
  readonly name: string;
  /** All of these columns, and in each list one at least. */
  readonly has: readonly (string | readonly string[])[];
  readonly mapping: RecordMapping;
  /** What has to be made of a row before the mapping can read it; pays for what it looks at. */
  readonly prepare?: (row: JsonObject, meter: WorkMeter) => JsonObject | Rejected;
}

/**
 * A format of the rows of some tables, as CSV or as JSON. Ids of rows are numbers that tables give by themselves: the name of the table stands
 * before them.
 */
export function tableFormat(name: string, tables: readonly Table[]): InputFormat {
  const names = tables.map((table) => table.name).join(', ');
  return {
    name,
    kind: 'json',
    recognises: (payload) => tableOf(payload, tables) !== undefined,
    read: (payload, reading, meter) => {
      const value = payload.kind === 'json' ? payload.value : undefined;
      const excess = excessOfValue(value, meter);
      if (excess) return excess;
      const table = tableOf(payload, tables);
      if (!table || !isObject(value))
        return rejected('unknown_table', '', `the record has the columns of none of the tables ${names}`);
      const row = inLowerCase(value);
      const record = table.prepare ? table.prepare(row, meter) : row;
      if (isRejected(record)) return record;
      const input = { record: { ...value, ...record }, envelope: payload.envelope, reading, meter };
      const read = readRecord(input, table.mapping);
      if (read.kind === 'rejected' || read.value.id === undefined) return read;
      return { ...read, value: { ...read.value, id: `${table.name}:${read.value.id}` } };
    },
  };
}

function isRejected(record: JsonObject | Rejected): record is Rejected {
  return record['kind'] === 'rejected' && 'detail' in record;
}

/** Names of columns that may be looked at: no table of a record system has more. */
const columnsMax = 512;

/** Every format of tables is asked about a record. */
const columnsKnown = new WeakMap<JsonObject, ReadonlySet<string>>();

function columnNamesOf(record: JsonObject): ReadonlySet<string> {
  const known = columnsKnown.get(record);
  if (known) return known;
  const columns = new Set(Object.keys(record).slice(0, columnsMax).map(inLower));
  columnsKnown.set(record, columns);
  return columns;
}

function tableOf(payload: Payload, tables: readonly Table[]): Table | undefined {
  if (payload.kind !== 'json' || !isObject(payload.value)) return undefined;
  const columns = columnNamesOf(payload.value);
  return tables.find(({ has }) =>
    has.every((one) => (typeof one === 'string' ? columns.has(one) : one.some((column) => columns.has(column)))),
  );
}

/** A cell without what databases write for nothing. */
export function cellOf(row: JsonObject, column: string): string | undefined {
  const text = textOfValue(row[column]);
  return text === undefined || /^(?:null|\\n|0)$/i.test(text) ? undefined : text;
}
