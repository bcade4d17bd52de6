import { isObject, type JsonObject, parseItem } from '../json/parse-item.js';
import { cellOf } from '../record/table-format.js';
import { textOfValue } from '../record/record.js';
import type { WorkMeter } from '../work-meter.js';
import { withPatient } from './objects.js';

/** Parameters of a request that name a patient, or somebody's stay. */
const objects: readonly (readonly [parameter: string, objectClass: string])[] = [
  ['patient_id', 'CPatient'],
  ['sejour_id', 'CSejour'],
  ['consultation_id', 'CConsultation'],
  ['consult_id', 'CConsultation'],
  ['operation_id', 'COperation'],
];

/** A slow request with what it did (`export_patients`, `print_plannings`) and whose record it was, from its parameters, which are not kept. */
export function withRequest(row: JsonObject, meter: WorkMeter): JsonObject {
  const parameters = { ...parametersIn(row, 'query_params_post', meter), ...parametersIn(row, 'query_params_get', meter) };
  const parameter = (name: string) => textOfValue(parameters[name]);
  const request = [parameter('a'), parameter('dialog'), parameter('raw'), parameter('dosql')].find(Boolean);
  const found = objects.find(([name]) => cellOf(parameters, name) !== undefined);
  const object = found && { object_class: found[1], object_id: cellOf(parameters, found[0]) };
  return withPatient({ ...row, ...object, ...(request && { request: withoutPrefix(request) }) });
}

/** `do_export_patients_aed`, `vw_idx_patients`, `ajax_search_patient`: what such names begin with says how they answer, not what they do. */
function withoutPrefix(name: string): string {
  const bare = name.replace(/^(?:do|ajax|httpreq|inc)_/, '');
  return bare.replace(/^vw_/, 'view_');
}

/** JSON, or the query of an address. */
function parametersIn(row: JsonObject, column: string, meter: WorkMeter): JsonObject {
  const given: unknown = row[column];
  if (isObject(given)) return given;
  const text = textOfValue(given) ?? '';
  meter.draw(text.length, column);
  if (!text.startsWith('{')) return Object.fromEntries(new URLSearchParams(text));
  const bytes = Buffer.from(text);
  const read = parseItem(bytes, 0, bytes.length);
  return read.kind === 'accepted' && isObject(read.value) ? read.value : {};
}
