import { actions, actorKinds, type Category, categories, outcomes } from '#libs/contracts/vocabulary.js';
import { canonicalAuthority, canonicalIdentifier, identifierLengthMax } from '#libs/pseudonyms/canonical.js';
import { accepted, type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import type { AccessEvent, PatientReference } from '../event.js';
import { patientOfAccount } from '../patient-account.js';
import { isObject, type JsonObject } from '../json/parse-item.js';
import { limits } from '../limits.js';
import { parseTime } from '../time.js';
import { boolean, freeText, keyText, optionalWord, requiredKey, wholeNumber, word } from './fields.js';

type Read<T> = Accepted<T> | Rejected;

/** The fields of Vigie's own format; every other key is kept under `extra`. */
export const knownFields: ReadonlySet<string> = new Set([
  'time', 'group_id', 'clinic_id', 'actor_id', 'actor_role', 'actor_kind', 'privileged', 'patient_ids', 'patient_id', 'action', 'outcome',
  'record_count', 'categories', 'purpose', 'emergency', 'source_ip', 'device', 'user_agent', 'session_id', 'auth', 'mfa', 'application',
  'id', 'extra',
  // Set by Vigie; a sender's own value means nothing and is left out.
  'received_at', 'source', 'event_id', 'key_id', 'former_id',
]); // prettier-ignore

/** Throws itself past the rest of the fields; caught by `parseVigieEvent` and nowhere else. */
class Refusal extends Error {
  constructor(readonly rejected: Rejected) {
    super(rejected.detail);
  }
}

/** One event in Vigie's own format. The first thing wrong is the reason; values are never quoted, because they may be a patient's. */
export function parseVigieEvent(item: unknown): Accepted<AccessEvent> | Rejected {
  if (!isObject(item)) return rejected('not_an_object', '', 'an event must be a JSON object');
  try {
    const event = readEvent(item);
    const actorPatient = patientOfAccount(event.actorId, event.patients);
    return accepted(actorPatient ? { ...event, actorPatient } : event);
  } catch (cause) {
    if (cause instanceof Refusal) return cause.rejected;
    throw cause;
  }
}

function take<T>(read: Read<T>): T {
  if (read.kind === 'rejected') throw new Refusal(read);
  return read.value;
}

function readEvent(item: JsonObject): AccessEvent {
  const { keyTextMax, freeTextMax, userAgentMax } = limits;
  const text = (field: string, lengthMax: number = freeTextMax) => take(freeText(item, field, lengthMax));
  return defined({
    timeMs: readTime(item),
    groupId: isGiven(item['group_id']) ? take(keyText(item['group_id'], 'group_id', keyTextMax)) : undefined,
    clinicId: take(requiredKey(item, 'clinic_id', keyTextMax)),
    actorId: take(requiredKey(item, 'actor_id', keyTextMax)),
    action: take(
      isGiven(item['action'])
        ? word(item['action'], 'action', actions)
        : rejected('missing_field', 'action', 'action is missing'),
    ),
    outcome: take(optionalWord(item, 'outcome', outcomes)) ?? 'unknown',
    patients: readPatients(item),
    id: isGiven(item['id']) ? take(keyText(item['id'], 'id', keyTextMax)) : undefined,
    actorRole: text('actor_role'),
    actorKind: take(optionalWord(item, 'actor_kind', actorKinds)),
    privileged: take(boolean(item, 'privileged')),
    recordCount: take(wholeNumber(item, 'record_count', limits.recordCountMax)),
    categories: readCategories(item),
    purpose: text('purpose'),
    emergency: take(boolean(item, 'emergency')),
    sourceIp: text('source_ip'),
    device: text('device'),
    userAgent: text('user_agent', userAgentMax),
    sessionId: text('session_id'),
    auth: text('auth'),
    mfa: take(boolean(item, 'mfa')),
    application: text('application'),
    extra: readExtra(item),
  });
}

/** Only what is known, so that an absent field is absent everywhere. */
export function defined<T extends object>(event: { readonly [K in keyof T]: T[K] | undefined }): {
  -readonly [K in keyof T]: T[K];
};
export function defined(event: Readonly<Record<string, unknown>>): object {
  const known: Record<string, unknown> = {};
  for (const key in event) if (event[key] !== undefined) known[key] = event[key];
  return known;
}

function readTime(item: JsonObject): number {
  if (!isGiven(item['time'])) throw new Refusal(rejected('missing_field', 'time', 'time is missing'));
  const time = parseTime(item['time']);
  if (typeof time === 'string') throw new Refusal(rejected('bad_time', 'time', time));
  return time;
}

function readPatients(item: JsonObject): readonly PatientReference[] {
  const many: unknown = item['patient_ids'] ?? [];
  if (!Array.isArray(many)) throw new Refusal(rejected('wrong_type', 'patient_ids', 'patient_ids must be an array'));
  const given: readonly unknown[] = isGiven(item['patient_id']) ? [...many, item['patient_id']] : many;
  if (given.length > limits.patientsMax)
    throw new Refusal(rejected('too_many_patients', 'patient_ids', `more than ${limits.patientsMax} patients; split the event`));
  return given.map(readPatient);
}

function readPatient(value: unknown, index: number): PatientReference {
  const field = `patient_ids[${index}]`;
  const [given, authority] = isObject(value) ? [value['id'], value['authority']] : [value, undefined];
  const id = canonicalIdentifier(take(keyText(given, field, identifierLengthMax)));
  if (!isGiven(authority)) return { id };
  return { id, authority: canonicalAuthority(take(keyText(authority, `${field}.authority`, limits.keyTextMax))) };
}

function readCategories(item: JsonObject): readonly Category[] | undefined {
  const given = item['categories'];
  if (!isGiven(given)) return undefined;
  if (!Array.isArray(given) || given.length > limits.categoriesMax)
    throw new Refusal(
      rejected('wrong_type', 'categories', `categories must be an array of at most ${limits.categoriesMax} words`),
    );
  return given.length ? given.map((value: unknown) => take(word(value, 'categories', categories))) : undefined;
}

/** The sender's own `extra` object and its unknown keys, in one. */
function readExtra(item: JsonObject): JsonObject | undefined {
  const unknownKeys = Object.keys(item).filter((key) => !knownFields.has(key));
  const given = item['extra'];
  const own = isObject(given) ? Object.entries(given) : isGiven(given) ? [['extra', given]] : [];
  if (!unknownKeys.length && !own.length) return undefined;
  return Object.fromEntries([...own, ...unknownKeys.map((key) => [key, item[key]])]);
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
