import { rejected } from '#libs/runtime/outcome.js';
import { isObject } from '../json/parse-item.js';
import type { InputFormat } from '../input-format.js';
import type { Payload } from '../payload.js';
import { parseAuditEvent } from './audit-event.js';
import { textOf } from './elements.js';

/** FHIR AuditEvent as JSON. */
export const fhirFormat: InputFormat = {
  name: 'fhir',
  kind: 'json',
  recognises: (payload) => resourceTypeOf(payload) !== undefined,
  read: (payload, { authorities, zone }, meter) =>
    payload.kind === 'json'
      ? parseAuditEvent(payload.value, {
          meter,
          authorities,
          zone,
          receivedMs: payload.envelope.receivedMs,
          beside: payload.beside,
        })
      : rejected('not_json', '', 'a FHIR AuditEvent must be JSON'),
};

/** What a payload says that it is as a FHIR resource. */
export function resourceTypeOf(payload: Payload): string | undefined {
  return payload.kind === 'json' && isObject(payload.value) ? textOf(payload.value['resourceType']) : undefined;
}
