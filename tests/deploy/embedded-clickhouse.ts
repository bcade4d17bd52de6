import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { servicesPassword, servicesUser } from '#libs/access-store/clickhouse/services-credential.js';
import { portOffsets } from '#libs/contracts/vocabulary.js';
import { systemClock } from '#libs/runtime/clock.js';
import { compiledModule } from '#libs/runtime/paths.js';

export interface EmbeddedClickHouse {
  readonly url: string;
  /** Of the services. */
  readonly user: string;
  readonly password: string;
  stop(): Promise<void>;
}

const readyMsMax = 60_000;

/** The built embedded ClickHouse as a process of its own, on an empty folder, from `portBase` as `VIGIE_PORT_BASE`. */
export async function startEmbeddedClickHouse(portBase: number): Promise<EmbeddedClickHouse> {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-dashboards-'));
  const env = {
    ...process.env,
    VIGIE_PORT_BASE: String(portBase),
    VIGIE_DATA_DIR: folder,
    UV_THREADPOOL_SIZE: '24',
    VIGIE_LOG_LEVEL: 'warn',
  };
  const child = spawn(process.execPath, [compiledModule('services/clickhouse/main')], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  const url = `http://127.0.0.1:${portBase + portOffsets.clickhouse}`;
  const deadline = systemClock.monotonic() + readyMsMax;
  while (!(await answers(url))) {
    if (child.exitCode !== null) throw new Error(`the embedded ClickHouse ended with code ${child.exitCode}: is dist/ built?`);
    if (systemClock.monotonic() > deadline) throw new Error(`the embedded ClickHouse did not answer within ${readyMsMax} ms`);
    await systemClock.sleep(100);
  }
  return {
    url,
    user: servicesUser,
    password: servicesPassword(folder),
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/ping`).then(
    (response) => response.ok,
    () => false,
  );
}
