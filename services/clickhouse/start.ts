import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { servicesUser } from '#libs/access-store/clickhouse/services-credential.js';
import type { Clock } from '#libs/runtime/clock.js';
import { Health } from '#libs/runtime/health.js';
import type { Log } from '#libs/runtime/log.js';
import { openAudit } from './audit/open-audit.js';
import { BodyReader } from './http/body.js';
import { ClickHouseMetrics } from './http/clickhouse-metrics.js';
import type { ClickHouseConfig } from './config.js';
import { Engine } from './engine/engine.js';
import type { NamedRights } from './engine/engine-config.js';
import { probeWalls } from './engine/probe.js';
import { QueryRunner } from './run/query-runner.js';
import { createClickHouseServer } from './http/server.js';

export interface RunningClickHouse {
  readonly port: number;
  /** Refuses new requests, finishes inserts, kills reads that take longer, closes the engine. False when something was still running. */
  stop(): Promise<boolean>;
}

/** Time for what runs to end by itself, in milliseconds; the process must be gone 10 s after SIGTERM. */
const drainMsMax = 8000;

/** A service or task with rights of its own. */
export interface NamedUser extends NamedRights {
  readonly password: string;
}

/** Opens the engine and listens. Port 0 lets the system choose. */
export async function startClickHouse(
  config: ClickHouseConfig,
  { clock, log, named }: { readonly clock: Clock; readonly log: Log; readonly named?: ReadonlyMap<string, NamedUser> },
): Promise<RunningClickHouse> {
  mkdirSync(config.directory, { recursive: true });
  const engine = new Engine(config.directory, [`--max_server_memory_usage=${config.engineMemoryMax}`], named);
  await probeWalls(engine);
  const timezone = await askTimezone(engine);
  const health = new Health();
  const { audit, close } = openAudit(config, { clock, log, health });
  const runner = new QueryRunner(engine, config, clock, log, audit);
  const bodies = new BodyReader(config.bodyBytesMax);
  let draining = false;
  health.ready('accepting', () => (draining ? 'draining' : undefined));
  const metrics = new ClickHouseMetrics(runner, bodies);
  const credentials = {
    servicesUser,
    servicesPassword: config.servicesPassword,
    people: config.people,
    ...(named && { named: new Map([...named].map(([user, { password }]) => [user, password])) }),
  };
  const server = createClickHouseServer({
    runner,
    audit,
    bodies,
    health,
    metrics,
    clock,
    log,
    timezone,
    credentials,
    hosts: config.ownHosts,
  });
  server.listen(config.port, config.host);
  await once(server, 'listening');
  const stop = async (): Promise<boolean> => {
    draining = true;
    const closed = once(server, 'close');
    server.close();
    const deadline = new AbortController();
    const late = clock.sleep(drainMsMax, deadline.signal).then(
      () => false,
      () => true,
    );
    const well = await Promise.race([late, closed.then(() => true)]);
    deadline.abort();
    server.closeAllConnections();
    await close();
    // With a query still inside, closing the engine would end the process by a crash: the system closes it then, and loses nothing.
    if (!well) return false;
    runner.close();
    engine.close();
    return true;
  };
  return { port: (server.address() as AddressInfo).port, stop };
}

async function askTimezone(engine: Engine): Promise<string> {
  const connection = await engine.connect('people');
  try {
    return (await connection.query('SELECT timezone()', 'TabSeparated')).bytes.toString('utf8').trim();
  } finally {
    connection.close();
  }
}
