import type { JsonObject } from '../json/parse-item.js';
import { cellOf } from '../record/table-format.js';

/** Numbering of Mediboard's own patients, and of stays, which stand for their patients where an export names no others. */
export const mediboardPatient = 'mediboard:CPatient';
const stays: readonly string[] = ['CSejour', 'CConsultation', 'COperation'];

/** Objects that belong to no patient. */
const withoutPatient =
  /^C(?:User|Mediusers|Function|Group|Permission|Preference|Config|Module|Modele|Catalogue|Protocole|Product|Plage)/i;

/**
 * A row with the patient of its object: the one whom the export has joined, the object itself where it is a patient, or the stay. A stay is
 * not its patient: somebody with two stays counts twice then, and the page says how to join. Any other object is somebody's of whom nobody
 * knows who it is.
 */
export function withPatient(row: JsonObject): JsonObject {
  const patient = cellOf(row, 'patient_id') ?? cellOf(row, 'ipp') ?? cellOf(row, 'ins');
  const objectClass = cellOf(row, 'object_class');
  const object = cellOf(row, 'object_id');
  const nobody: JsonObject = { ...row, patient_id: cellOf(row, 'patient_id') };
  if (patient !== undefined || objectClass === undefined || object === undefined) return nobody;
  if (/^CPatient$/i.test(objectClass)) return { ...row, patient_id: object };
  const stay = stays.find((one) => one.toLowerCase() === objectClass.toLowerCase());
  if (stay) return { ...nobody, stay: { id: object, authority: `mediboard:${stay}` } };
  return withoutPatient.test(objectClass) ? nobody : { ...nobody, stay: {} };
}
