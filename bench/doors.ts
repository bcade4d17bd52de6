/**
 * Doors: the same events through `_bulk`, OTLP and HEC against our own format (goal: at least half); AuditEvents in Bundles, as lines and one in each request
 * against `JSON.parse` over the same bytes (goal of the first two: 0.4; what one in each costs is the request); and short messages of syslog over TCP against a process that only splits the lines of the same socket (goal:
 * 100,000 messages a second, or half of its rate). All to acknowledged frames on disk. Rounds take turns, medians of their ratios by the clock and
 * by the processor time of whoever serves. Of syslog a round is a stream of a second and more: of a burst of some milliseconds most would be the frames'
 * linger and the disk's answer, for which a stream does not wait.
 */
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { accessLines } from './rows/access-lines.js';
import { requestOf, sendAll } from './process/http-lanes.js';
import { BenchIngestor, processorMicrosecondsOf, queuedMicrosecondsOf } from './process/ingestor.js';
import { type Goal, report } from './yardstick/report.js';

const port = 19_420;
const token = 'bench-token-of-the-doors';
/** Of a source whose lines are AuditEvents. */
const fhirToken = 'bench-token-of-the-fhir-lines';
const eventsMax = Number(process.env['BENCH_EVENTS'] ?? 8000);
/** Of syslog. */
const messagesMax = 20 * eventsMax;
const batchSize = 500;
const lanes = 8;
const warmUpRounds = 3;
const rounds = 5;
const goals: Readonly<Record<string, Goal>> = {
  'FHIR Bundle': { atLeast: 0.4 },
  _bulk: { atLeast: 0.5 },
  'OTLP JSON': { atLeast: 0.5 },
  HEC: { atLeast: 0.5 },
};

/** Microseconds an event. */
interface Cost {
  readonly wall: number;
  readonly processor: number;
  /** Of the time by the clock, that for which whoever serves was ready and others had the processor; zero where it is not known. */
  readonly queued: number;
}

/** Who serves, in microseconds so far. */
interface Server {
  readonly processor: () => number;
  readonly queued: () => number;
}

if (process.argv[2] === 'splitter') split();
else await compare();

async function compare(): Promise<void> {
  const lines = accessLines(eventsMax);
  const ways = waysOf(lines);
  const records = { 'FHIR Bundle': fhirBundles(), 'FHIR lines': fhirLines(), 'FHIR one by one': fhirAlone() };
  const messages = Buffer.from(shortMessages());
  const splitter = fork(fileURLToPath(import.meta.url), ['splitter']);
  const splitterPort = await new Promise<number>((resolve) => splitter.once('message', (message) => resolve(Number(message))));
  const ingestor = new BenchIngestor(port, (folder) => ({
    VIGIE_SOURCES_FILE: sourcesFile(folder),
    BENCH_TOKEN: token,
    BENCH_FHIR_TOKEN: fhirToken,
  }));
  try {
    await ingestor.ready();
    report.note(`${eventsMax} events a round`);
    const own: Server = { processor: ownMicroseconds, queued: () => 0 };
    const vigie: Server = { processor: () => ingestor.processorMicroseconds(), queued: () => ingestor.queuedMicroseconds() };
    const bare: Server = { processor: () => processorMicrosecondsOf(splitter), queued: () => queuedMicrosecondsOf(splitter) };
    const costs = new Map<string, Cost[]>();
    for (let round = 0; round < warmUpRounds + rounds; round += 1) {
      const taken: Record<string, Cost> = {};
      for (const [name, requests] of Object.entries(ways))
        taken[name] = await measured(vigie, eventsMax, () => sendBatches(requests));
      for (const [name, requests] of Object.entries(records))
        taken[name] = await measured(vigie, eventsMax, () => sendBatches(requests));
      taken['JSON.parse'] = await measured(own, eventsMax, async () => parsed(records['FHIR Bundle']));
      taken['bare line splitter'] = await measured(bare, messagesMax, () => splitOnce(splitterPort, messages));
      taken['syslog over TCP'] = await measured(vigie, messagesMax, () => logOnce(ingestor, messages));
      if (round >= warmUpRounds)
        for (const [name, cost] of Object.entries(taken)) costs.set(name, [...(costs.get(name) ?? []), cost]);
    }
    for (const name of ['_bulk', 'OTLP JSON', 'HEC']) tell(costs, name, 'own format');
    for (const name of Object.keys(records)) tell(costs, name, 'JSON.parse');
    tell(costs, 'syslog over TCP', 'bare line splitter');
    for (const name of ['syslog over TCP', 'bare line splitter']) tellRate(name, costs.get(name) ?? []);
  } finally {
    splitter.kill();
    await ingestor.stop();
  }
}

function sourcesFile(folder: string): string {
  const path = join(folder, 'sources.yml');
  writeFileSync(
    path,
    `listeners:
  - { name: tcp, kind: syslog, transport: tcp, port: ${port + 1} }
sources:
  - { name: doors, group: helix, token_env: BENCH_TOKEN }
  - { name: lines, group: helix, listener: tcp, format: vigie }
  - { name: ehr, group: helix, format: fhir, token_env: BENCH_FHIR_TOKEN }
`,
  );
  return path;
}

function waysOf(lines: readonly string[]): Readonly<Record<string, readonly Buffer[]>> {
  const batches = Array.from({ length: eventsMax / batchSize }, (_, index) =>
    lines.slice(index * batchSize, (index + 1) * batchSize),
  );
  const json = 'content-type: application/json';
  return {
    'own format': batches.map((batch) => requestOf('/v1/events', token, Buffer.from(batch.join('\n')))),
    _bulk: batches.map((batch) =>
      requestOf('/_bulk', token, Buffer.from(batch.map((line) => `{"create":{"_index":"access"}}\n${line}\n`).join(''))),
    ),
    HEC: batches.map((batch) =>
      requestOf(
        '/services/collector/event',
        token,
        Buffer.from(batch.map((line) => `{"time":1764316800,"event":${line}}`).join('\n')),
        json,
      ),
    ),
    'OTLP JSON': batches.map((batch) => requestOf('/v1/logs', token, Buffer.from(otlpOf(batch)), json)),
  };
}

function otlpOf(batch: readonly string[]): string {
  const logRecords = batch.map((line) => ({ timeUnixNano: '1764316800000000000', body: { stringValue: line } }));
  return JSON.stringify({ resourceLogs: [{ resource: { attributes: [] }, scopeLogs: [{ logRecords }] }] });
}

/** Of access number `index`. */
function auditEvent(index: number): object {
  return {
    resourceType: 'AuditEvent',
    id: `a${index}`,
    type: { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' },
    subtype: [{ code: 'read' }],
    action: 'R',
    recorded: new Date(Date.now() - 1_000_000 + index * 37).toISOString(),
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
      { what: { reference: `Patient/80${index % 5000}` }, role: { code: '1' } },
      { what: { reference: 'Observation/9' }, role: { code: '4' } },
    ],
  };
}

/** Accesses in batches. */
function auditEvents(size: number): readonly (readonly object[])[] {
  return Array.from({ length: eventsMax / size }, (_, batch) =>
    Array.from({ length: size }, (_one, index) => auditEvent(batch * size + index)),
  );
}

function fhirBundles(): readonly Buffer[] {
  return auditEvents(batchSize).map((batch) => {
    const body = JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry: batch.map((resource) => ({ resource })) });
    return requestOf('/fhir', token, Buffer.from(body), 'content-type: application/fhir+json');
  });
}

function fhirLines(): readonly Buffer[] {
  return auditEvents(batchSize).map((batch) => {
    const body = batch.map((event) => JSON.stringify(event)).join('\n');
    return requestOf('/v1/events', fhirToken, Buffer.from(body));
  });
}

function fhirAlone(): readonly Buffer[] {
  return auditEvents(1).map(([event]) =>
    requestOf('/fhir/AuditEvent', token, Buffer.from(JSON.stringify(event)), 'content-type: application/fhir+json'),
  );
}

function parsed(requests: readonly Buffer[]): void {
  for (const request of requests) JSON.parse(request.toString('utf8', request.indexOf('\r\n\r\n') + 4));
}

function ownMicroseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function shortMessages(): string {
  const time = '2026-11-28T08:12:03.120Z';
  const record = (index: number) =>
    JSON.stringify({
      time,
      clinic_id: 'nord',
      actor_id: `u${index % 1000}`,
      action: 'read',
      patient_id: `80${index % 5000}`,
      id: `m${index}`,
    });
  return Array.from({ length: messagesMax }, (_, index) => `<85>1 ${time} dpi dpi 1 - - ${record(index)}\n`).join('');
}

async function sendBatches(requests: readonly Buffer[]): Promise<void> {
  for (const answer of await sendAll({ port, lanes, requests }))
    if (/"errors":true|partialSuccess|"rejected":[1-9]|"invalid-event|"422 /.test(answer))
      throw new Error(`something was refused: ${answer.slice(0, 500)}`);
}

/** Over when every message is acknowledged by the log. */
async function logOnce(ingestor: BenchIngestor, messages: Buffer): Promise<void> {
  const until = (await ingestor.accepted('lines')) + messagesMax;
  await send(port + 1, messages);
  while ((await ingestor.accepted('lines')) < until) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function splitOnce(splitterPort: number, messages: Buffer): Promise<void> {
  const count = Number(await send(splitterPort, messages));
  if (count !== messagesMax) throw new Error(`${count} lines of ${messagesMax} came`);
}

/** Sends bytes and gives what comes back until the other side closes. */
function send(to: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(to, '127.0.0.1', () => socket.end(bytes));
    socket.setEncoding('utf8').on('data', (chunk) => (answer += String(chunk)));
    socket.on('error', reject).on('close', () => resolve(answer));
  });
}

/** What any reader of lines must do: each line as a text. */
function split(): void {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let [rest, count] = ['', 0];
    socket.setEncoding('utf8').on('data', (chunk) => {
      const lines = `${rest}${String(chunk)}`.split('\n');
      rest = lines.pop() ?? '';
      count += lines.length;
    });
    socket.on('end', () => socket.end(String(count)));
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
}

async function measured(server: Server, events: number, work: () => Promise<void>): Promise<Cost> {
  const [started, processor, queued] = [performance.now(), server.processor(), server.queued()];
  await work();
  return {
    wall: ((performance.now() - started) * 1000) / events,
    processor: (server.processor() - processor) / events,
    queued: (server.queued() - queued || 0) / events,
  };
}

function tellRate(name: string, costs: readonly Cost[]): void {
  const [wall, processor, queued] = [
    median(costs.map((cost) => cost.wall)),
    median(costs.map((cost) => cost.processor)),
    median(costs.map((cost) => cost.queued)),
  ];
  report.figure(`${name}, by the clock`, 1000 / wall, 'k/s');
  report.figure(`${name}, without the time for which others had its processor`, 1000 / (wall - queued), 'k/s');
  report.figure(`${name}, by processor time`, 1000 / processor, 'k/s');
}

function tell(costs: ReadonlyMap<string, readonly Cost[]>, name: string, against: string): void {
  const [own = [], other = []] = [costs.get(name), costs.get(against)];
  const ratio = (kind: keyof Cost) => median(own.map((cost, round) => (other[round]?.[kind] ?? Number.NaN) / cost[kind]));
  const wall = median(own.map((cost) => cost.wall));
  const processor = median(own.map((cost) => cost.processor));
  report.figure(`${name}, by the clock`, wall, 'us an event');
  report.figure(`${name}, processor time`, processor, 'us an event');
  report.ratio(`${name}, by the clock`, ratio('wall'), `the rate of ${against}`);
  report.ratio(`${name}, by processor time`, ratio('processor'), `the rate of ${against}`, goals[name]);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
