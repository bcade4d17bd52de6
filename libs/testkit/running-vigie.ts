import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { portOffsets } from '#libs/contracts/vocabulary.js';
import { compiledModule, projectRoot } from '#libs/runtime/paths.js';
import { readTargets } from '#libs/runtime/supervised/targets.js';

const readyWithinMs = 300_000;
const stopWithinMs = 40_000;
/** What a start takes at most until it is up, or given up and ended: a hook that ends before leaves a running system behind. Milliseconds. */
export const startMsMax = readyWithinMs + stopWithinMs;
/** Only so that what hangs ends: a service that was killed is back within seconds, on a machine with other work within a minute. */
const patienceMs = 120_000;
/** Each look is a request, or a query of ClickHouse, that the system under test pays for: it has twice as long without one as the look took. */
const lookEveryMs = 200;
const restPerLook = 2;

export interface RunningVigieOptions {
  readonly portBase: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Kept and not removed at the end when given: for a second start over the same data. */
  readonly dataDir?: string;
}

/** One for all that run in this process: what is sent to several machines is sent to each with the same credential. */
const token = randomBytes(32).toString('base64url');

/** The whole system as `npm start` runs it, on its own ports and folder, for tests and benchmarks. Needs a build in dist/. */
export class RunningVigie {
  readonly token = token;
  readonly dataDir: string;
  readonly #child: ChildProcess;
  #output = '';

  private constructor(private readonly options: RunningVigieOptions) {
    this.dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'vigie-test-'));
    this.#child = spawn(process.execPath, [compiledModule('cli/vigie'), 'start'], {
      cwd: projectRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        VIGIE_PORT_BASE: String(options.portBase),
        VIGIE_DATA_DIR: this.dataDir,
        VIGIE_INGEST_TOKENS: `test@helix=${this.token}`,
        ...options.env,
      },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (bytes: Buffer) => (this.#output += bytes.toString()));
  }

  /** Resolves when every process is ready; rejects with what was printed when that does not come about. */
  static async start(options: RunningVigieOptions): Promise<RunningVigie> {
    const vigie = new RunningVigie(options);
    for (let waited = 0; !vigie.#output.includes('Vigie is up'); waited += 50) {
      if (waited > readyWithinMs || vigie.#child.exitCode !== null) {
        await vigie.stop();
        throw new Error(`the system did not come up: ${vigie.#output.slice(-2000)}`);
      }
      await sleep(50);
    }
    return vigie;
  }

  get output(): string {
    return this.#output;
  }

  url(name: keyof typeof portOffsets): string {
    return `http://127.0.0.1:${this.options.portBase + portOffsets[name]}`;
  }

  /** Where each process of a service answers for itself: more than one where several run. */
  pages(name: keyof typeof portOffsets): readonly string[] {
    return readTargets(this.dataDir, name).map((address) => `http://${address}`);
  }

  /** Posts events as NDJSON; the same batch again until it is answered with 200, as an honest feed would. */
  async post(events: readonly object[]): Promise<{ readonly accepted: number; readonly refused: readonly unknown[] }> {
    const body = `${events.map((event) => JSON.stringify(event)).join('\n')}\n`;
    const headers = { authorization: `Bearer ${this.token}`, 'content-type': 'application/x-ndjson' };
    for (let waited = 0; ; waited += lookEveryMs) {
      const answer = await fetch(`${this.url('ingestor')}/v1/events`, { method: 'POST', headers, body }).catch(() => undefined);
      if (answer?.ok) return (await answer.json()) as { accepted: number; refused: unknown[] };
      if (waited >= patienceMs) throw new Error(`a batch was never accepted: ${answer?.status} ${await answer?.text()}`);
      await sleep(lookEveryMs);
    }
  }

  /** Rows of a query on ClickHouse, 64-bit numbers as text. Rejects with the engine's own words. */
  async sql(query: string): Promise<readonly Record<string, unknown>[]> {
    const answer = await fetch(`${this.url('clickhouse')}/?default_format=JSON`, { method: 'POST', body: query });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${answer.status} ${text.slice(0, 500)}`);
    return (JSON.parse(text) as { data: Record<string, unknown>[] }).data;
  }

  /** Asks until `done` says so of the answer, and returns it; rejects with the last answer after `withinMs`. */
  async until<T>(ask: () => Promise<T>, done: (answer: T) => boolean, withinMs = patienceMs): Promise<T> {
    const from = performance.now();
    for (;;) {
      const lookedAt = performance.now();
      const answer = await ask().catch((cause: unknown) => cause);
      if (!(answer instanceof Error) && done(answer as T)) return answer as T;
      if (lookedAt - from >= withinMs)
        throw new Error(`not so within ${withinMs} ms: ${answer instanceof Error ? answer.message : JSON.stringify(answer)}`);
      await sleep(Math.max(lookEveryMs, restPerLook * (performance.now() - lookedAt)));
    }
  }

  /** Ends one service as a crash would. */
  kill(service: string): void {
    this.signal(service, 'SIGKILL');
  }

  /** What is ended so starts again by itself, as under any supervisor. */
  signal(service: string, signal: NodeJS.Signals): void {
    const pid = this.pidOf(service);
    if (pid !== undefined) process.kill(pid, signal);
  }

  /** Holds the supervisor up, so that what ends from here on stays away until `release`. */
  hold(): void {
    this.#child.kill('SIGSTOP');
  }

  release(): void {
    this.#child.kill('SIGCONT');
  }

  /** Of `scorer`, or of `scorer-2` where several run. Undefined while it is down. */
  pidOf(service: string): number | undefined {
    const table = execFileSync('ps', ['-eo', 'pid=,ppid=,args=']).toString().split('\n');
    for (const row of table) {
      const [pid, parent, ...args] = row.trim().split(/\s+/);
      if (Number(parent) === this.#child.pid && isOf(service, args)) return Number(pid);
    }
    return undefined;
  }

  /** Ends all of it in order, and resolves with the exit code. */
  async stop(): Promise<number | null> {
    const gone = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.release();
      this.#child.kill('SIGTERM');
      const forced = setTimeout(() => this.#child.kill('SIGKILL'), stopWithinMs);
      await gone;
      clearTimeout(forced);
    }
    if (!this.options.dataDir) rmSync(this.dataDir, { recursive: true, force: true });
    return this.#child.exitCode;
  }
}

/** A process of several is named behind its program. */
function isOf(service: string, args: readonly string[]): boolean {
  const [name = ''] = service.split('-');
  return args.some((arg) => arg.includes(join('services', name))) && (name === service || args.at(-1) === service);
}
