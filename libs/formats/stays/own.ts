import { accepted, type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import { canonicalAuthority, canonicalIdentifier, identifierLengthMax } from '#libs/pseudonyms/canonical.js';
import type { PatientReference } from '../event.js';
import type { JsonObject } from '../json/parse-item.js';
import { limits } from '../limits.js';
import { stayTime } from './stay-time.js';
import { keyText } from '../vigie/fields.js';
import type { Stay } from './stay.js';

const statuses = ['planned', 'active', 'finished', 'cancelled'] as const;
const fields: ReadonlySet<string> = new Set(['id', 'patient_id', 'authority', 'clinic_id', 'status', 'begin', 'end']);

/** A stay in Vigie's own words. The first thing wrong is the reason; values are never quoted. */
export function ownStay(item: JsonObject): Accepted<Stay> | Rejected {
  const foreign = Object.keys(item).find((key) => !fields.has(key));
  if (foreign !== undefined) return rejected('foreign_field', '', `a stay has the fields ${[...fields].join(', ')} and no other`);
  const { status = 'active' } = item;
  if (!statuses.some((one) => one === status))
    return rejected('unknown_word', 'status', `status is one of ${statuses.join(', ')}`);
  const id = keyText(item['id'], 'id', limits.keyTextMax);
  if (id.kind === 'rejected') return id;
  const patient = patientOf(item['patient_id'], item['authority']);
  if (!patient)
    return rejected(
      'unreadable_patient',
      'patient_id',
      'patient_id is the number of one patient, as a text; authority is a text',
    );
  const clinic = item['clinic_id'] === undefined ? accepted('') : keyText(item['clinic_id'], 'clinic_id', limits.keyTextMax);
  if (clinic.kind === 'rejected') return clinic;
  const begin = stayTime(item['begin'], 'begin');
  if (begin.kind === 'rejected') return begin;
  const end = item['end'] === undefined || item['end'] === null ? undefined : stayTime(item['end'], 'end');
  if (end?.kind === 'rejected') return end;
  if (end && end.value < begin.value) return rejected('time_out_of_range', 'end', 'end lies before begin');
  return accepted({
    id: id.value,
    patient,
    clinicId: clinic.value,
    beginMs: begin.value,
    ...(end && { endMs: end.value }),
    isPlanned: status === 'planned',
    isCancelled: status === 'cancelled',
  });
}

/** A patient by a number and whose it is; undefined for what can be no number. */
export function patientOf(number: unknown, authority?: unknown): PatientReference | undefined {
  if (typeof number !== 'string' && typeof number !== 'number') return undefined;
  if (authority !== undefined && typeof authority !== 'string') return undefined;
  const id = canonicalIdentifier(String(number));
  if (!id || id.length > identifierLengthMax || !id.isWellFormed()) return undefined;
  return authority ? { id, authority: canonicalAuthority(authority) } : { id };
}
