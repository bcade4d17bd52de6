import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { printableLines } from '#libs/contracts/visible-text.js';
import { systemClock } from '#libs/runtime/clock.js';
import { doubtfulVariables } from '#libs/runtime/environment/doubtful-variables.js';
import { hasTerminal } from '#libs/runtime/environment/hang-up.js';
import { memoryDoubts } from '#libs/runtime/environment/memory-dumps.js';
import { LogOutput } from '#libs/runtime/files/log-output.js';
import { messageOf } from '#libs/runtime/outcome.js';
import { closeDataFolder } from '#libs/runtime/private-files.js';
import { whenStarterEnds } from '#libs/runtime/supervised/channel.js';
import { type CommandConfig, readCommandConfig } from '../config.js';
import { requireRules } from '#libs/detection/rules/load/require-rules.js';
import { refuseHalfRestored } from '../backup/restoring.js';
import { inletsOf } from './inlets.js';
import { board, type BoardFacts } from './board.js';
import { refuseCutLog } from '../backup/cut-log.js';
import {
  emptyForDemonstration,
  keepFromDemonstrations,
  refuseWhileRunning,
  takeDataFolder,
  type TakenFolder,
} from './data-folder.js';
import type { Demonstration } from './demonstration.js';
import { printsToJournal } from '#libs/runtime/environment/journal.js';
import { developmentConsoleToken } from '#services/console/users/development-token.js';
import { newLoginSecret } from '#services/console/session/login-link.js';
import { developmentGroup, developmentToken } from '#services/ingestor/development-token.js';
import { type ProcessDefinition, processList } from './process-list.js';
import type { SupervisedEvents } from './supervised.js';
import { Supervisor } from './supervisor.js';
import { writeTargets } from '#libs/runtime/supervised/targets.js';
import { workersOf } from './workers/workers.js';

export interface StartOptions {
  readonly demo?: boolean;
  readonly speed: number;
  readonly seed: number;
  readonly exit?: boolean;
}

/**
 * `vigie start`: everything on this machine until SIGTERM, SIGINT, or the end of a demonstration with `--exit`. Exit codes: 0 after a clean
 * stop, 1 when something could not be drained or the demonstration failed, 2 for a configuration that cannot be used.
 */
export async function start(options: StartOptions): Promise<void> {
  // Which of several a process is, each is told by us alone.
  const env: Record<string, string | undefined> = { ...process.env, VIGIE_WORKER: undefined };
  const isDefaultFolder = !env.VIGIE_DATA_DIR;
  if (options.demo && isDefaultFolder) env.VIGIE_DATA_DIR = join('data', 'demo');
  const config = readCommandConfig(env);
  const { platform } = process;
  const workers = workersOf(config, { cores: availableParallelism(), platform });
  const { rules } = await requireRules(config);
  const demonstration = options.demo ? await demonstrationOf(options, config) : undefined;
  if (demonstration) {
    await refuseWhileRunning(config.VIGIE_DATA_DIR, { clock: systemClock, say: print });
    emptyForDemonstration(config.VIGIE_DATA_DIR, isDefaultFolder);
    Object.assign(env, await demonstration.prepare());
  }
  for (const doubt of [...doubtfulVariables(process.env), ...memoryDoubts(process.env)]) print(doubt);
  closeDataFolder(config.VIGIE_DATA_DIR);
  const folder = await takeDataFolder(config.VIGIE_DATA_DIR, config.VIGIE_PORT_BASE, { clock: systemClock, say: print });
  if (!demonstration) keepFromDemonstrations(config.VIGIE_DATA_DIR);
  await requireWhole(config.VIGIE_DATA_DIR, folder);
  env.VIGIE_DATA_DIR = config.VIGIE_DATA_DIR;
  const stopped = new AbortController();
  let misconfigured = false;
  const processes = processList({
    host: config.VIGIE_HOST,
    portBase: config.VIGIE_PORT_BASE,
    clickhouseUrl: config.CLICKHOUSE_URL,
    workers,
  });
  tellWhere(config, processes);
  const supervisor = supervise(config, processes, env, {
    started: folder.note,
    misconfigured: (name, said) => {
      print(`${name} cannot start: ${said.trim()}`);
      misconfigured = true;
      stopped.abort();
    },
  });
  whenStarterEnds(() => stopped.abort());
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopped.abort());
  // Of a terminal that is gone, or to look at changed files again.
  process.on('SIGHUP', hasTerminal() ? () => stopped.abort() : () => supervisor.lookAgain());
  const well = await untilStopped(supervisor, stopped, async () => {
    const isOwn = demonstration !== undefined || !env.VIGIE_INGEST_TOKENS;
    const group = demonstration?.groupId ?? developmentGroup;
    const token = isOwn ? { token: developmentToken(config.VIGIE_DATA_DIR), group } : undefined;
    await bringUp(
      supervisor,
      config,
      { rules: rules.length, token, inlets: inletsOf(env['VIGIE_SOURCES_FILE'], env) },
      stopped.signal,
    );
    if (!demonstration) return;
    await demonstration.play(print, stopped.signal);
    if (options.exit) stopped.abort();
  });
  demonstration?.close();
  folder.leave();
  process.exit(misconfigured ? 2 : Number(!well));
}

/** Lets the folder go where what is in it is not all that was. */
async function requireWhole(dataDir: string, { leave }: TakenFolder): Promise<void> {
  try {
    refuseHalfRestored(dataDir);
    await refuseCutLog(join(dataDir, 'log'));
  } catch (cause) {
    leave();
    throw cause;
  }
}

/** The simulated hospital is loaded only where it plays. */
async function demonstrationOf(options: StartOptions, config: CommandConfig): Promise<Demonstration> {
  const { Demonstration } = await import('./demonstration.js');
  return new Demonstration(options, config);
}

/** Several processes of a service answer each for itself at a port of its own. */
function tellWhere({ VIGIE_DATA_DIR: dataDir, VIGIE_HOST: host }: CommandConfig, processes: readonly ProcessDefinition[]): void {
  for (const service of new Set(processes.map((one) => one.service)))
    writeTargets(
      dataDir,
      service,
      processes.filter((one) => one.service === service).map(({ port }) => `${host}:${port}`),
    );
}

function supervise(
  config: CommandConfig,
  processes: readonly ProcessDefinition[],
  env: Readonly<Record<string, string | undefined>>,
  events: Pick<SupervisedEvents, 'started' | 'misconfigured'>,
): Supervisor {
  const options = {
    host: config.VIGIE_HOST,
    dataDir: config.VIGIE_DATA_DIR,
    processes,
    env,
  };
  return new Supervisor(options, systemClock, {
    ...events,
    restarted: (name, cause, waitMs) => print(`${name} ended (${cause}) and starts again in ${waitMs} ms`),
  });
}

/** Runs `work` and then waits for the stop; whatever happens, every process is stopped in order. Resolves with whether all went well. */
async function untilStopped(supervisor: Supervisor, stopped: AbortController, work: () => Promise<void>): Promise<boolean> {
  let well = true;
  supervisor.start();
  // Children alone do not keep this process: a lost pipe to one of them must not end it silently.
  const alive = systemClock.sleep(2 ** 31 - 1, stopped.signal).catch(() => {});
  try {
    await work();
    await alive;
  } catch (cause) {
    if (!stopped.signal.aborted) {
      well = false;
      print(messageOf(cause));
    }
  }
  print('stopping');
  well = (await supervisor.stop()) && well;
  print(well ? 'stopped; nothing was lost' : 'stopped, with trouble: see the logs');
  return well;
}

async function bringUp(
  supervisor: Supervisor,
  config: CommandConfig,
  {
    rules,
    token,
    inlets,
  }: { readonly rules: number; readonly token: BoardFacts['developmentToken']; readonly inlets: readonly string[] },
  signal: AbortSignal,
): Promise<void> {
  const startedAt = systemClock.monotonic();
  await supervisor.ready(
    (name) => print(`${name} is ready`),
    (name, reason) =>
      print(
        `${name} is not ready yet: ${reason}. Its output is in ${join(config.VIGIE_DATA_DIR, 'logs', `${name}.log`)}; npx vigie doctor says what is missing`,
      ),
    signal,
  );
  const processes = supervisor.processes.map((one) => one.definition);
  const startedInMs = systemClock.monotonic() - startedAt;
  const isOwnUser = !config.VIGIE_CONSOLE_USERS_FILE && !config.KAFKA_BROKERS;
  const consoleToken = isOwnUser ? developmentConsoleToken(config.VIGIE_DATA_DIR) : undefined;
  // Where people log in at an identity provider, nobody comes in by a link.
  const loginSecret = isOwnUser && !process.env['VIGIE_OIDC_ISSUER'] ? newLoginSecret(config.VIGIE_DATA_DIR) : undefined;
  const keptByOthers = printsToJournal(process.env);
  print(
    board({ config, processes, startedInMs, developmentToken: token, consoleToken, loginSecret, rules, inlets, keptByOthers }),
  );
}

/** A full disk, or a pipe that nobody reads any more, stops nothing here. */
const output = LogOutput.standard((lines) => `(${lines} lines were left out: this output could not take them)\n`);

function print(text: string): void {
  output.write(`${printableLines(text)}\n`);
}
