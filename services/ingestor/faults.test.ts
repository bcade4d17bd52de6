import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '#libs/runtime/clock.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { eventsOf, IngestorProcess, rowsInLog, testToken } from './process.fixture.js';

const port = await freePortBase();
const batch = 40;

describe('the ingestor as a process, over the embedded log', () => {
  let dataDir = '';
  let running: IngestorProcess[] = [];
  const start = async (env: Readonly<Record<string, string>> = {}) => {
    const ingestor = await IngestorProcess.start(dataDir, port, env);
    running.push(ingestor);
    return ingestor;
  };
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'vigie-faults-'));
    running = [];
  });
  afterEach(async () => {
    await Promise.all(running.map((ingestor) => ingestor.end('SIGKILL')));
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** How many of the killed request's rows are in the log before it is sent again. */
  it.each([
    ['T-01', 'after-body', (rows: number) => rows === 0],
    ['T-02', 'after-acknowledgement', (rows: number) => rows === batch],
    ['T-03', 'between-partitions', (rows: number) => rows > 0 && rows < batch],
  ] as const)('%s killed %s: what was acknowledged is there, what is sent again counts once', async (_name, failpoint, inLog) => {
    const healthy = await start();
    expect(await healthy.post(eventsOf('first', batch))).toMatchObject({ status: 200, body: { accepted: batch } });
    await healthy.end('SIGKILL');

    const armed = await start({ VIGIE_FAILPOINT: failpoint });
    await expect(armed.post(eventsOf('second', batch))).rejects.toThrow();
    expect(await armed.exited).toEqual({ code: null, signal: 'SIGKILL' });
    const afterKill = await rowsInLog(dataDir);
    const rowsOfKilled = new Set(afterKill.map(logicalRow)).size - batch;
    expect([rowsOfKilled, inLog(rowsOfKilled)]).toEqual([rowsOfKilled, true]);

    const again = await start();
    expect(await again.post(eventsOf('second', batch))).toMatchObject({ status: 200, body: { accepted: batch } });
    await again.end('SIGTERM');
    const rows = await rowsInLog(dataDir);
    expect(new Set(rows.map((row) => row['session_id']))).toEqual(idsOf('first', 'second'));
    expect(new Set(rows.map(logicalRow)).size).toBe(2 * batch);
  });

  it('on SIGTERM answers or refuses what is in hand, keeps what it acknowledged, and ends well', async () => {
    const ingestor = await start();
    const half = new RawRequest(port, 'half', 3);
    half.sendHead();
    await bytesAtWork(ingestor);
    const acknowledged: string[] = [];
    let signalled = false;
    const lanes = Array.from({ length: 8 }, async (_, lane) => {
      for (let turn = 0; ; turn += 1) {
        const prefix = `lane${lane}x${turn}`;
        const answer = await ingestor.post(eventsOf(prefix, batch)).catch(() => undefined);
        if (answer?.status === 200) acknowledged.push(prefix);
        else {
          // Only a stopping ingestor may refuse or be gone.
          expect([signalled, answer?.status ?? 503]).toEqual([true, 503]);
          return;
        }
        if (acknowledged.length === 24) {
          signalled = true;
          ingestor.signal('SIGTERM');
        }
      }
    });
    await Promise.all(lanes);
    expect(await half.answer).toMatch(/^HTTP\/1\.1 503[^]*retry-after: 1/i);
    expect(await ingestor.exited).toEqual({ code: 0, signal: null });
    const inLog = new Set((await rowsInLog(dataDir)).map((row) => row['session_id']));
    expect([...idsOf(...acknowledged)].filter((id) => !inLog.has(id))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThanOrEqual(24);
  });
});

function logicalRow(row: Readonly<Record<string, unknown>>): string {
  return `${String(row['event_id'])} ${String(row['patient_id'])}`;
}

function idsOf(...prefixes: readonly string[]): ReadonlySet<unknown> {
  return new Set(prefixes.flatMap((name) => Array.from({ length: batch }, (_, index) => `${name}-${index}`)));
}

/** Waits until the ingestor holds a part of a body. */
async function bytesAtWork(ingestor: IngestorProcess): Promise<void> {
  for (let look = 0; look < 1000; look += 1) {
    const text = await (await fetch(`${ingestor.base}/metrics`)).text();
    if (/^vigie_ingest_queue_bytes\{[^}]*\} [1-9]/m.test(text)) return;
    await systemClock.sleep(10);
  }
  throw new Error('the ingestor never held a part of the body');
}

/** A request of which only the beginning is sent. */
class RawRequest {
  readonly answer: Promise<string>;
  readonly #socket: Socket;

  constructor(
    to: number,
    private readonly prefix: string,
    private readonly events: number,
  ) {
    this.#socket = connect(to, '127.0.0.1').setEncoding('latin1');
    this.answer = new Promise((resolve) => {
      let text = '';
      this.#socket.on('data', (chunk) => (text += String(chunk)));
      this.#socket.on('error', () => {});
      this.#socket.on('close', () => resolve(text));
    });
  }

  sendHead(): void {
    const body = JSON.stringify(eventsOf(this.prefix, this.events));
    const head = `POST /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${testToken}\r\nContent-Length: ${body.length}\r\n\r\n`;
    this.#socket.write(`${head}${body.slice(0, body.length / 2)}`);
  }
}
