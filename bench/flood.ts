/**
 * A flood: one source offers ten times the requests that the ingestor could take, and floods its listener of syslog beside, while others send
 * little. Printed: resident memory (goal: below 1 GiB), whether all that was acknowledged is in the log, and how others were served before and
 * during the flood. Ten seconds, or BENCH_FLOOD_SECONDS (a minute is the goal's).
 */
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { topics } from '#libs/contracts/topics.js';
import { openEventLog } from '#libs/event-log/open.js';
import { systemClock } from '#libs/runtime/clock.js';
import { commonConfig, readConfig } from '#libs/runtime/config.js';
import { Health } from '#libs/runtime/health.js';
import { silentLog } from '#libs/runtime/log.js';
import { Flooder } from './process/flooder.js';
import { BenchIngestor } from './process/ingestor.js';
import { accessLines } from './rows/access-lines.js';
import { report } from './yardstick/report.js';

const port = 19_440;
const seconds = Number(process.env['BENCH_FLOOD_SECONDS'] ?? 10);
const times = 10;
const eventsOfRequest = 500;
const capacityMs = 3000;
const capacityConnections = 16;
const tickMs = 10;
const politeEveryMs = 100;
const tcpFloods = 2;
const residentMibGoal = 1024;
/** For what was sent by syslog to be taken once the flood is over: nobody answers there. */
const linesMsMax = 60_000;
const tokens = {
  BENCH_FLOOD: 'bench-token-of-the-flooding-source',
  BENCH_SAME: 'bench-token-of-a-source-beside-it',
  BENCH_OTHER: 'bench-token-of-another-group-here',
};

interface Served {
  readonly name: string;
  taken: number;
  refused: number;
  /** Milliseconds of each request that was taken. */
  readonly waits: number[];
}

const ingestor = new BenchIngestor(port, (folder) => ({ VIGIE_SOURCES_FILE: sourcesFile(folder), ...tokens }));
try {
  await ingestor.ready();
  report.note(`a flood of ${seconds} s`);
  const perSecond = await capacity();
  report.figure(`capacity by ${capacityConnections} connections that wait for their answers`, perSecond, 'events/s');
  const before = await politely(3000);
  const flooder = newFlooder(1_000_000);
  const during = politely(seconds * 1000);
  const lines = Array.from({ length: tcpFloods }, () => floodLines(seconds * 1000));
  await pace(flooder, (times * perSecond) / eventsOfRequest, seconds * 1000);
  const served = await during;
  await flooder.end();
  const messages = (await Promise.all(lines)).reduce((sum, count) => sum + count, 0);
  const patience = performance.now() + linesMsMax;
  while ((await ingestor.accepted('flood-lines')) < messages && performance.now() < patience) await sleep(100);
  const missing = messages - (await ingestor.accepted('flood-lines'));
  verdict(
    `${missing} of ${messages} messages of syslog were not taken within ${linesMsMax / 1000} s after the flood`,
    missing <= 0,
  );
  const offered = (flooder.offered * eventsOfRequest) / seconds;
  report.figure('offered', offered, 'events/s');
  report.ratio('offered', offered / perSecond, 'the capacity');
  report.note(
    `${flooder.offered} requests, of which ${flooder.sent} found a connection; answers ${[...flooder.answers].map(([status, count]) => `${count} x ${status}`).join(', ')}; ${messages} messages of syslog beside`,
  );
  for (const [index, one] of served.entries()) tell(one, before[index]);
  const resident = ingestor.residentMibMax();
  report.figure('resident memory at most', resident, 'MiB', { atMost: residentMibGoal });
  const acknowledged = new Set(flooder.acknowledged.map((number) => 1_000_000 + number));
  await ingestor.stop(async (folder) => {
    const found = await numbersInLog(folder);
    const lost = [...acknowledged].filter((number) => !found.has(number)).length;
    verdict(`${acknowledged.size} requests were acknowledged, and ${lost} of them are not in the log`, lost === 0);
  });
} finally {
  await ingestor.stop();
}
process.exit(report.isMet ? 0 : 1);

function sourcesFile(folder: string): string {
  const path = join(folder, 'sources.yml');
  writeFileSync(
    path,
    `listeners:
  - { name: flooded, kind: syslog, transport: tcp, port: ${port + 1} }
sources:
  - { name: flood, group: helix, token_env: BENCH_FLOOD }
  - { name: flood-lines, group: helix, listener: flooded, format: vigie }
  - { name: same-group, group: helix, token_env: BENCH_SAME }
  - { name: other-group, group: aleo, token_env: BENCH_OTHER }
`,
  );
  return path;
}

/** Requests are told apart by the session of their first line; all else is the same for all. */
function newFlooder(from: number): Flooder {
  const packed = gzipSync(
    accessLines(eventsOfRequest - 1)
      .map((line) => `${line}\n`)
      .join(''),
    { level: 6 },
  );
  const time = new Date().toISOString();
  const lineOf = (number: number) =>
    JSON.stringify({
      time,
      clinic_id: '750300101',
      actor_id: `account.${number % 1400}`,
      action: 'read',
      patient_ids: [`p${number % 5000}`],
      session_id: `r${from + number}`,
      id: `f${from + number}`,
    });
  return new Flooder({ port, token: tokens.BENCH_FLOOD, packed, lineOf });
}

/** Events a second that are acknowledged when each connection waits for its answer. */
async function capacity(): Promise<number> {
  const flooder = newFlooder(0);
  const until = performance.now() + capacityMs;
  for (let started = performance.now(); performance.now() < until;) {
    flooder.offer(capacityConnections - (flooder.sent - answered(flooder)));
    await sleep(1);
    // The first second warms it up.
    if (performance.now() - started < 1000) flooder.acknowledged.length = 0;
  }
  const events = (flooder.acknowledged.length * eventsOfRequest) / ((capacityMs - 1000) / 1000);
  await flooder.end();
  return events;
}

function answered(flooder: Flooder): number {
  return [...flooder.answers.values()].reduce((sum, count) => sum + count, 0);
}

async function pace(flooder: Flooder, requestsPerSecond: number, ms: number): Promise<void> {
  const started = performance.now();
  for (let elapsed = 0; elapsed < ms; elapsed = performance.now() - started) {
    flooder.offer(Math.max(0, Math.floor((requestsPerSecond * elapsed) / 1000) - flooder.offered));
    await sleep(tickMs);
  }
}

/** A source of the same group and one of another, each a small request at a time. */
function politely(ms: number): Promise<readonly Served[]> {
  const body = accessLines(20, 7).join('\n');
  const ask = async (name: string, token: string): Promise<Served> => {
    const served: Served = { name, taken: 0, refused: 0, waits: [] };
    for (const until = performance.now() + ms; performance.now() < until; await sleep(politeEveryMs)) {
      const started = performance.now();
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' };
      const text = name === 'other-group' ? body.replaceAll('"group_id":"helix"', '"group_id":"aleo"') : body;
      const answer = await fetch(`http://127.0.0.1:${port}/v1/events`, { method: 'POST', body: text, headers }).catch(
        () => undefined,
      );
      await answer?.arrayBuffer();
      if (answer?.ok) served.waits.push(performance.now() - started);
      served.taken += answer?.ok ? 1 : 0;
      served.refused += answer?.ok ? 0 : 1;
    }
    return served;
  };
  return Promise.all([ask('same-group', tokens.BENCH_SAME), ask('other-group', tokens.BENCH_OTHER)]);
}

/** Messages as fast as the listener reads them; how many they were. */
function floodLines(ms: number): Promise<number> {
  const time = new Date().toISOString();
  const message = (index: number) =>
    `<85>1 ${time} dpi dpi 1 - - ${JSON.stringify({ time, clinic_id: 'nord', actor_id: `u${index % 1000}`, action: 'read', patient_id: `80${index % 5000}`, id: `m${index}` })}\n`;
  const chunk = Array.from({ length: 200 }, (_, index) => message(index)).join('');
  return new Promise((resolve, reject) => {
    let count = 0;
    const until = performance.now() + ms;
    const socket = connect(port + 1, '127.0.0.1', function send() {
      while (performance.now() < until) {
        count += 200;
        if (!socket.write(chunk)) return void socket.once('drain', send);
      }
      socket.end();
    });
    socket
      .on('error', reject)
      .on('close', () => resolve(count))
      .resume();
  });
}

/** The numbers of requests whose line is in the log. */
async function numbersInLog(folder: string): Promise<ReadonlySet<number>> {
  const config = readConfig(commonConfig, { VIGIE_DATA_DIR: folder });
  const tools = { name: 'bench', topics: [topics.accesses], clock: systemClock, logger: silentLog, health: new Health() };
  const log = await openEventLog(config, { ...tools, signal: new AbortController().signal });
  const numbers = new Set<number>();
  const membership = await log.join(
    { group: 'bench-flood', topics: [topics.accesses], batchBytesMax: 1 << 22 },
    {
      assigned: async () => 'earliest',
      frames: async (_, frames) => {
        for (const { bytes } of frames)
          for (const [, number] of bytes.toString('latin1').matchAll(/"session_id":"r(\d+)"/g)) numbers.add(Number(number));
      },
      poison: (_at, _frame, cause) => Promise.reject(cause),
      revoked: async () => {},
    },
  );
  while ((await membership.positions()).some(({ next, end }) => next < end)) await sleep(20);
  await membership.leave();
  await log.close();
  return numbers;
}

function tell({ name, taken, refused, waits }: Served, before: Served | undefined): void {
  verdict(
    `${name}, another source: ${taken} requests were taken, ${refused} refused; ${waited(waits)}; before the flood ${waited(before?.waits ?? [])}`,
    refused === 0 && taken > 0,
  );
}

function waited(all: readonly number[]): string {
  return `median ${quantile(all, 0.5)} ms, worst ${quantile(all, 1)} ms`;
}

function quantile(values: readonly number[], share: number): string {
  return (values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN).toFixed(
    0,
  );
}

function verdict(text: string, isMet: boolean): void {
  report.verdict(text, isMet);
}
