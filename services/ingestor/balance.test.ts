import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type AccountContent, accountContent, accountStep } from '#libs/contracts/accounts/account-content.js';
import { type QuarantineRow, quarantineRow } from '#libs/contracts/quarantine-row.js';
import { Shutdown } from '#libs/runtime/shutdown.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { systemClock } from '#libs/runtime/clock.js';
import { IngestorUnderTest } from './ingestor.fixture.js';

type Kind = 'good' | 'bad' | 'nameless';
let number = 0;

/** An event of its own; one that no format takes; a FHIR event whose only patient cannot be told apart, in the door of FHIR alone. */
function record(kind: Kind): object {
  number += 1;
  const event = {
    id: `r-${number}`,
    time: '2026-11-28T08:12:03.120Z',
    clinic_id: 'nord',
    actor_id: 'a',
    patient_id: `IPP-${number}-4711`,
  };
  return { ...event, action: kind === 'good' ? 'read' : 'peek' };
}

function auditEvent(kind: Kind): object {
  number += 1;
  const what = kind === 'nameless' ? { display: 'somebody' } : { reference: `Patient/p${number}` };
  const event = {
    resourceType: 'AuditEvent',
    id: `f-${number}`,
    type: { code: 'rest' },
    action: 'R',
    recorded: '2026-11-28T08:12:03Z',
    outcome: '0',
    agent: [{ who: { identifier: { value: 'dr.x' } }, requestor: true }],
    source: { observer: { display: 'dpi' } },
    entity: [{ what: { ...what, type: 'Patient' }, type: { code: '1' }, role: { code: '1' } }],
  };
  return kind === 'bad' ? { ...event, recorded: 'yesterday' } : event;
}

const json = { 'content-type': 'application/json' };
const text = (kinds: readonly Kind[]) => kinds.map((kind) => JSON.stringify(record(kind)));

/** What each door is sent for some records; those that say item by item what was wrong stop at nothing. */
const doors: Readonly<Record<string, (kinds: readonly Kind[], of: (door: string) => Sender) => Promise<void>>> = {
  events: (kinds, of) => of('events').post('/v1/events', text(kinds).join('\n'), { 'content-type': 'application/x-ndjson' }),
  array: (kinds, of) => of('array').post('/v1/events', `[${text(kinds).join(',')}]`, json),
  fhir: (kinds, of) => {
    const entry = kinds.map((kind) => ({ resource: auditEvent(kind), request: { method: 'POST', url: 'AuditEvent' } }));
    return of('fhir').post('/fhir', JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry }), json);
  },
  bulk: (kinds, of) =>
    of('bulk').post(
      '/audit/_bulk',
      text(kinds)
        .map((line) => `{"create":{}}\n${line}\n`)
        .join(''),
      { 'content-type': 'application/x-ndjson' },
    ),
  otlp: (kinds, of) => {
    const logRecords = text(kinds).map((stringValue) => ({ timeUnixNano: '1764316800000000000', body: { stringValue } }));
    return of('otlp').post('/v1/logs', JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }), json);
  },
  loki: (kinds, of) => {
    const values = text(kinds).map((line) => ['1764316800000000000', line]);
    return of('loki').post('/loki/api/v1/push', JSON.stringify({ streams: [{ stream: { job: 'dpi' }, values }] }), json);
  },
  hec: (kinds, of) =>
    of('hec').post(
      '/services/collector/event',
      text(kinds)
        .map((event) => JSON.stringify({ event }))
        .join(''),
      json,
    ),
  gelf: async (kinds, of) => {
    for (const short_message of text(kinds))
      await of('gelf').post('/gelf', JSON.stringify({ version: '1.1', host: 'dpi', short_message }), json);
  },
  files: (kinds, of) => of('files').post('/v1/files', text(kinds).join('\n'), { 'content-type': 'application/x-ndjson' }),
  syslog: (kinds, of) =>
    of('syslog').write(
      text(kinds)
        .map((line) => `<85>1 2026-11-28T08:12:03Z dpi dpi 1 - - ${line}\n`)
        .join(''),
    ),
};

interface Sender {
  readonly post: (path: string, body: string, headers: Record<string, string>) => Promise<void>;
  readonly write: (bytes: string) => Promise<void>;
}

let ingestor: IngestorUnderTest;
const tokens = new Map(Object.keys(doors).map((door) => [door, randomBytes(32).toString('base64url')]));
const sent = new Map(Object.keys(doors).map((door) => [door, 0]));
beforeAll(async () => {
  ingestor = await IngestorUnderTest.start((folder, port) => {
    const path = join(folder, 'sources.yml');
    for (const [door, token] of tokens) writeFileSync(join(folder, `${door}.token`), token);
    const listener = `listeners:\n  - { name: tcp, kind: syslog, transport: tcp, port: ${port + 1} }\n`;
    const named = [...tokens.keys()].map((door) =>
      door === 'syslog'
        ? '  - { name: syslog, group: helix, listener: tcp }\n'
        : `  - { name: ${door}, group: helix, token_file: ${door}.token }\n`,
    );
    writeFileSync(path, `${listener}sources:\n${named.join('')}`);
    return { VIGIE_SOURCES_FILE: path };
  });
});
afterAll(() => ingestor.stop());

describe('what every door received', () => {
  it('is what was accepted, set aside and refused, per source and minute, in the log as in the metrics', async () => {
    const kinds = fc.array(fc.constantFrom<Kind>('good', 'good', 'bad', 'nameless'), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.entries(doors)), kinds, async ([name, door], given) => {
        sent.set(name, (sent.get(name) ?? 0) + given.length);
        await door(given, senderOf);
      }),
      { numRuns: casesOf(60, 2_000) },
    );
    // Over a socket nobody is told when it is durable.
    const inSyslog = () => ingestor.figure('vigie_events_received_total', 'source="syslog"');
    while ((await inSyslog()) < (sent.get('syslog') ?? 0)) await systemClock.sleep(5);
    await ingestor.app.get(Shutdown).run();
    for (const name of tokens.keys()) expect([name, await balanceOf(name)]).toEqual([name, await expectedOf(name)]);
  }, 60_000);
});

function senderOf(door: string): Sender {
  return {
    post: async (path, body, headers) => void (await ingestor.post(path, `Bearer ${tokens.get(door)}`, body, headers)),
    write: (bytes) =>
      new Promise((resolve, reject) => {
        const socket = connect(ingestor.port + 1, '127.0.0.1', () => socket.end(bytes));
        socket
          .on('error', reject)
          .on('close', () => resolve())
          .resume();
      }),
  };
}

/** The sum of a source's rows of accounts, beside what the log has of it. */
async function balanceOf(source: string): Promise<object> {
  const rows = ingestor.log.quarantined
    .map((line): QuarantineRow => quarantineRow.parse(JSON.parse(line)))
    .filter((row) => row.source === source);
  const accounts = rows.filter(({ step }) => step === accountStep);
  for (const { received_at } of accounts) expect(received_at).toMatch(/:00\.000Z$/);
  const told = accounts.map(({ content }): AccountContent => accountContent.parse(JSON.parse(content)));
  for (const one of told) expect(one.accepted + one.quarantined + one.refused).toBe(one.received);
  for (const one of told) expect(Object.values(one.reasons).reduce((sum, count) => sum + count, 0)).toBe(one.refused);
  const total = (of: (one: AccountContent) => number) => told.reduce((sum, one) => sum + of(one), 0);
  const figures = {
    received: total((one) => one.received),
    accepted: total((one) => one.accepted),
    quarantined: total((one) => one.quarantined),
  };
  const events = new Set(
    ingestor.log.lines
      .map((line) => JSON.parse(line))
      .filter((row) => row.source === source)
      .map((row) => row.event_id),
  );
  return { ...figures, stored: events.size, setAside: rows.length - accounts.length };
}

/** What was sent, and what the metrics say of it. */
async function expectedOf(source: string): Promise<object> {
  const figure = (name: string) => ingestor.figure(`vigie_events_${name}_total`, `source="${source}"`);
  const [received, accepted, quarantined] = [sent.get(source), await figure('accepted'), await figure('quarantined')];
  expect(await figure('received')).toBe(received);
  return { received, accepted, quarantined, stored: accepted, setAside: quarantined };
}
