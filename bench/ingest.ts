/**
 * Ingest: one ingestor process, NDJSON batches of 1,000 over loopback to acknowledged frames in the embedded log, against `JSON.parse`
 * alone over the same lines in the same run. Goal: at least half its rate.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { accessLines } from './lib-access-lines.js';

const portBase = 19_320;
const token = 'bench-token-of-the-ingestor';
const eventsMax = Number(process.env['BENCH_EVENTS'] ?? 200_000);
const batchSize = 1000;
const lanes = 16;
const rounds = 3;

const lines = accessLines(eventsMax);
const batches = Array.from({ length: eventsMax / batchSize }, (_, index) =>
  Buffer.from(`${lines.slice(index * batchSize, (index + 1) * batchSize).join('\n')}\n`),
);
const dataDir = mkdtempSync(join(tmpdir(), 'vigie-bench-ingest-'));
const ingestor = start();
try {
  await ready();
  let best = { parse: 0, ingest: 0, ratio: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const parse = (parseOnce() + parseOnce()) / 2;
    const ingest = await ingestOnce();
    const ratio = ingest / parse;
    console.log(`JSON.parse ${rate(parse)}   ingest ${rate(ingest)}   ratio ${ratio.toFixed(2)}`);
    if (ratio > best.ratio) best = { parse, ingest, ratio };
  }
  const bytes = Math.round(batches.reduce((sum, batch) => sum + batch.length, 0) / eventsMax);
  console.log(`best: ${rate(best.ingest)} of ${bytes} B acknowledged, ${best.ratio.toFixed(2)} of JSON.parse alone (goal 0.50)`);
} finally {
  ingestor.kill('SIGTERM');
  await new Promise((resolve) => ingestor.once('exit', resolve));
  rmSync(dataDir, { recursive: true, force: true });
}

function start(): ChildProcess {
  const main = fileURLToPath(new URL('../services/ingestor/main.js', import.meta.url));
  const env = {
    ...process.env,
    VIGIE_PORT_BASE: String(portBase),
    VIGIE_DATA_DIR: dataDir,
    VIGIE_INGEST_TOKENS: `siem@helix=${token}`,
    VIGIE_LOG_LEVEL: 'warn',
  };
  return spawn(process.execPath, [main], { env, stdio: ['ignore', 'inherit', 'inherit'] });
}

async function ready(): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const answer = await fetch(`http://127.0.0.1:${portBase}/health/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the ingestor is not ready after 20 s');
}

/** Events a second. */
function parseOnce(): number {
  const started = performance.now();
  let read = 0;
  for (const line of lines) if (JSON.parse(line).action === 'read') read += 1;
  if (read !== lines.length) throw new Error('the lines are not what they should be');
  return lines.length / ((performance.now() - started) / 1000);
}

async function ingestOnce(): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: lanes });
  const started = performance.now();
  let next = 0;
  let accepted = 0;
  const lane = async () => {
    for (let batch = batches[next++]; batch; batch = batches[next++]) {
      const taken = await post(agent, batch);
      accepted += taken;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const took = performance.now() - started;
  agent.destroy();
  if (accepted !== eventsMax) throw new Error(`${accepted} events accepted of ${eventsMax}`);
  return eventsMax / (took / 1000);
}

function post(agent: Agent, body: Buffer): Promise<number> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson', 'content-length': body.length };
  return new Promise((resolve, reject) => {
    const sent = request({ agent, host: '127.0.0.1', port: portBase, path: '/v1/events', method: 'POST', headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('end', () =>
        answer.statusCode === 200 ? resolve(JSON.parse(text).accepted) : reject(new Error(`${answer.statusCode} ${text}`)),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function rate(perSecond: number): string {
  return `${Math.round(perSecond / 1000)} k/s`;
}
