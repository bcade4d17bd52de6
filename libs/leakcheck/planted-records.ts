/** A record that names a patient properly, and once more in a place where a number of a patient has no business. */
export interface PlantedRecord {
  readonly door: 'events' | 'fhir';
  readonly value: Readonly<Record<string, unknown>>;
}

/** Puts a text (an identifier in some spelling) into a record about the patient with that identifier. */
export type Plant = (identifier: string, text: string) => PlantedRecord;

/** What all planted records of a run have in common. */
export interface PlantedIn {
  /** When the accesses happened, ISO 8601. */
  readonly time: string;
  readonly clinicId: string;
  readonly actorId: string;
}

const texts = ['actor_role', 'purpose', 'source_ip', 'device', 'user_agent', 'session_id', 'auth', 'application', 'id'];
const unknown = ['ward', 'url', 'path', 'screen', 'comment', 'nss', 'patientName', 'event_id', 'source', 'key_id', 'received_at'];

/** Every place of a record that a sender can write a text to, but for the keys of account, clinic and group, which are what they are. */
export function plantsOf({ time, clinicId, actorId }: PlantedIn): Readonly<Record<string, Plant>> {
  const event =
    (overrides: (text: string) => object): Plant =>
    (identifier, text) => ({
      door: 'events',
      value: {
        time,
        clinic_id: clinicId,
        actor_id: actorId,
        action: 'read',
        patient_ids: [identifier],
        id: 'e-1',
        ...overrides(text),
      },
    });
  const audit =
    (overrides: (text: string) => object): Plant =>
    (identifier, text) => ({
      door: 'fhir',
      value: {
        resourceType: 'AuditEvent',
        id: 'a-1',
        type: { code: 'rest' },
        action: 'R',
        recorded: time,
        outcome: '0',
        agent: [human(actorId, {})],
        source: { observer: { display: 'Record platform' }, site: clinicId },
        entity: [{ what: { identifier: { value: identifier } }, role: { code: '1' } }],
        ...overrides(text),
      },
    });
  return { ...eventPlants(event), ...auditPlants(audit, actorId) };
}

type Planting = (overrides: (text: string) => object) => Plant;

function eventPlants(event: Planting): Readonly<Record<string, Plant>> {
  return {
    ...Object.fromEntries([...texts, ...unknown].map((name) => [name, event((text) => ({ [name]: text }))])),
    'text of a wrong word': event((text) => ({ action: text })),
    'text of a wrong type': event((text) => ({ mfa: text, categories: [text] })),
    'text of a wrong time': event((text) => ({ time: text })),
    'an unknown name': event((text) => ({ [text]: 1 })),
    'a name inside a kept field': event((text) => ({ ward: { [text]: 1 } })),
    'a list of a kept field': event((text) => ({ ward: ['3B', text, { family: text }] })),
    'a number of a kept field': event((text) => ({ duration_ms: Number(text) || 0 })),
    'the own extra': event((text) => ({ extra: { ward: text, comment: text, contact: { family: text, given: text } } })),
    'an extra that is a text': event((text) => ({ extra: text })),
    'an event of the future': event((text) => ({ time: '2199-01-01T00:00:00.000Z', device: text, ward: text })),
    'the address of a kept field': event((text) => ({
      url: `https://ehr.example/r4/Patient/${text}?name=${text}&${text}=1#${text}`,
    })),
  };
}

function auditPlants(audit: Planting, actorId: string): Readonly<Record<string, Plant>> {
  return {
    'entity.name': audit((text) => ({ entity: [{ what: { identifier: { value: text } }, role: { code: '1' }, name: text }] })),
    'entity.description': audit((text) => ({ entity: [{ what: { reference: 'Observation/1' }, description: text }] })),
    'entity.detail': audit((text) => ({
      entity: [{ what: { reference: 'Observation/1' }, detail: [{ type: text, valueString: text }] }],
    })),
    'entity.query': audit((text) => ({ entity: [{ role: { code: '24' }, query: `Observation?subject=${text}` }] })),
    narrative: audit((text) => ({
      text: { div: `<div>${text}</div>` },
      outcomeDesc: text,
      extension: [{ url: text, valueString: text }],
    })),
    id: audit((text) => ({ id: text })),
    'agent.role': audit((text) => ({ agent: [human(actorId, { role: [{ text }] })] })),
    'agent.policy': audit((text) => ({ agent: [human(actorId, { policy: [`urn:ietf:params:oauth:jti:${text}`] })] })),
    'agent.purposeOfUse': audit((text) => ({ agent: [human(actorId, { purposeOfUse: [{ coding: [{ code: text }] }] })] })),
    'agent of a device': audit((text) => ({ agent: [human(actorId, {}), { who: { reference: 'Device/1', display: text } }] })),
    'agent.who': audit((text) => ({ agent: [{ who: { type: 'Patient', display: text }, requestor: true }] })),
    'agent.altId of a patient': audit((text) => ({
      agent: [{ who: { reference: 'RelatedPerson/1' }, altId: text, requestor: true }],
    })),
    'source.observer of a patient': audit((text) => ({ source: { observer: { type: 'Patient', identifier: { value: text } } } })),
    'a wrong version': audit((text) => ({ event: { id: text } })),
  };
}

function human(actorId: string, overrides: object): object {
  return { who: { type: 'Practitioner', identifier: { value: actorId } }, requestor: true, ...overrides };
}
