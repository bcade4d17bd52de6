import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { servicesPassword, servicesUser } from '#libs/access-store/clickhouse/services-credential.js';
import { portOffsets } from '#libs/contracts/vocabulary.js';
import type { Clock } from '#libs/runtime/clock.js';
import { compileCache, compiledModule } from '#libs/runtime/paths.js';
import { listeningMessage } from '#libs/runtime/supervised/channel.js';

/** An embedded ClickHouse in a process of its own, for tests, benchmarks and tools. It ends with the process that started it, however that ends, unless it is kept. */
export interface SpawnedClickHouse {
  readonly url: string;
  /** Of the services; without them one reads as people do. */
  readonly user: string;
  readonly password: string;
  readonly child: ChildProcess;
  /** Ends the process with a signal and resolves with its exit code, null when the signal ended it. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

export interface SpawnOptions {
  readonly portBase: number;
  readonly directory: string;
  readonly env?: Readonly<Record<string, string>>;
  /** It lives on behind whoever started it, for somebody else to end: what stands at its port may be another one. */
  readonly isKept?: boolean;
}

/** What it may take from its start until it answers, in milliseconds. */
const startMsMax = 120_000;

/**
 * Starts the compiled process (`npm run build` before) and resolves when it answers. Rejects with what it said when it ends before, as where the port is
 * taken: what answers there then is the store of somebody else, and nothing may be asked of it.
 */
export async function spawnClickHouse(clock: Clock, options: SpawnOptions): Promise<SpawnedClickHouse> {
  const child = spawn(process.execPath, [compiledModule('services/clickhouse/main')], {
    stdio: ['ignore', 'pipe', 'pipe', options.isKept ? 'ignore' : 'ipc'],
    env: {
      ...compileCache(),
      UV_THREADPOOL_SIZE: '24',
      VIGIE_PORT_BASE: String(options.portBase),
      VIGIE_DATA_DIR: options.directory,
      VIGIE_LOG_LEVEL: 'warn',
      ...options.env,
    },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (bytes: Buffer) => (said = (said + bytes.toString()).slice(-4000)));
  const exited = once(child, 'exit');
  const heard = { itListens: options.isKept === true };
  child.on('message', (message) => (heard.itListens ||= message === listeningMessage));
  const url = `http://127.0.0.1:${options.portBase + portOffsets.clickhouse}`;
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> => {
    // With its channel it takes no other sign of the end.
    if (signal === 'SIGTERM' && child.connected) child.disconnect();
    else child.kill(signal);
    await exited;
    return child.exitCode;
  };
  const deadline = clock.monotonic() + startMsMax;
  while (!heard.itListens || !(await answers(url))) {
    if (child.exitCode !== null || clock.monotonic() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`the embedded ClickHouse did not start at ${url}: ${said.trim() || 'it said nothing'}`);
    }
    await clock.sleep(50);
  }
  return { url, user: servicesUser, password: servicesPassword(options.directory), child, end };
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/ping`).then(
    ({ ok }) => ok,
    () => false,
  );
}
