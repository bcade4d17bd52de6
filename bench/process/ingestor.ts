import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The unit of `/proc/<pid>/stat`. */
const tickMicroseconds = 10_000;

/** An ingestor in a process of its own, over the embedded log in a folder that goes with it. */
export class BenchIngestor {
  readonly #folder = mkdtempSync(join(tmpdir(), 'vigie-bench-'));
  readonly #process: ChildProcess;

  /** `env` is made with the folder, for files that stand in it. */
  constructor(
    readonly port: number,
    env: (folder: string) => Readonly<Record<string, string>>,
  ) {
    const main = fileURLToPath(new URL('../../services/ingestor/main.js', import.meta.url));
    const own = { VIGIE_PORT_BASE: String(port), VIGIE_DATA_DIR: this.#folder, VIGIE_LOG_LEVEL: 'error' };
    this.#process = spawn(process.execPath, [main], {
      env: { ...process.env, ...own, ...env(this.#folder) },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  }

  async ready(): Promise<void> {
    for (let attempt = 0; attempt < 300; attempt += 1) {
      const answer = await fetch(`http://127.0.0.1:${this.port}/health/ready`).catch(() => undefined);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('the ingestor is not ready after 30 s');
  }

  /** Of the whole process, all threads; not a number where the system does not tell. */
  processorMicroseconds(): number {
    return processorMicrosecondsOf(this.#process);
  }

  /** The most memory that was resident at one time, in MiB; not a number where the system does not tell. */
  residentMibMax(): number {
    if (process.platform !== 'linux') return Number.NaN;
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.#process.pid}/status`, 'utf8'))?.[1]) / 1024;
  }

  /** Events that a source had acknowledged so far. */
  async accepted(source: string): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.port}/metrics`)).text();
    const line = text
      .split('\n')
      .find((one) => one.startsWith('vigie_events_accepted_total') && one.includes(`source="${source}"`));
    return Number(line?.split(' ').at(-1) ?? 0);
  }

  /** Ends the process, if it runs, and removes its folder; `look` may read there before. */
  async stop(look?: (folder: string) => Promise<void>): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const over = new Promise((resolve) => this.#process.once('exit', resolve));
      this.#process.kill('SIGTERM');
      await over;
    }
    await look?.(this.#folder);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export function processorMicrosecondsOf({ pid }: ChildProcess): number {
  if (process.platform !== 'linux') return Number.NaN;
  const [, fields = ''] = /\) (.*)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
  const numbers = fields.split(' ').map(Number);
  return ((numbers[11] ?? 0) + (numbers[12] ?? 0)) * tickMicroseconds;
}
