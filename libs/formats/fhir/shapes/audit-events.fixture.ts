import * as fc from 'fast-check';

/** A number as only patients have it. */
export const national = '184127645108946';

/** What an invented record tells, place by place: in earnest or not. */
export interface Told {
  readonly id: unknown;
  readonly at: unknown;
  readonly account: unknown;
  readonly system: unknown;
  readonly name: unknown;
  readonly altId: unknown;
  readonly agentType: string;
  readonly address: unknown;
  readonly patient: unknown;
  readonly number: unknown;
  readonly numbering: unknown;
  readonly second: unknown;
  readonly role: string;
  readonly what: unknown;
  readonly entityName: unknown;
  readonly encounter: unknown;
  readonly request: unknown;
}

export const usual: Told = {
  id: 'a1',
  at: '2026-11-28T08:12:03.120Z',
  account: '10100001234',
  system: 'https://rpps.esante.gouv.fr',
  name: undefined,
  altId: undefined,
  agentType: 'humanuser',
  address: '10.1.2.3',
  patient: '800001',
  number: undefined,
  numbering: 'urn:oid:1.2.250.1.71.9',
  second: undefined,
  role: '1',
  what: 'Observation/9',
  entityName: undefined,
  encounter: undefined,
  request: undefined,
};

/** An AuditEvent that tells so. */
export function access(told: Told): object {
  const {
    id,
    at,
    account,
    system,
    name,
    altId,
    agentType,
    address,
    patient,
    number,
    numbering,
    second,
    role,
    what,
    entityName,
    encounter,
    request,
  } = told;
  const reference =
    patient === undefined ? undefined : typeof patient === 'string' && !patient.includes('/') ? `Patient/${patient}` : patient;
  return {
    resourceType: 'AuditEvent',
    id,
    meta: { lastUpdated: at },
    type: { code: 'rest' },
    subtype: [{ code: 'read' }],
    recorded: at,
    outcome: '0',
    agent: [
      {
        type: { coding: [{ code: agentType }] },
        who: { identifier: { system, value: account }, display: name },
        altId,
        name,
        requestor: true,
        network: { address, type: '2' },
      },
      { who: { reference: 'Device/gate', display: 'gate' }, requestor: false },
    ],
    source: { observer: { display: 'dpi' }, site: '750300123' },
    entity: [
      { what: { reference, identifier: numbersOf(number, numbering, second) }, role: { code: role }, name: entityName },
      { what: { reference: what }, role: { code: '4' } },
      ...(encounter === undefined ? [] : [{ what: { reference: `Encounter/${String(encounter)}` } }]),
      ...(request === undefined ? [] : [{ type: { code: 'XrequestId' }, what: { identifier: { value: request } } }]),
    ],
  };
}

function numbersOf(value: unknown, system: unknown, second: unknown): unknown {
  if (value === undefined) return undefined;
  const first = { system, value };
  return second === undefined ? first : [first, { system, value: second }];
}

/** What a place should not hold, or what would be read as something else there. */
const odd: readonly unknown[] = [
  undefined,
  null,
  12,
  '',
  ' ',
  'a b',
  ' a',
  'a\u00a0',
  '\u00a0',
  'é',
  'e\u0301',
  '\u200b',
  '\u2028',
  'x"y',
  'x\\y',
  '\n',
  '<actor of a slot>',
  '<id of a slot>',
  national,
  '1 84 12 76 451 089 46',
  'A123456789',
  '7601000000002',
  'urn:uuid:1',
  'Patient/7',
  '#p',
  '12^^^&1.2&ISO',
  'a|b',
  'a?b',
  '0012',
  '12',
  'unknown',
  '-',
  'F47AC10B-58CC-4372-A567-0E02B2C3D479',
  'x'.repeat(70),
  '10.1.2.300',
  'fe80::1',
  '2026-11-28',
  '2026-02-29T08:00:00Z',
  '2026-11-28T23:59:60Z',
  '2026-11-28 08:00:00',
  '2026-11-28T08:00:00.1234Z',
  '2026-11-28T08:00:00+14:30',
  {},
  [],
];
const numbers = ['12', '0012', '800001', '800002', 'jmartin', '10100001234', 'q1', 'e'];
const names = ['Dr Martin', 'Infirmière Éa', 'e\u0301', '12'];
const systems = [
  'https://rpps.esante.gouv.fr',
  'urn:oid:1.2.250.1.71.9',
  'fhir:Patient',
  'https://gematik.de/fhir/sid',
  undefined,
];
/** What a place holds in earnest. */
const earnest: { readonly [K in keyof Told]: readonly Told[K][] } = {
  id: ['a1', 'a2', 'B-3.x'],
  at: ['2026-11-28T08:12:03.120Z', '2026-11-29T23:00:00Z', '2024-02-29T12:00:00.000Z', '2026-11-28T08:12:03.1+01:00'],
  account: numbers,
  system: systems,
  name: names,
  altId: numbers,
  agentType: ['humanuser', '110153', 'PAT', 'DOC'],
  address: ['10.1.2.3', '10.1.2.4'],
  patient: numbers,
  number: numbers,
  numbering: systems,
  second: numbers,
  role: ['1', '4'],
  what: ['Observation/9', 'Observation/10', 'https://x.example/fhir/Coverage/3', 'Patient/800002', 'Group/1'],
  entityName: ['Bilan', 'A123456789'],
  encounter: ['E1', 'E2'],
  request: ['r1', 'r2'],
};
const places = Object.keys(earnest) as readonly (keyof Told)[];
/** The values of some places, in earnest or not. */
const some = (weight: number): fc.Arbitrary<Partial<Told>> =>
  fc
    .array(
      fc
        .constantFrom(...places)
        .chain((place) =>
          fc
            .oneof(
              { arbitrary: fc.constantFrom<unknown>(...earnest[place]), weight },
              { arbitrary: fc.constantFrom(...odd), weight: 1 },
            )
            .map((value) => [place, value] as const),
        ),
      { maxLength: 5 },
    )
    .map((values) => Object.fromEntries(values));
/** Records of one system, each of which is another than the first by the values of a few places. */
export const records: fc.Arbitrary<readonly Told[]> = fc
  .tuple(some(20), fc.array(some(3), { minLength: 1, maxLength: 10 }))
  .map(([first, others]) => [{ ...usual, ...first }, ...others.map((other) => ({ ...usual, ...first, ...other }))]);
export const readings: readonly (readonly string[])[] = [[], ['urn:oid:1.2.250.1.71.9'], ['fhir:Patient']];
