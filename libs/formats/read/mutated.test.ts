import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { plainReading, type Reading } from '../input-format.js';
import { readOriginal } from './original.js';
import { formats } from './table.js';

const receivedMs = Date.UTC(2026, 10, 28, 10);
/** The patient of every record here: no word of a refusal may have it. */
const secret = 'S3CRETNIP';
const iso = '2026-11-28T09:12:03.120Z';

const auditEvent = {
  resourceType: 'AuditEvent',
  id: 'a1',
  type: { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' },
  subtype: [{ code: 'read' }],
  action: 'R',
  recorded: iso,
  outcome: '0',
  agent: [
    {
      type: { coding: [{ code: 'humanuser' }] },
      who: { identifier: { system: 'urn:oid:1.2.3', value: 'amartin' } },
      requestor: true,
      network: { address: '10.1.2.3', type: '2' },
    },
  ],
  source: { observer: { display: 'dpi' }, site: '750300123' },
  contained: [{ resourceType: 'Patient', id: 'p', identifier: [{ system: 'urn:oid:1.2', value: secret }] }],
  entity: [
    { what: { reference: '#p' }, role: { code: '1' } },
    {
      what: { reference: `Observation?patient=${secret}&_count=5` },
      query: Buffer.from(`Observation?subject=Patient/${secret}`).toString('base64'),
    },
  ],
};
const ownRecord = {
  time: iso,
  clinic_id: 'nord',
  actor_id: 'amartin',
  action: 'read',
  patient_ids: [secret],
  id: 'e1',
  device: 'pc',
};
const cef = `CEF:0|Vendor|Records|10|100|record opened|3|rt=${receivedMs} suser=amartin shost=ws1 cs1Label=PatientID cs1=${secret} act=read externalId=e1`;
const atna = `<?xml version="1.0"?><AuditMessage><EventIdentification EventActionCode="R" EventDateTime="${iso}" EventOutcomeIndicator="0"><EventID csd-code="110103" codeSystemName="DCM" originalText="x"/></EventIdentification><ActiveParticipant UserID="amartin" UserIsRequestor="true" NetworkAccessPointID="10.1.1.1" NetworkAccessPointTypeCode="2"><RoleIDCode csd-code="110153"/></ActiveParticipant><AuditSourceIdentification AuditSourceID="PACS"/><ParticipantObjectIdentification ParticipantObjectID="${secret}^^^&amp;1.2.3&amp;ISO" ParticipantObjectTypeCode="1" ParticipantObjectTypeCodeRole="1"><ParticipantObjectIDTypeCode csd-code="2"/><ParticipantObjectQuery>TVNIfA==</ParticipantObjectQuery></ParticipantObjectIdentification></AuditMessage>`;
const ecs = {
  '@timestamp': iso,
  ecs: { version: '8.11' },
  event: { id: 'e1', action: 'read', category: ['database'], outcome: 'success' },
  user: { name: 'amartin' },
  source: { ip: '10.0.0.9' },
  labels: { patient_id: secret },
};
const otlp = {
  resourceLogs: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'dpi' } }] },
      scopeLogs: [{ logRecords: [{ timeUnixNano: '1764316800000000000', body: { stringValue: JSON.stringify(ownRecord) } }] }],
    },
  ],
};

/** A record of each kind, as bytes. */
const seeds: Readonly<Record<string, string>> = {
  FHIR: JSON.stringify(auditEvent),
  'a Bundle': JSON.stringify({
    resourceType: 'Bundle',
    type: 'batch',
    entry: [{ fullUrl: 'urn:uuid:1', resource: auditEvent }, { resource: { resourceType: 'Patient' } }],
  }),
  'FHIR as XML': `<AuditEvent xmlns="http://hl7.org/fhir"><id value="a1"/><recorded value="${iso}"/><agent><who><identifier><value value="amartin"/></identifier></who><requestor value="true"/></agent><entity><what><reference value="Patient/${secret}"/></what></entity></AuditEvent>`,
  ATNA: atna,
  'ATNA in syslog': `<85>1 ${iso} pacs dpi 1 IHE+RFC-3881 - \uFEFF${atna}`,
  CEF: cef,
  'CEF in old syslog': `<134>Nov 28 09:12:03 gate ${cef}`,
  LEEF: `LEEF:2.0|Vendor|Records|1.0|open|^|devTime=${iso}^usrName=amartin^src=10.0.0.9^patientId=${secret}^action=read`,
  pairs: `<134>1 ${iso} gate app - - [x@1 user="amartin" patient="${secret}" action="read"] time="${iso}" user="amartin" patient_id="${secret}" action="read"`,
  ECS: JSON.stringify(ecs),
  OCSF: JSON.stringify({
    class_uid: 6001,
    activity_id: 2,
    time: receivedMs,
    metadata: { version: '1.3.0', uid: 'e1' },
    actor: { user: { name: 'amartin' } },
    unmapped: { patient_id: secret },
    resources: [{ type: 'Patient', uid: secret }],
  }),
  OTLP: JSON.stringify(otlp),
  Loki: JSON.stringify({ streams: [{ stream: { app: 'dpi' }, values: [[`${receivedMs}000000`, JSON.stringify(ownRecord)]] }] }),
  GELF: JSON.stringify({
    version: '1.1',
    host: 'dpi',
    short_message: 'opened',
    timestamp: receivedMs / 1000,
    _user: 'amartin',
    _patient_id: secret,
    full_message: cef,
  }),
  HEC: JSON.stringify({ time: receivedMs / 1000, host: 'dpi', event: ownRecord }),
  "Vigie's own": JSON.stringify(ownRecord),
  lines: `${JSON.stringify(ownRecord)}\n${JSON.stringify(ecs)}\n${cef}\n`,
  'a table': `date;utilisateur;patient;action\n28/11/2026 10:12;amartin;${secret};consultation\n"28/11/2026 10:13";"a;""b";${secret};x\n`,
  Mediboard: JSON.stringify({
    user_log_id: 1,
    date: '2026-11-28 10:12:03',
    user_id: 'amartin',
    object_class: 'CPatient',
    object_id: secret,
    type: 'store',
  }),
};

/** What means something to one reader or another. */
const tokens = [
  '"',
  '\\',
  '\\u0000',
  '{',
  '}',
  '[',
  ']',
  '<',
  '>',
  '</',
  '&',
  '&#0;',
  '<!DOCTYPE x>',
  '<![CDATA[',
  '^',
  '|',
  '=',
  ';',
  ',',
  '\n',
  '\r\n',
  '\0',
  '\uFEFF',
  '\u2028',
  '\u202E',
  '\uD83D\uDE00',
  '1e999',
  '-',
  'null',
  '__proto__',
  'constructor',
  '99999999999999999999',
  iso,
  '?',
  '%00',
  '~',
  'x'.repeat(300),
];

type Change =
  | { readonly kind: 'put'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'drop' | 'twice'; readonly at: number; readonly length: number }
  | { readonly kind: 'byte'; readonly at: number; readonly value: number };

const place = fc.double({ min: 0, max: 1, noNaN: true });
const changes = fc.array(
  fc.oneof<fc.Arbitrary<Change>[]>(
    fc.record({ kind: fc.constant('put'), at: place, bytes: fc.constantFrom(...tokens).map((text) => Buffer.from(text)) }),
    fc.record({ kind: fc.constantFrom('drop', 'twice'), at: place, length: fc.nat({ max: 80 }) }),
    fc.record({ kind: fc.constant('byte'), at: place, value: fc.nat({ max: 255 }) }),
  ),
  { minLength: 1, maxLength: 6 },
);

function changed(seed: Buffer, all: readonly Change[]): Buffer {
  let bytes = seed;
  for (const change of all) {
    const at = Math.floor(change.at * bytes.length);
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
    if (change.kind === 'put') bytes = Buffer.concat([before, change.bytes, after]);
    else if (change.kind === 'byte') bytes = Buffer.concat([before, Buffer.of(change.value), after.subarray(1)]);
    else if (change.kind === 'drop') bytes = Buffer.concat([before, after.subarray(change.length)]);
    else bytes = Buffer.concat([before, after.subarray(0, change.length), after]);
  }
  return bytes;
}

/** What a body becomes, in words that can be compared. */
function read(bytes: Uint8Array, reading: Reading): readonly string[] {
  return [...readOriginal({ kind: 'bytes', bytes, envelope: { receivedMs }, isBody: true }, reading)].map(
    ({ outcome, meter }) => {
      // Some looks at every byte, and a price for each reader that is asked: a text of some thousand characters is read some hundred times at the most.
      expect(meter.steps).toBeLessThan(400_000);
      if (outcome.kind === 'accepted') {
        for (const { id } of outcome.value.patients) expect(id.length).toBeGreaterThan(0);
        expect(Number.isInteger(outcome.value.timeMs)).toBe(true);
        return JSON.stringify(outcome.value);
      }
      expect(`${outcome.reason} ${outcome.field} ${outcome.detail}`).not.toContain(secret);
      return outcome.reason;
    },
  );
}

/** A table says nothing by itself of what its columns are. */
const tableReading: Reading = {
  ...plainReading,
  timeFormat: 'dd/MM/yyyy HH:mm',
  columns: { time: 'date', actor_id: 'utilisateur', patient_id: 'patient', action: 'action' },
  values: { action: { consultation: 'read', '*': 'other' } },
};

describe('records with bytes that were changed on their way', () => {
  it.each(Object.entries(seeds))('%s: no reader throws, quotes a patient, or reads it twice in two ways', (name, text) => {
    const own = name === 'a table' ? tableReading : plainReading;
    const seed = Buffer.from(text);
    expect(read(seed, own).some((one) => one.startsWith('{'))).toBe(true);
    const pinned = fc.constantFrom(...formats.map(({ name: format }) => ({ ...own, format })));
    fc.assert(
      fc.property(changes, fc.oneof(fc.constant(own), pinned), (all, reading) => {
        const bytes = changed(seed, all);
        expect(read(bytes, reading)).toEqual(read(bytes, reading));
      }),
      { numRuns: casesOf(120, 5_000) },
    );
  });
});
