import { ConfigError } from '#libs/runtime/config.js';
import { systemClock } from '#libs/runtime/clock.js';
import { outliveHangUp } from '#libs/runtime/environment/hang-up.js';
import { keepMemoryInside } from '#libs/runtime/environment/memory-dumps.js';
import { messageOf } from '#libs/runtime/outcome.js';
import { createLog } from '#libs/runtime/log.js';
import { closeDataFolder, makePrivateFiles } from '#libs/runtime/private-files.js';
import { tellListening, whenStarterEnds } from '#libs/runtime/supervised/channel.js';
import { type ClickHouseConfig, readClickHouseConfig } from './config.js';
import { startClickHouse } from './start.js';

/** The embedded ClickHouse as a process: exit codes 0 after a clean drain, 1 after a bug, 2 for a configuration that cannot be used. */
const config = configOrExit();
const log = createLog('clickhouse', config.logLevel);
for (const event of ['uncaughtException', 'unhandledRejection'] as const)
  process.on(event, (cause: unknown) => {
    log.error('a bug reached the top of the process, which ends now', { cause });
    process.exit(1);
  });

const started = await startClickHouse(config, { clock: systemClock, log }).catch((cause: unknown) => exitWith(1, cause));
let stopping = false;
const stop = async (): Promise<void> => {
  if (stopping) return;
  stopping = true;
  const well = await started.stop();
  log.info(well ? 'stopped' : 'stopped before everything was drained');
  process.exit(well ? 0 : 1);
};
// A signal to the whole process group reaches us together with those who still write to us: under a supervisor its channel decides.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => (process.connected ? undefined : void stop()));
whenStarterEnds(() => void stop());
tellListening();
log.info('listening', { port: started.port });

function configOrExit(): ClickHouseConfig {
  try {
    keepMemoryInside();
    outliveHangUp();
    makePrivateFiles();
    const config = readClickHouseConfig();
    closeDataFolder(config.dataDir);
    return config;
  } catch (cause) {
    return exitWith(cause instanceof ConfigError ? 2 : 1, cause);
  }
}

function exitWith(code: number, cause: unknown): never {
  process.stderr.write(`clickhouse: ${messageOf(cause)}\n`);
  process.exit(code);
}
