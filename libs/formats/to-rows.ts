import { type AccessRow, believedTime } from '#libs/contracts/access-row.js';
import { canonicalIdentifier, clinicAuthority, groupAuthority } from '#libs/pseudonyms/canonical.js';
import type { GroupKeys } from '#libs/pseudonyms/key-ring.js';
import type { Pseudonymiser } from '#libs/pseudonyms/pseudonymiser.js';
import { addressOf } from './address.js';
import type { AccessEvent, PatientReference } from './event.js';
import { eventIdsOf } from './event-id/event-id.js';
import { extraText, harmlessFields } from './extra.js';
import { Mask, type Replacement } from './mask/mask.js';
import { isoText } from './time.js';
import { WorkMeter } from './work-meter.js';

/** What a credential says about everything that comes with it. */
export interface SourceContext {
  readonly groupId: string;
  readonly source: string;
  readonly keys: GroupKeys;
  /**
   * Whose numbering a patient identifier without authority is: `group` for a platform that the clinics share, `clinic` for clinics
   * that number their own, or the name of an authority.
   */
  readonly authority: string;
  /** Unknown fields that are kept under `extra`, a field inside another with points; `harmlessFields` when it is left out. */
  readonly extraFields?: readonly string[];
}

/** What it takes to make a pseudonym and the row of a patient, as steps. */
const stepsOfRow = 64;

/**
 * The rows of one event: one per distinct patient, or one with an empty `patient_id`. All have the same `event_id` and lie in the same
 * partition. No clear identifier of the event's own patients is left in them. The event id stands for the time that the source gave, so
 * that it is the same when a record that is dated ahead comes again. `content` is what names the record when the source gave no
 * id: any value that is the same when the record comes again. `meter` pays for the work; to be used inside `metered`. `identifiers` takes the
 * patients' own, in the order of the rows, for whoever needs more of them than a pseudonym; they go no further.
 */
export function toRows(
  event: AccessEvent,
  source: SourceContext,
  receivedAt: string,
  content: unknown,
  meter: WorkMeter = new WorkMeter(),
  identifiers: string[] = [],
): readonly AccessRow[] {
  meter.draw(stepsOfRow * event.patients.length, 'patient_ids');
  const receivedMs = Date.parse(receivedAt);
  const { active, former } = source.keys.at(receivedMs);
  const said = saidUnder(active, event, source, meter);
  const { timeMs, claimedMs } = believedTime(event.timeMs, receivedMs);
  const eventId = eventIdsOf(source.keys, source.groupId, source.source).of(
    event.id === undefined ? { item: content } : { id: event.id },
    contentOf(said.isMasked && active !== source.keys.oldest ? saidUnder(source.keys.oldest, event, source, meter) : said),
  );
  identifiers.push(...said.patients.map(({ identifier }) => identifier));
  return (said.patients.length ? said.patients : [undefined]).map((patient) => ({
    ...said.before,
    time: isoText(timeMs),
    patient_id: patient?.pseudonym ?? '',
    ...said.between,
    event_id: eventId,
    source: source.source,
    received_at: receivedAt,
    ...said.optional,
    ...(patient ? { key_id: active.keyId } : {}),
    ...(patient && former ? { former_id: former.of(patient.authority, patient.identifier) } : {}),
    ...said.extra,
    ...(claimedMs === undefined ? {} : { time_claimed: isoText(claimedMs) }),
  }));
}

/** What the rows of an event say. */
interface Said {
  readonly before: Pick<AccessRow, 'time' | 'group_id' | 'actor_id'>;
  readonly between: Pick<AccessRow, 'clinic_id' | 'action' | 'outcome'>;
  readonly optional: Partial<AccessRow>;
  readonly extra: Pick<AccessRow, 'extra'>;
  /** Each once. */
  readonly patients: readonly Patient[];
  /** It holds pseudonyms elsewhere than as its patients. */
  readonly isMasked: boolean;
}

interface Patient extends Replacement {
  readonly authority: string;
}

function saidUnder(key: Pseudonymiser, event: AccessEvent, source: SourceContext, meter: WorkMeter): Said {
  const of = (patient: PatientReference) => patientUnder(key, patient, event.clinicId, source);
  const patients = event.patients.map(of);
  const actor = event.actorPatient && of(event.actorPatient);
  const mask = new Mask(actor ? [...patients, actor] : patients, meter);
  const optional = optionalColumns(event, mask);
  const extra = extraText(event.extra, source.extraFields ?? harmlessFields, mask);
  return {
    before: {
      time: isoText(event.timeMs),
      group_id: source.groupId,
      actor_id: actor ? `patient:${actor.pseudonym}` : event.actorId,
    },
    between: { clinic_id: event.clinicId, action: event.action, outcome: event.outcome },
    optional,
    extra: extra ? { extra } : {},
    patients: [...new Map(patients.map((patient) => [patient.pseudonym, patient])).values()],
    isMasked: mask.hasReplaced || actor !== undefined,
  };
}

/**
 * What a record says, as the parts of its row between those that are no content: patient, event id, source and arrival, key. Patients are
 * none, because each has a row of its own: a record that comes again with others adds them, and takes none away.
 */
function contentOf({ before, between, optional, extra }: Said): readonly string[] {
  const more = JSON.stringify({ ...optional, ...extra }).slice(1, -1);
  return [
    `${JSON.stringify(before).slice(0, -1)},"patient_id":"`,
    `",${JSON.stringify(between).slice(1, -1)},"event_id":"`,
    more && `,${more}`,
  ];
}

/** The authority of a bare identifier. */
export function authorityOf(source: Pick<SourceContext, 'authority' | 'groupId'>, clinicId: string): string {
  if (source.authority === 'group') return groupAuthority(source.groupId);
  return source.authority === 'clinic' ? clinicAuthority(source.groupId, clinicId) : source.authority;
}

function patientUnder(key: Pseudonymiser, patient: PatientReference, clinicId: string, source: SourceContext): Patient {
  const identifier = canonicalIdentifier(patient.id);
  const authority = patient.authority ?? authorityOf(source, clinicId);
  return { identifier, authority, pseudonym: key.of(authority, identifier) };
}

function optionalColumns(event: AccessEvent, mask: Mask): Partial<AccessRow> {
  const text = (value: string | undefined, field: string) => (value === undefined ? undefined : mask.text(value, field));
  return withoutUndefined({
    actor_role: text(event.actorRole, 'actor_role'),
    actor_kind: event.actorKind,
    privileged: event.privileged,
    record_count: event.recordCount,
    categories: event.categories && [...event.categories],
    purpose: text(event.purpose, 'purpose'),
    emergency: event.emergency,
    source_ip: text(event.sourceIp && (addressOf(event.sourceIp) ?? event.sourceIp), 'source_ip'),
    device: text(event.device, 'device'),
    user_agent: text(event.userAgent, 'user_agent'),
    session_id: text(event.sessionId, 'session_id'),
    auth: text(event.auth, 'auth'),
    mfa: event.mfa,
    application: text(event.application, 'application'),
  });
}

function withoutUndefined<T extends object>(columns: { readonly [K in keyof T]: T[K] | undefined }): Partial<T>;
function withoutUndefined(columns: object): object {
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

/** The row as a line of a frame, its keys in the order of the contract, without the line end. */
export function rowLine(row: AccessRow): string {
  return JSON.stringify(row);
}
