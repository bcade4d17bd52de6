import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fsyncSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { threadTimesOf } from './threads.js';

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

  /** Of its main thread alone: the rest is the log's writing, unpacking, the engine's compiler and collector. */
  mainMicroseconds(): number {
    return threadTimesOf(this.#process.pid).main.ran;
  }

  /**
   * Writes so many MiB behind what the log's file has, where its next pages come to lie: a log that has reached its retention writes over what it
   * wrote before, and one that grows asks the file system for each page, and the disk, which takes several times as long and costs up to 0.9 us a row.
   */
  growLog(mib: number): void {
    const path = join(this.#folder, 'log', 'frames', 'data.mdb');
    const file = openSync(path, 'r+');
    const piece = Buffer.alloc(1024 * 1024, 1);
    const end = statSync(path).size;
    for (let written = 0; written < mib; written += 1) writeSync(file, piece, 0, piece.length, end + written * piece.length);
    fsyncSync(file);
    closeSync(file);
  }

  /** For how long the main thread was ready to run and did not. */
  queuedMicroseconds(): number {
    return queuedMicrosecondsOf(this.#process);
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

/** Of all threads of a process but those of the names `besides`; not a number where the system does not tell. */
export function processorMicrosecondsOf({ pid }: Pick<ChildProcess, 'pid'>, besides: ReadonlySet<string> = nobody): number {
  const { processor, byName } = threadTimesOf(pid);
  return [...besides].reduce((left, name) => left - (byName[name] ?? 0), processor);
}

const nobody: ReadonlySet<string> = new Set();

/** For how long the main thread of a process was ready to run and did not: what a loaded machine adds to the time by the clock. */
export function queuedMicrosecondsOf({ pid }: ChildProcess): number {
  return threadTimesOf(pid).main.queued;
}
