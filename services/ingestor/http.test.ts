import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { EVENT_LOG } from '#libs/event-log/nest/event-log.module.js';
import { RuntimeModule } from '#libs/runtime/runtime.module.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { readIngestorConfig } from './config.js';
import { IngestService } from './ingest.service.js';
import { ingestorAdapter } from './http-adapter.js';
import { IngestorModule } from './ingestor.module.js';
import { MemoryLog } from './memory-log.fixture.js';

const portBase = await freePortBase();
const base = `http://127.0.0.1:${portBase}`;
const bodyBytesMax = 64 * 1024;
const [token, otherToken] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')];

describe('the ingestor over HTTP', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'vigie-ingestor-'));
  let log: MemoryLog;
  let app: NestFastifyApplication;
  beforeAll(async () => {
    log = new MemoryLog();
    const config = readIngestorConfig({
      VIGIE_PORT_BASE: String(portBase),
      VIGIE_DATA_DIR: dataDir,
      VIGIE_INGEST_TOKENS: `siem@helix=${token},ris@helix=${otherToken};authority=clinic`,
      VIGIE_INGEST_BODY_BYTES: String(bodyBytesMax),
      VIGIE_INGEST_INFLATED_BYTES: String(4 * bodyBytesMax),
      VIGIE_INGEST_BODY_SECONDS: '1',
      VIGIE_INGEST_ACK_SECONDS: '1',
    });
    const imports = [RuntimeModule.forService('ingestor', 'error'), IngestorModule.forConfig(config)];
    const module = await Test.createTestingModule({ imports }).overrideProvider(EVENT_LOG).useValue(log).compile();
    app = module.createNestApplication<NestFastifyApplication>(ingestorAdapter(5000), { logger: false, bodyParser: false });
    await app.listen(portBase, '127.0.0.1');
    await app.get(IngestService).taking;
  });
  afterAll(async () => {
    await app.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it.each([
    ['a word', 'garbage\u0000\u0001 here\r\n\r\n'],
    ['a request that is cut', 'POST /v1/events HTTP/1.1\r\nHost\r\n\r\n'],
    ['a body without a length', '{"time":"2024-11-19T08:12:03.120Z"}\n'],
    ['a header that is too long', `GET / HTTP/1.1\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`],
  ])('answers a request that is whole before it closes over what comes behind it: %s', async (what, behind) => {
    const body = JSON.stringify(event({ id: `before ${what}` }));
    const request = `POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const answer = await raw(`${request}${behind}`);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain('"accepted":1');
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(await raw(behind)).toMatch(/^HTTP\/1\.1 4\d\d /);
  });

  it('answers who asks before it sends: Event Grid by its code, senders of CloudEvents by OPTIONS', async () => {
    const asked = [{ eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent', data: { validationCode: '512d38b6' } }];
    const validation = { 'aeg-event-type': 'SubscriptionValidation' };
    expect(await post('/v1/events', JSON.stringify(asked), validation)).toMatchObject({
      status: 200,
      body: { validationResponse: '512d38b6' },
    });
    expect(await post('/v1/events', JSON.stringify(event({ id: 'g' })), validation)).toMatchObject({ body: { accepted: 1 } });
    const options = await fetch(`${base}/v1/events`, {
      method: 'OPTIONS',
      headers: { 'webhook-request-origin': 'eventgrid.azure.net' },
    });
    expect([options.status, options.headers.get('webhook-allowed-origin')]).toEqual([200, 'eventgrid.azure.net']);
    expect(options.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('takes one object, an array and lines, plain or compressed', async () => {
    const ndjson = `${JSON.stringify(event({ id: 'a' }))}\n${JSON.stringify(event({ id: 'b' }))}\n`;
    expect(await post('/v1/events', JSON.stringify(event({ id: 'c' }), null, 2))).toMatchObject({
      status: 200,
      body: { accepted: 1 },
    });
    expect(await post('/v1/events', JSON.stringify([event({ id: 'd' }), event({ id: 'e' })]))).toMatchObject({
      status: 200,
      body: { accepted: 2 },
    });
    expect(await post('/v1/events', ndjson)).toMatchObject({ status: 200, body: { accepted: 2, refused: [] } });
    expect(await post('/v1/events', gzipSync(ndjson), { 'content-encoding': 'gzip' })).toMatchObject({
      status: 200,
      body: { accepted: 2 },
    });
    expect(await post('/v1/events', zstdCompressSync(Buffer.from(ndjson)), { 'content-encoding': 'zstd' })).toMatchObject({
      status: 200,
      body: { accepted: 2 },
    });
  });

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ] as const)('takes every part of a body that was packed in parts, or nothing (%s)', async (encoding, pack) => {
    const headers = { 'content-encoding': encoding };
    const parts = ['x', 'y', 'z'].map((id) => pack(Buffer.from(`${JSON.stringify(event({ id: `${encoding}-${id}` }))}\n`)));
    expect(await post('/v1/events', Buffer.concat(parts), headers)).toMatchObject({ status: 200, body: { accepted: 3 } });
    for (const wrong of [Buffer.concat([...parts, Buffer.from('garbage')]), Buffer.concat(parts).subarray(0, -1)]) {
      const rows = await log.during(async () => expect(await post('/v1/events', wrong, headers)).toMatchObject({ status: 400 }));
      expect(rows).toEqual([]);
    }
  });

  it('is ready, and shows its figures', async () => {
    expect((await fetch(`${base}/health/ready`)).status).toBe(200);
    expect((await fetch(`${base}/health/live`)).status).toBe(200);
    expect(await (await fetch(`${base}/metrics`)).text()).toContain(
      'vigie_events_received_total{group_id="helix",source="siem",service="ingestor"}',
    );
  });

  it('reads nothing before a credential', async () => {
    expect(await post('/v1/events', '{}', { authorization: '' })).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer' },
    });
    expect(await post('/v1/events', '{}', { authorization: 'Bearer wrong-token' })).toMatchObject({ status: 403 });
    expect(await post('/fhir', '{}', { authorization: '' })).toMatchObject({
      status: 401,
      body: { resourceType: 'OperationOutcome' },
    });
  });

  it.each([
    ['an unknown media type', 415, '{}', { 'content-type': 'application/xml' }],
    ['an unknown charset', 415, '{}', { 'content-type': 'application/json; charset=latin1' }],
    ['an unknown encoding', 415, '{}', { 'content-encoding': 'br' }],
    ['nested encodings', 415, '{}', { 'content-encoding': 'gzip, gzip' }],
    ['bytes that are not gzip', 400, 'hello', { 'content-encoding': 'gzip' }],
    ['a gzip that is cut off', 400, gzipSync('x'.repeat(10_000)).subarray(0, 20), { 'content-encoding': 'gzip' }],
    [
      'a gzip bomb',
      413,
      gzipSync(Buffer.alloc(50_000_000), { level: constants.Z_BEST_COMPRESSION }).subarray(0, bodyBytesMax - 1),
      { 'content-encoding': 'gzip' },
    ],
    ['a zstd bomb', 413, zstdCompressSync(Buffer.alloc(50_000_000)), { 'content-encoding': 'zstd' }],
    ['an empty body', 400, '', {}],
    ['no JSON at all', 400, 'hello', {}],
    ['a body over the limit', 413, 'x'.repeat(bodyBytesMax + 1), {}],
  ] as const)('answers %s with %i', async (_what, status, body, headers) => {
    const answer = await post('/v1/events', body, headers);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ error: expect.stringMatching(/\w{3}/) });
  });

  it('answers 408 when a body does not come, 413 to an endless one, 400 to both lengths at once', async () => {
    const head = `POST /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n`;
    expect(await raw(`${head}Content-Length: 100\r\n\r\n{`)).toMatch(/^HTTP\/1.1 408/);
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    expect(await raw(`${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(5)}`)).toMatch(/^HTTP\/1.1 413/);
    expect(await raw(`${head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)).toMatch(/^HTTP\/1.1 400/);
  });

  it('gives one person one pseudonym over the clinics of a shared platform, and one per clinic where clinics number their own', async () => {
    const both = JSON.stringify([event({ id: 'p1', clinic_id: 'A' }), event({ id: 'p2', clinic_id: 'B' })]);
    const shared = await log.during(() => post('/v1/events', both));
    expect(new Set(shared.map((row) => row['patient_id'])).size).toBe(1);
    const own = await log.during(() => post('/v1/events', both, { authorization: `Bearer ${otherToken}` }));
    expect(new Set(own.map((row) => row['patient_id'])).size).toBe(2);
  });

  it('takes a FHIR AuditEvent and says where it is', async () => {
    const answer = await post('/fhir/AuditEvent', JSON.stringify(auditEvent({})), { 'content-type': 'application/fhir+json' });
    expect(answer).toMatchObject({ status: 201, headers: { location: expect.stringMatching(/^AuditEvent\/[0-9a-f]{32}$/) } });
    expect(await post('/fhir/AuditEvent', JSON.stringify({ resourceType: 'Patient' }))).toMatchObject({
      status: 422,
      body: { resourceType: 'OperationOutcome' },
    });
    expect(await post('/fhir/AuditEvent', '{"a":')).toMatchObject({ status: 400, body: { resourceType: 'OperationOutcome' } });
  });

  it('takes FHIR as XML too, as the same events', async () => {
    const headers = { 'content-type': 'application/fhir+xml; charset=utf-8' };
    const asJson = await log.during(() => post('/fhir/AuditEvent', JSON.stringify(auditEvent({}))));
    const asXml = await log.during(async () => {
      expect(await post('/fhir/AuditEvent', auditEventXmlOf(''), headers)).toMatchObject({
        status: 201,
        headers: { location: expect.stringMatching(/^AuditEvent\/[0-9a-f]{32}$/) },
      });
    });
    expect(asXml.map(said)).toEqual(asJson.map(said));
    const entry = `<entry><resource>${auditEventXmlOf('').replace(/<\?.*?\?>/, '')}</resource></entry>`;
    const bundle = (type: string, entries: string) =>
      post('/fhir', `\uFEFF<Bundle xmlns="http://hl7.org/fhir"><type value="${type}"/>${entries}</Bundle>`, headers);
    const patient = '<entry><resource><Patient><id value="1"/></Patient></resource></entry>';
    expect(statusesOf((await bundle('batch', entry + patient)).body)).toEqual(['201 Created', '422 Unprocessable Entity']);
    const unsaid = { method: 'POST', body: Buffer.from(auditEventXmlOf('')), headers: { authorization: `Bearer ${token}` } };
    expect((await fetch(`${base}/fhir/AuditEvent`, unsaid)).status).toBe(201);
    expect((await post('/fhir/AuditEvent', auditEventXmlOf(''), { 'content-type': 'application/fhir+json' })).status).toBe(400);
    expect((await bundle('transaction', entry + patient)).status).toBe(422);
    expect((await bundle('transaction', entry)).body).toMatchObject({ type: 'transaction-response' });
  });

  it.each([
    ['that is cut off', 400, auditEventXmlOf('').slice(0, -20)],
    ['with entities of its own', 400, `<!DOCTYPE a [<!ENTITY b "c">]>${auditEventXmlOf('')}`],
    ['of another resource', 400, '<Patient xmlns="http://hl7.org/fhir"><id value="1"/></Patient>'],
    ['of too many tags', 413, auditEventXmlOf('<a/>'.repeat(20_001))],
    ['in another character set', 400, Buffer.from(auditEventXmlOf('<language value="\u00e9"/>'), 'latin1')],
  ])('refuses XML %s with %i, and quotes nothing of it', async (_what, status, body) => {
    const answer = await post('/fhir/AuditEvent', body, { 'content-type': 'application/fhir+xml' });
    expect(answer).toMatchObject({ status, body: { resourceType: 'OperationOutcome' } });
    expect(JSON.stringify(answer.body)).not.toContain('8001234');
  });

  it('takes a batch entry by entry, and a transaction whole or not at all', async () => {
    const entry = [{ resource: auditEvent({ id: '1' }) }, { resource: { resourceType: 'Patient' } }, {}];
    const batch = await post('/fhir', JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry }));
    expect(batch).toMatchObject({ status: 200, body: { type: 'batch-response' } });
    expect(statusesOf(batch.body)).toEqual(['201 Created', '422 Unprocessable Entity', '422 Unprocessable Entity']);
    const rows = await log.during(() => post('/fhir', JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry })));
    expect(rows).toHaveLength(0);
    const good = await post('/fhir', JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry: entry.slice(0, 1) }));
    expect(good).toMatchObject({
      status: 200,
      body: { type: 'transaction-response', entry: [{ response: { status: '201 Created' } }] },
    });
  });

  it.each([
    ['charset', { 'content-type': 'application/fhir+json; charset=UTF-8' }, 201],
    ['more parameters', { 'content-type': 'application/fhir+json;charset="utf-8";fhirVersion=4.0' }, 201],
    ['another case', { 'content-type': 'Application/FHIR+JSON' }, 201],
    ['plain text', { 'content-type': 'text/plain' }, 415],
    ['XML, which it is not', { 'content-type': 'application/fhir+xml' }, 415],
    ['no media type by its form', { 'content-type': 'json' }, 415],
    ['an empty one', { 'content-type': '' }, 201],
    ['two', { 'content-type': 'application/fhir+json, application/fhir+json' }, 415],
    ['another XML', { 'content-type': 'image/svg+xml' }, 415],
    ['no token', { authorization: '' }, 401],
  ])('answers FHIR in its own media type, whatever it is sent (%s)', async (_what, headers, status) => {
    const answer = await post('/fhir/AuditEvent', JSON.stringify(auditEvent({})), headers);
    expect(answer).toMatchObject({
      status,
      headers: { 'content-type': 'application/fhir+json; charset=utf-8' },
      body: { resourceType: 'OperationOutcome' },
    });
  });

  it('keeps connections longer than proxies keep theirs, so that none is closed under a request', async () => {
    const { headers } = await fetch(`${base}/fhir/metadata`);
    expect(Number(/timeout=(\d+)/.exec(headers.get('keep-alive') ?? '')?.[1])).toBeGreaterThan(75);
  });

  it('passes over a byte order mark on every way in', async () => {
    expect(await post('/v1/events', marked(event({})))).toMatchObject({ status: 200, body: { accepted: 1 } });
    expect(await post('/fhir/AuditEvent', marked(auditEvent({})))).toMatchObject({ status: 201 });
    const bundle = { resourceType: 'Bundle', type: 'batch', entry: [{ resource: auditEvent({}) }] };
    expect(statusesOf((await post('/fhir', marked(bundle))).body)).toEqual(['201 Created']);
  });

  it.each([
    ['POST', '/fhir/AuditEvent/', 201],
    ['POST', '/fhir/Patient', 404],
    ['GET', '/fhir/AuditEvent', 404],
    ['PUT', '/fhir/AuditEvent/1', 201],
    ['PUT', '/fhir/Patient/1', 404],
    ['POST', '/fhir/metadata', 404],
  ])('answers %s %s with %i and an OperationOutcome', async (method, path, status) => {
    const body = method === 'GET' ? {} : { body: JSON.stringify(auditEvent({})) };
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' };
    const answer = await fetch(`${base}${path}`, { method, headers, ...body });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ resourceType: 'OperationOutcome' });
  });

  it('takes what a server tells its subscribers, and says by the status where it told too little', async () => {
    for (const [type, status] of [
      ['subscription-notification', 'SubscriptionStatus'],
      ['history', 'Parameters'],
    ] as const) {
      const rows = await log.during(async () =>
        expect(statusesOf((await notified(type, status, auditEvent({}), auditEvent({ id: '2' }))).body)).toEqual([
          '201 Created',
          '201 Created',
        ]),
      );
      expect(rows).toHaveLength(2);
      expect(await notified(type, status)).toMatchObject({ status: 200, body: { resourceType: 'Bundle' } });
      expect(await notified(type, status, undefined)).toMatchObject({ status: 422, body: { resourceType: 'OperationOutcome' } });
    }
  });

  it.each([
    ['application/fhir+json;q=1.0, application/json+fhir;q=0.9', '4.0.1'],
    ['application/fhir+json; fhirVersion=5.0', '5.0.0'],
    ['application/fhir+xml; fhirVersion="4.3"', '4.3.0'],
    ['application/fhir+json; fhirVersion=9.9', '4.0.1'],
  ])('says what it offers to clients that ask before they send, in their version: %s', async (accept, fhirVersion) => {
    const answer = await fetch(`${base}/fhir/metadata`, { headers: { accept } });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/fhir+json; charset=utf-8']);
    expect(await answer.json()).toMatchObject({
      resourceType: 'CapabilityStatement',
      fhirVersion,
      rest: [{ mode: 'server', resource: [{ type: 'AuditEvent', interaction: [{ code: 'create' }, { code: 'update' }] }] }],
    });
  });

  it('keeps apart what stands in a patient’s role and cannot be told apart, and never takes it for nobody', async () => {
    const nameless = { what: { display: 'Jane Doe' }, role: { code: '1' } };
    const known = { what: { reference: 'Patient/8001234' }, role: { code: '1' } };
    const entry = [{ resource: auditEvent({ entity: [nameless] }) }, { resource: auditEvent({ entity: [known, nameless] }) }];
    const from = log.quarantined.length;
    let answer: Answered | undefined;
    const rows = await log.during(
      async () => (answer = await post('/fhir', JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry }))),
    );
    expect(statusesOf(answer?.body)).toEqual(['202 Accepted', '201 Created']);
    expect(rows).toHaveLength(1);
    const apart = log.quarantined.slice(from).map((line) => JSON.parse(line));
    expect(apart).toMatchObject([
      { reason: 'unreadable_patient', field: 'entity[0].what' },
      { reason: 'unreadable_patient', field: 'entity[1].what' },
    ]);
    expect(JSON.stringify([answer?.body, rows, apart])).not.toMatch(/Doe|8001234/);
  });

  it('answers 503 with Retry-After while the log does not acknowledge, and takes the same events afterwards', async () => {
    log.failing = true;
    expect(await post('/v1/events', JSON.stringify(event({})))).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    log.failing = false;
    expect(await post('/v1/events', JSON.stringify(event({})))).toMatchObject({ status: 200 });
  });

  it('survives any body, and no prototype changes', async () => {
    const before = JSON.stringify(Object.getOwnPropertyNames(Object.prototype).toSorted());
    const poison = fc.constantFrom(
      '{"__proto__":{"x":1}}',
      '{"a":{"constructor":{"prototype":{"x":1}}}}',
      '['.repeat(5000),
      '{"a":'.repeat(5000),
      '\ufeff{}',
      '{"time":NaN}',
      '"\\ud800"',
    );
    const body = fc.oneof(
      fc.json(),
      poison,
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    );
    await fc.assert(
      fc.asyncProperty(body, fc.constantFrom('/v1/events', '/fhir', '/fhir/AuditEvent'), async (content, path) => {
        const { status } = await post(path, content);
        expect([200, 201, 400, 413, 422]).toContain(status);
      }),
      { numRuns: 300 },
    );
    expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype).toSorted())).toBe(before);
    expect((await fetch(`${base}/health/live`)).status).toBe(200);
  });
});

function statusesOf(bundle: unknown): readonly unknown[] {
  const entries: unknown = typeof bundle === 'object' && bundle !== null && 'entry' in bundle ? bundle.entry : [];
  return Array.isArray(entries) ? entries.map((entry: { response: { status: string } }) => entry.response.status) : [];
}

interface Answered {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

async function post(
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Answered> {
  const init = {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
  };
  const answer = await fetch(`${base}${path}`, init);
  const text = await answer.text();
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: text ? JSON.parse(text) : undefined };
}

function marked(value: object): string {
  return `\ufeff${JSON.stringify(value)}`;
}

/** Sends bytes as they are and gives what comes back until the end of the connection. */
function raw(text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(portBase, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => (answer += String(chunk)));
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
  });
}

function event(overrides: object): object {
  return {
    time: '2024-11-19T08:12:03.120Z',
    clinic_id: '750300123',
    actor_id: 'dr.martin',
    action: 'read',
    patient_ids: ['8001234'],
    ...overrides,
  };
}

function auditEvent(overrides: object): object {
  return {
    resourceType: 'AuditEvent',
    type: { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' },
    subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: 'read' }],
    action: 'R',
    recorded: '2024-11-19T08:12:03.120+01:00',
    outcome: '0',
    agent: [{ who: { identifier: { system: 'https://rpps.esante.gouv.fr', value: '10100000001' } }, requestor: true }],
    source: { observer: { display: 'Record platform' }, site: '750300123' },
    entity: [{ what: { reference: 'Patient/8001234' }, role: { code: '1' } }],
    ...overrides,
  };
}

/** The same as `auditEvent({})`. */
function auditEventXmlOf(more: string): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?><AuditEvent xmlns="http://hl7.org/fhir">' +
    `${more}<type><system value="http://terminology.hl7.org/CodeSystem/audit-event-type"/><code value="rest"/></type>` +
    '<subtype><system value="http://hl7.org/fhir/restful-interaction"/><code value="read"/></subtype><action value="R"/>' +
    '<recorded value="2024-11-19T08:12:03.120+01:00"/><outcome value="0"/>' +
    '<agent><who><identifier><system value="https://rpps.esante.gouv.fr"/><value value="10100000001"/></identifier></who><requestor value="true"/></agent>' +
    '<source><site value="750300123"/><observer><display value="Record platform"/></observer></source>' +
    '<entity><what><reference value="Patient/8001234"/></what><role><code value="1"/></role></entity></AuditEvent>'
  );
}

/** A row but for what the sending of it makes. */
function said(row: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'event_id' && name !== 'received_at'));
}

/** A Bundle of a subscription, whose state stands before what happened. */
function notified(type: string, status: string, ...resources: readonly (object | undefined)[]): Promise<Answered> {
  const happened = resources.map((resource) => ({ fullUrl: 'AuditEvent/1', resource }));
  const entry = [{ resource: { resourceType: status, status: 'active' } }, ...happened];
  return post('/fhir', JSON.stringify({ resourceType: 'Bundle', type, entry }));
}
