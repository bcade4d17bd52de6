import { randomBytes } from 'node:crypto';
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { topics } from '#libs/contracts/topics.js';
import { extentOf, unstamped } from '#libs/event-log/embedded/append-queue.js';
import { Disk } from '#libs/event-log/embedded/disk.js';
import { embeddedPartitions } from '#libs/event-log/limits.js';
import { systemClock } from '#libs/runtime/clock.js';
import { compileCache, compiledModule } from '#libs/runtime/paths.js';

export const testToken = randomBytes(32).toString('base64url');
const readyMsMax = 120_000;

/** A real ingestor in a process of its own, over the embedded log of a folder. Needs an up-to-date dist/. */
export class IngestorProcess {
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  readonly base: string;
  readonly #child: ChildProcess;

  private constructor(
    dataDir: string,
    readonly port: number,
    env: Readonly<Record<string, string>>,
  ) {
    const main = compiledModule('services/ingestor/main');
    const own = {
      ...compileCache(),
      VIGIE_PORT_BASE: String(port),
      VIGIE_DATA_DIR: dataDir,
      VIGIE_LOG_LEVEL: 'warn',
      VIGIE_INGEST_TOKENS: `siem@helix=${testToken}`,
    };
    this.base = `http://127.0.0.1:${port}`;
    this.#child = spawn(process.execPath, [main], { env: { ...own, ...env }, stdio: ['ignore', 'inherit', 'inherit'] });
    this.exited = new Promise((resolve) => this.#child.once('exit', (code, signal) => resolve({ code, signal })));
  }

  /** Resolves when the ingestor takes events. */
  static async start(dataDir: string, port: number, env: Readonly<Record<string, string>> = {}): Promise<IngestorProcess> {
    const started = new IngestorProcess(dataDir, port, env);
    const from = systemClock.monotonic();
    for (;;) {
      const answer = await fetch(`${started.base}/health/ready`).catch(() => undefined);
      if (answer?.ok) return started;
      if (systemClock.monotonic() - from > readyMsMax) {
        await started.end('SIGKILL');
        throw new Error(`the ingestor was not ready within ${readyMsMax} ms`);
      }
      await systemClock.sleep(20);
    }
  }

  /** Sends events as lines; rejects when the connection breaks without an answer. */
  async post(events: readonly object[]): Promise<{ readonly status: number; readonly body: unknown }> {
    const headers = { authorization: `Bearer ${testToken}`, 'content-type': 'application/x-ndjson' };
    const body = events.map((event) => JSON.stringify(event)).join('\n');
    const answer = await fetch(`${this.base}/v1/events`, { method: 'POST', headers, body });
    return { status: answer.status, body: await answer.json() };
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async end(signal: NodeJS.Signals): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }> {
    this.#child.kill(signal);
    return this.exited;
  }
}

/** Every access row, or line of another topic, in the embedded log of a folder, in no order. */
export async function rowsInLog(
  dataDir: string,
  topic: string = topics.accesses,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const disk = new Disk(join(dataDir, 'log'), 1024 ** 3);
  try {
    const rows: Readonly<Record<string, unknown>>[] = [];
    for (let partition = 0; partition < embeddedPartitions; partition += 1) {
      const { start, end } = extentOf(disk, { topic, partition });
      for (let offset = start; offset < end; offset += 1) {
        const stored = disk.frames.getBinary([topic, partition, offset]);
        if (!stored) throw new Error(`frame ${offset} of partition ${partition} is missing`);
        const lines = unstamped(stored).bytes.toString().trimEnd().split('\n');
        rows.push(...lines.map((line) => JSON.parse(line)));
      }
    }
    return rows;
  } finally {
    await disk.close();
  }
}

/**
 * Events with the record ids `<prefix>-0`, `<prefix>-1`, ..., of as many accounts, so that they lie in several partitions. Their rows tell the
 * record id as `session_id`.
 */
export function eventsOf(prefix: string, count: number): readonly object[] {
  return Array.from({ length: count }, (_, index) => ({
    time: '2026-01-05T08:12:03.120Z',
    clinic_id: '750300123',
    actor_id: `account.${index}`,
    action: 'read',
    patient_ids: [`IPP-${prefix}-${index}`],
    id: `${prefix}-${index}`,
    session_id: `${prefix}-${index}`,
  }));
}
