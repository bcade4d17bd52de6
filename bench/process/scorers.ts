import { type ChildProcess, spawn } from 'node:child_process';
import { ownPort } from '#libs/runtime/supervised/worker.js';
import { compiledModule } from '#libs/runtime/paths.js';
import { type ThreadTimes, threadTimesOf } from './threads.js';

/** What one scorer had done at a moment. */
export interface Done extends ThreadTimes {
  /** Accesses that it has judged. */
  readonly rows: number;
}

/** What scorers had done at a moment. */
export interface Sample {
  /** Milliseconds on a clock that never goes back. */
  readonly ms: number;
  readonly each: readonly Done[];
}

/** Scorers as `vigie start` runs them, so many over one log, without a store. */
export class BenchScorers {
  readonly #processes: readonly { readonly process: ChildProcess; readonly url: string }[];

  constructor(count: number, portBase: number, env: Readonly<Record<string, string>>) {
    this.#processes = Array.from({ length: count }, (_, index) => {
      const worker = { number: index + 1, of: count };
      const own = {
        VIGIE_WORKER: `${worker.number}/${worker.of}`,
        VIGIE_PORT_BASE: String(portBase),
        VIGIE_LOG_LEVEL: 'error',
        // Nobody answers there: what goes on beside the stream has nothing to ask.
        CLICKHOUSE_URL: 'http://127.0.0.1:9',
      };
      return {
        process: spawn(process.execPath, [compiledModule('services/scorer/main')], {
          env: { ...process.env, ...own, ...env },
          stdio: ['ignore', 'ignore', 'inherit'],
        }),
        url: `http://127.0.0.1:${ownPort('scorer', portBase, worker)}/metrics`,
      };
    });
  }

  async sample(): Promise<Sample> {
    const each = await Promise.all(
      this.#processes.map(async ({ process: of, url }) => {
        const rows = await scoredAt(url);
        return { rows, ...threadTimesOf(of.pid) };
      }),
    );
    return { ms: performance.now(), each };
  }

  signal(signal: NodeJS.Signals): void {
    for (const one of this.#processes) one.process.kill(signal);
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#processes.map(async ({ process: one }) => {
        if (one.exitCode !== null || one.signalCode !== null) return;
        const over = new Promise((resolve) => one.once('exit', resolve));
        one.kill('SIGTERM');
        await over;
      }),
    );
  }
}

/** 0 while it does not answer. */
async function scoredAt(url: string): Promise<number> {
  const text = await fetch(url).then(
    (answer) => answer.text(),
    () => '',
  );
  return Number(/^vigie_rows_scored_total(?:\{[^}]*\})? (\d+)/m.exec(text)?.[1] ?? 0);
}
