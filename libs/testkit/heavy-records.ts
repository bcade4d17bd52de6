/** Where a body is sent. */
export type Door = 'events' | 'fhir';

/** A body that makes as much work of its bytes as somebody could think of. */
export interface HeavyBody {
  readonly door: Door;
  readonly value: object;
}

/** Bodies of about so many bytes as JSON, by what multiplies in them. */
export type HeavyShape = (bytes: number) => HeavyBody;

const now = '2026-11-23T08:12:03.120Z';
const reads = { resourceType: 'AuditEvent', type: { code: 'rest' }, action: 'R', recorded: now, outcome: '0' };
const agent = [{ who: { identifier: { value: 'dr.martin' } }, requestor: true }];
const base = { time: now, clinic_id: '750300123', actor_id: 'dr.martin', action: 'export', id: '1' };

/** As many as come to so many bytes. */
function many<T>(bytes: number, one: (index: number) => T, max = Infinity): T[] {
  const each = JSON.stringify(one(10_000)).length + 1;
  return Array.from({ length: Math.max(1, Math.min(max, Math.floor(bytes / each))) }, (_, index) => one(index));
}

const audit = (overrides: object): HeavyBody => ({ door: 'fhir', value: { ...reads, agent, ...overrides } });
const event = (overrides: object): HeavyBody => ({ door: 'events', value: { ...base, ...overrides } });
const bundleOf = (entry: readonly object[]): HeavyBody => ({
  door: 'fhir',
  value: { resourceType: 'Bundle', type: 'batch', entry },
});
const patients = (bytes: number) => many(bytes, (index) => String(8_000_000 + index), 20_000);
const emptyIdentifiers = (bytes: number) => many(bytes, (index) => ({ system: `urn:${index}` }));
const pointing = (bytes: number, reference: string) => many(bytes, () => ({ what: { reference } }));

/** What was tried against Vigie, and what is near to it. */
export const heavyShapes: Readonly<Record<string, HeavyShape>> = {
  'contained resources times entities': (bytes) =>
    audit({
      contained: many(bytes / 2, (index) => ({ resourceType: 'Patient', id: `p${index}` })),
      entity: many(bytes / 2, (index) => ({ what: { reference: `#p${index}` } })),
    }),
  'identifiers of one contained resource times entities that point to it': (bytes) =>
    audit({
      contained: [{ resourceType: 'Patient', id: 'p', identifier: emptyIdentifiers(bytes / 2) }],
      entity: pointing(bytes / 2, '#p'),
    }),
  'identifiers of one entry times entries that point to it': (bytes) =>
    bundleOf([
      { fullUrl: 'urn:uuid:1', resource: { resourceType: 'Patient', identifier: emptyIdentifiers(bytes / 2) } },
      ...many(bytes / 2, () => ({ resource: { ...reads, agent, entity: [{ what: { reference: 'urn:uuid:1' } }] } }), 4999),
    ]),
  'agents with many codes': (bytes) =>
    audit({
      agent: many(bytes, () => ({ role: [{ coding: many(400, (code) => ({ code: `c${code}` })) }], who: { display: 'x' } })),
    }),
  'a search for many patients': (bytes) => audit({ entity: [{ query: `Observation?patient=${'1,'.repeat(bytes / 2)}` }] }),
  'a search of many parameters': (bytes) =>
    audit({ entity: [{ query: `Observation?${'a.b:c=Patient/1&'.repeat(bytes / 16)}` }] }),
  'a request with a long row of blanks': (bytes) => audit({ entity: [{ query: `GET a${' '.repeat(bytes)}b` }] }),
  'a reference with a long row of blanks': (bytes) => audit({ entity: [{ what: { reference: `GET a${' '.repeat(bytes)}b` } }] }),
  'a reference of many slashes': (bytes) => audit({ entity: [{ what: { reference: '/A/Patient'.repeat(bytes / 10) } }] }),
  'long identifiers in HL7 v2': (bytes) =>
    audit({ entity: [{ what: { identifier: { value: '&amp;^'.repeat(bytes / 6) } }, role: { code: '1' } }] }),
  'patients times unknown fields': (bytes) =>
    event({
      patient_ids: patients(bytes / 2),
      extra: Object.fromEntries(many(bytes / 2, (index) => [`k${index}`, '8000001'] as const)),
    }),
  'patients times values of a field that is kept': (bytes) =>
    event({ patient_ids: patients(bytes / 2), ward: many(bytes / 2, () => '8000001') }),
  'patients times a text': (bytes) =>
    event({ patient_ids: patients(bytes), user_agent: 'x'.repeat(2048), ward: 'y'.repeat(1000) }),
  'patients times all texts': (bytes) =>
    event({
      patient_ids: patients(bytes),
      ...Object.fromEntries(
        ['actor_role', 'purpose', 'device', 'session_id', 'auth', 'application'].map((name) => [name, 'z'.repeat(1024)]),
      ),
    }),
  'patients times long keys': (bytes) =>
    event({ patient_ids: patients(bytes), actor_id: '\u75c5'.repeat(256), clinic_id: '\u75c5'.repeat(256) }),
  'patients that are each the beginning of the next': (bytes) =>
    event({
      patient_ids: Array.from({ length: Math.floor(Math.sqrt(bytes)) }, (_, index) => 'a'.repeat((index % 256) + 1)),
      user_agent: 'a'.repeat(2048),
    }),
  'patients of one authority each': (bytes) =>
    event({ patient_ids: many(bytes, (index) => ({ id: `p${index}`, authority: `a${index}` }), 20_000) }),
  'patients in a text of percent escapes': (bytes) => event({ patient_ids: patients(bytes), user_agent: '%38'.repeat(600) }),
  'patients in a text of base64': (bytes) => event({ patient_ids: patients(bytes), user_agent: 'ODAw'.repeat(500) }),
  'an array of short records of 256 patients': (bytes) => ({
    door: 'events',
    value: many(bytes, () => ({
      ...base,
      patient_ids: Array.from({ length: 256 }, (_, index) => String(index)),
      device: 'w'.repeat(1000),
    })),
  }),
};
