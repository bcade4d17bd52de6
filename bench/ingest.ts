/**
 * Ingest: one ingestor process, NDJSON batches of 1,000 over loopback to acknowledged frames in the embedded log, as they are and in gzip,
 * against `JSON.parse` alone over the same lines (strings already) in the same run. Goal: its rate. After warm-up they take
 * turns; each round of ingest is compared with the rounds of `JSON.parse` before and after it, and the median counts. The log's file has the size that it
 * comes to by its retention, and its pages are written over; before that some rounds say what a file costs that still grows.
 */
import { gzipSync } from 'node:zlib';
import { accessLines } from './rows/access-lines.js';
import { requestOf, sendAll } from './process/http-lanes.js';
import { BenchIngestor } from './process/ingestor.js';
import { report } from './yardstick/report.js';

const portBase = 19_320;
const token = 'bench-token-of-the-ingestor';
const eventsMax = Number(process.env['BENCH_EVENTS'] ?? 200_000);
const batchSize = 1000;
const lanes = 16;
const warmUpRounds = 2;
const rounds = 7;
/** Of plain lines while the log's file grows; what it needs for all that follow. */
const growingRounds = 3;
const logMib = Math.ceil((2 * rounds * eventsMax * 640) / 1024 ** 2);

interface Ratio {
  readonly wall: number;
  readonly processor: number;
}

/** Microseconds an event. */
interface Ingest extends Ratio {
  readonly main: number;
  /** Of the clock's, those in which the main thread neither ran nor waited for a processor: for the log, the disk and the client. */
  readonly idle: number;
  readonly client: number;
}

const lines = accessLines(eventsMax);
const bodies = Array.from({ length: eventsMax / batchSize }, (_, index) =>
  Buffer.from(`${lines.slice(index * batchSize, (index + 1) * batchSize).join('\n')}\n`),
);
const ways = [
  { name: 'plain', requests: bodies.map((body) => requestOf('/v1/events', token, body)) },
  { name: 'gzip', requests: bodies.map((body) => requestOf('/v1/events', token, gzipSync(body), 'content-encoding: gzip')) },
] as const;
const ingestor = new BenchIngestor(portBase, () => ({ VIGIE_INGEST_TOKENS: `siem@helix=${token}` }));
try {
  await ingestor.ready();
  const lineBytes = Math.round(bodies.reduce((sum, body) => sum + body.length, 0) / eventsMax);
  report.note(`${lineBytes} B a line`);
  for (let round = 0; round < warmUpRounds; round += 1) {
    parseOnce();
    for (const { requests } of ways) await ingestOnce(requests);
  }
  const ratios = new Map<string, Ratio[]>();
  let before = parseOnce();
  const round = async (name: string, requests: readonly Buffer[]) => {
    const ingest = await ingestOnce(requests);
    const after = parseOnce();
    const parse = { wall: (before.wall + after.wall) / 2, processor: (before.processor + after.processor) / 2 };
    const ratio = { wall: parse.wall / ingest.wall, processor: parse.processor / ingest.processor };
    ratios.set(name, [...(ratios.get(name) ?? []), ratio]);
    report.note(
      `${name.padEnd(7)}   JSON.parse ${rate(parse.wall)} (${parse.wall.toFixed(2)} us)   ingest ${rate(ingest.wall)} (${ingest.wall.toFixed(2)} us)   ` +
        `ratio ${ratio.wall.toFixed(2)}   processor time: JSON.parse ${parse.processor.toFixed(2)} us, ingestor ${ingest.processor.toFixed(2)} us ` +
        `on all threads, ${ingest.main.toFixed(2)} on the main one, which waited ${ingest.idle.toFixed(2)}; this client ${ingest.client.toFixed(2)} us`,
    );
    before = after;
  };
  for (let growing = 0; growing < growingRounds; growing += 1) await round('growing', ways[0].requests);
  ingestor.growLog(logMib);
  before = parseOnce();
  for (let turn = 0; turn < rounds; turn += 1) for (const { name, requests } of ways) await round(name, requests);
  for (const [name, all] of ratios) {
    report.ratio(
      `${name}, by the clock, median of ${all.length}`,
      median(all.map(({ wall }) => wall)),
      'the rate of JSON.parse alone',
      name === 'growing' ? undefined : { atLeast: 1 },
    );
    report.ratio(`${name}, by processor time`, median(all.map(({ processor }) => processor)), 'the rate of JSON.parse alone');
  }
} finally {
  await ingestor.stop();
}

/** Microseconds an event, by the clock and of processor time. */
function parseOnce(): { readonly wall: number; readonly processor: number } {
  const started = performance.now();
  const usage = process.cpuUsage();
  let read = 0;
  for (const line of lines) if (JSON.parse(line).action === 'read') read += 1;
  if (read !== lines.length) throw new Error('the lines are not what they should be');
  return { wall: ((performance.now() - started) * 1000) / eventsMax, processor: own(usage) };
}

async function ingestOnce(requests: readonly Buffer[]): Promise<Ingest> {
  const started = performance.now();
  const usage = process.cpuUsage();
  const [all, main, queued] = [ingestor.processorMicroseconds(), ingestor.mainMicroseconds(), ingestor.queuedMicroseconds()];
  const answers = await sendAll({ port: portBase, lanes, requests });
  const wall = ((performance.now() - started) * 1000) / eventsMax;
  const processor = (ingestor.processorMicroseconds() - all) / eventsMax;
  const onMain = (ingestor.mainMicroseconds() - main) / eventsMax;
  const idle = wall - onMain - (ingestor.queuedMicroseconds() - queued) / eventsMax;
  const accepted = answers.reduce((sum, answer) => sum + Number(JSON.parse(answer).accepted), 0);
  if (accepted !== eventsMax) throw new Error(`${accepted} events accepted of ${eventsMax}`);
  return { wall, processor, main: onMain, idle, client: own(usage) };
}

function own(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / eventsMax;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function rate(microseconds: number): string {
  return `${Math.round(1000 / microseconds)} k/s`;
}
