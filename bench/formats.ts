/**
 * Formats: from the bytes of a record to its event, for records of each kind, against `JSON.parse` (for what is JSON), the bare XML parser (for
 * ATNA) or splitting at blanks (for lines of text) over the same records in the same run. Processor time, median of rounds that take turns.
 */
import { XMLParser } from 'fast-xml-parser';
import { plainReading } from '#libs/formats/input-format.js';
import { payloadOf } from '#libs/formats/payload.js';
import { readPayload } from '#libs/formats/read/read-payload.js';
import { report } from './yardstick/report.js';

const records = Number(process.env['BENCH_EVENTS'] ?? 5000);
/** A service reads for days, and what is compiled for it after the first 50,000 records is what counts; what it is compared with is native. */
const warmUpRounds = 12;
const rounds = 9;
const now = Date.UTC(2026, 10, 28, 10);
const xml = new XMLParser({ ignoreAttributes: false, parseAttributeValue: false, parseTagValue: false, processEntities: false });

interface Kind {
  readonly make: (index: number) => string;
  /** What it is measured against, and what that does with a record. */
  readonly against: 'JSON.parse' | 'bare XML parser' | 'split at blanks';
}

const plain: Readonly<Record<Kind['against'], (text: string) => unknown>> = {
  'JSON.parse': (text) => JSON.parse(text),
  'bare XML parser': (text) => xml.parse(text),
  'split at blanks': (text) => text.split(' '),
};

const at = (index: number) => new Date(now - 1_000_000 + index * 37).toISOString();
const patient = (index: number) => `80${index % 5000}`;
const cef = (index: number) =>
  `CEF:0|Vendor|Records|10|100|record opened|3|rt=${now + index} suser=u${index % 1000} shost=ws1 cs1Label=PatientID cs1=${patient(index)} act=read externalId=e${index}`;

const kinds: Readonly<Record<string, Kind>> = {
  'FHIR AuditEvent': {
    against: 'JSON.parse',
    make: (index) =>
      JSON.stringify({
        resourceType: 'AuditEvent',
        id: `a${index}`,
        type: { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' },
        subtype: [{ code: 'read' }],
        action: 'R',
        recorded: at(index),
        outcome: '0',
        agent: [
          {
            type: { coding: [{ code: 'humanuser' }] },
            who: { identifier: { system: 'https://rpps.esante.gouv.fr', value: `1010000${index % 1000}` } },
            requestor: true,
            network: { address: '10.1.2.3', type: '2' },
          },
        ],
        source: { observer: { display: 'dpi' }, site: '750300123' },
        entity: [
          { what: { reference: `Patient/${patient(index)}` }, role: { code: '1' } },
          { what: { reference: 'Observation/9' }, role: { code: '4' } },
        ],
      }),
  },
  'own format': {
    against: 'JSON.parse',
    make: (index) =>
      JSON.stringify({
        time: at(index),
        clinic_id: '750300123',
        actor_id: `u${index % 1000}`,
        action: 'read',
        outcome: 'success',
        patient_ids: [patient(index)],
        id: `e${index}`,
        device: 'pc',
        session_id: 's1',
      }),
  },
  ECS: {
    against: 'JSON.parse',
    make: (index) =>
      JSON.stringify({
        '@timestamp': at(index),
        ecs: { version: '8.11' },
        event: { id: `e${index}`, action: 'read', category: ['database'], type: ['access'], outcome: 'success' },
        user: { name: `u${index % 1000}` },
        source: { ip: '10.0.0.9' },
        host: { name: 'h' },
        labels: { patient_id: patient(index) },
      }),
  },
  CEF: { against: 'split at blanks', make: cef },
  'CEF in syslog': { against: 'split at blanks', make: (index) => `<134>1 ${at(index)} gate app - - - ${cef(index)}` },
  ATNA: {
    against: 'bare XML parser',
    make: (index) =>
      `<?xml version="1.0"?><AuditMessage><EventIdentification EventActionCode="R" EventDateTime="${at(index)}" EventOutcomeIndicator="0"><EventID csd-code="110103" codeSystemName="DCM" originalText="x"/></EventIdentification><ActiveParticipant UserID="u${index % 1000}" UserName="U" UserIsRequestor="true" NetworkAccessPointID="10.1.1.1" NetworkAccessPointTypeCode="2"><RoleIDCode csd-code="110153"/></ActiveParticipant><AuditSourceIdentification AuditSourceID="PACS" AuditEnterpriseSiteID="750300003"/><ParticipantObjectIdentification ParticipantObjectID="${patient(index)}^^^&amp;1.2.3&amp;ISO" ParticipantObjectTypeCode="1" ParticipantObjectTypeCodeRole="1"><ParticipantObjectIDTypeCode csd-code="2"/></ParticipantObjectIdentification></AuditMessage>`,
  },
};

report.note(`${records} records a round`);
for (const [name, { make, against }] of Object.entries(kinds)) {
  const texts = Array.from({ length: records }, (_, index) => make(index));
  const bodies = texts.map((text) => Buffer.from(text));
  const pairs = Array.from({ length: warmUpRounds + rounds }, () => ({
    read: read(bodies),
    plain: parse(texts, plain[against]),
  }));
  const counted = pairs.slice(warmUpRounds);
  const [own, other] = [median(counted.map((pair) => pair.read)), median(counted.map((pair) => pair.plain))];
  report.figure(`${name}, ${bodies[0]?.length ?? 0} bytes`, own, 'us of the processor a record');
  report.ratio(name, other / own, `the rate of ${against}`);
}

/** Microseconds of processor time a record. */
function read(bodies: readonly Buffer[]): number {
  const before = process.cpuUsage();
  for (const body of bodies) {
    const payload = payloadOf(body, { receivedMs: now });
    if (payload.kind === 'rejected') throw new Error(payload.detail);
    for (const { outcome } of readPayload(payload.value, plainReading))
      if (outcome.kind === 'rejected') throw new Error(outcome.detail);
  }
  return since(before);
}

function parse(texts: readonly string[], work: (text: string) => unknown): number {
  const before = process.cpuUsage();
  let made = 0;
  for (const text of texts) if (work(text) !== undefined) made += 1;
  if (made !== texts.length) throw new Error('the records are not what they should be');
  return since(before);
}

function since(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / records;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
