import { accepted, type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import { listOf, objectOf, textOf } from '../fhir/elements.js';
import type { Reading } from '../input-format.js';
import { itemsOf, layoutOf } from '../json/items.js';
import { isObject, type JsonObject, parseItem } from '../json/parse-item.js';
import { limits } from '../limits.js';
import { adtStay, isHl7, messagesOf } from './adt.js';
import { type BundlePatients, fhirStays } from './fhir.js';
import { ownStay } from './own.js';
import { countedName } from '../names.js';
import type { Stay } from './stay.js';

/** The stays of one item, which may say none and be well. */
export type ReadStay = Accepted<readonly Stay[]> | Rejected;

/**
 * The stays of a body, in order: Vigie's own form (an object, an array, lines), Encounter and Appointment of FHIR, alone, as lines or in a Bundle,
 * and messages ADT of HL7 v2. Never throws.
 */
export function* readStays(body: Buffer, reading: Reading, receivedMs: number): Generator<ReadStay> {
  for (const read of staysIn(body, reading, receivedMs))
    yield read.kind === 'accepted' ? accepted(read.value.map((stay) => located(stay, reading))) : read;
}

/** The clinic as the configuration of the source has it, as for its events: whoever numbers patients clinic by clinic needs the same. */
function located(stay: Stay, { clinic }: Reading): Stay {
  const said = countedName(stay.clinicId) ?? '';
  if (!clinic) return { ...stay, clinicId: said };
  if ('fixed' in clinic) return { ...stay, clinicId: clinic.fixed };
  return { ...stay, clinicId: (Object.hasOwn(clinic.map, said) && clinic.map[said]) || said };
}

function* staysIn(body: Buffer, reading: Reading, receivedMs: number): Generator<ReadStay> {
  const head = body.toString('utf8', 0, 64);
  if (isHl7(head)) {
    for (const message of messagesOf(body.toString('utf8'))) yield alone(adtStay(message, reading, receivedMs));
    return;
  }
  for (const { start, end } of itemsOf(body, layoutOf(body))) {
    const item = parseItem(body, start, end, { bytesMax: body.length, nodesMax: limits.bundleNodesMax });
    if (item.kind === 'rejected') yield item;
    else if (!isObject(item.value)) yield rejected('not_an_object', '', 'a stay must be a JSON object');
    else yield* staysOf(item.value, reading.authorities);
  }
}

function* staysOf(item: JsonObject, authorities: readonly string[]): Generator<ReadStay> {
  const type = textOf(item['resourceType']);
  if (type === undefined) yield alone(ownStay(item));
  else if (type !== 'Bundle') yield fhirStays(item, new Map(), authorities);
  else {
    const entries = listOf(item['entry']).slice(0, limits.bundleEntriesMax + 1);
    if (entries.length > limits.bundleEntriesMax)
      return void (yield rejected('too_large', 'entry', `a Bundle has at most ${limits.bundleEntriesMax} entries`));
    const patients = patientsOf(entries);
    for (const { resource } of entries) {
      const of = objectOf(resource);
      const named = textOf(of['resourceType']);
      // What comes along to be referred to is no stay, and nothing is wrong with it.
      yield named === 'Encounter' || named === 'Appointment' ? fhirStays(of, patients, authorities) : accepted([]);
    }
  }
}

function alone(read: Accepted<Stay | undefined> | Rejected): ReadStay {
  return read.kind === 'accepted' ? accepted(read.value ? [read.value] : []) : read;
}

function patientsOf(entries: readonly JsonObject[]): BundlePatients {
  const patients = new Map<string, JsonObject>();
  for (const entry of entries) {
    const resource = objectOf(entry['resource']);
    if (textOf(resource['resourceType']) !== 'Patient') continue;
    const id = textOf(resource['id']);
    for (const name of [textOf(entry['fullUrl']), id && `Patient/${id}`]) if (name) patients.set(name, resource);
  }
  return patients;
}
