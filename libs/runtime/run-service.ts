import 'reflect-metadata';
import type { DynamicModule, LoggerService, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ServiceName } from '#libs/contracts/vocabulary.js';
import { type CommonConfig, ConfigError, ownHostsOf } from './config.js';
import { systemClock } from './clock.js';
import { doubtfulVariables } from './environment/doubtful-variables.js';
import { outliveHangUp } from './environment/hang-up.js';
import { keepMemoryInside, memoryDoubts } from './environment/memory-dumps.js';
import { codeOf, messageOf } from './outcome.js';
import { Fatal } from './fatal.js';
import { isOwnHost, type OwnHosts } from './host-check.js';
import type { Log } from './log.js';
import { closeDataFolder, makePrivateFiles } from './private-files.js';
import { behindProxies } from './proxies/trusted-proxies.js';
import { LOG, RuntimeModule } from './runtime.module.js';
import { Shutdown } from './shutdown.js';
import { tellListening, whenStarterEnds } from './supervised/channel.js';
import { SharedDoor } from './supervised/shared-door.js';
import { ownPort, sharedPort } from './supervised/worker.js';

/** While draining, how often idle connections are closed, in milliseconds. */
const idleSweepMs = 100;

export interface ServiceDefinition<C extends CommonConfig> {
  readonly name: ServiceName;
  /** Reads the configuration; throws `ConfigError`. */
  readonly readConfig: () => C;
  readonly module: (config: C) => DynamicModule;
  /** Last touches to the HTTP application before it listens: limits, raw bodies. */
  readonly adapter?: (config: C) => FastifyAdapter;
  /** Proxies that say who asks, where the service has no adapter of its own. */
  readonly proxies?: (config: C) => readonly string[] | undefined;
  /** The provider by which the service takes frames: started once requests are answered, and for as long as it takes. */
  readonly transport?: Type<CustomTransportStrategy>;
}

/**
 * Runs one service until SIGTERM or SIGINT, then drains it: HTTP first, then the steps of `Shutdown` in reverse order.
 * Exit codes: 0 after a clean drain, 1 after a bug or an unclean drain, 2 for a configuration that cannot be used.
 */
export async function runService<C extends CommonConfig>(definition: ServiceDefinition<C>): Promise<void> {
  const config = configOrExit(definition);
  const app = await NestFactory.create<NestFastifyApplication>(
    rootModule(definition, config),
    definition.adapter?.(config) ?? behindProxies(definition.proxies?.(config)),
    { bufferLogs: true, abortOnError: false, bodyParser: definition.adapter === undefined },
  ).catch((cause: unknown) => exitWith(definition.name, exitCodeOf(cause), cause));
  const log = app.get<Log>(LOG);
  sayDoubts(log);
  app.useLogger(nestLogger(log));
  refuseForeignHosts(app, ownHostsOf(config));
  const shared = sharedPort(definition.name, config.VIGIE_PORT_BASE, config.VIGIE_WORKER);
  const door = shared === undefined ? undefined : new SharedDoor(app.getHttpServer());
  const stop = stopOnce(app, log, door);
  endWhenFatal(definition.name, app, log);
  if (definition.transport) app.connectMicroservice({ strategy: app.get(definition.transport, { strict: false }) });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(0));
  // Nobody would be left to stop us.
  whenStarterEnds(() => void stop(0));
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (cause: unknown) => {
      log.error('a bug reached the top of the process, which ends now', { cause });
      process.exit(1);
    });
  const own = ownPort(definition.name, config.VIGIE_PORT_BASE, config.VIGIE_WORKER);
  const opening = (port: number, open: () => Promise<unknown>) =>
    open().catch((cause: unknown) =>
      exitWith(definition.name, exitCodeOf(cause), isTaken(cause) ? portTaken(config, port) : cause),
    );
  // The own one first: nobody else may have it, so that a second installation does not come as far as the shared one.
  await opening(own, () => app.listen(own, config.VIGIE_HOST));
  if (door && shared !== undefined) await opening(shared, () => door.open(config.VIGIE_HOST, shared));
  tellListening();
  log.info('listening', { port: own });
  app
    .startAllMicroservices()
    .catch((cause: unknown) => app.get(Fatal).report(`the ${definition.name} cannot begin to read`, cause));
}

function rootModule<C extends CommonConfig>(definition: ServiceDefinition<C>, config: C): DynamicModule {
  class Root {}
  return {
    module: Root,
    imports: [RuntimeModule.forService(definition.name, config.VIGIE_LOG_LEVEL, config.VIGIE_WORKER), definition.module(config)],
  };
}

function configOrExit<C extends CommonConfig>(definition: ServiceDefinition<C>): C {
  try {
    keepMemoryInside();
    outliveHangUp();
    makePrivateFiles();
    const config = definition.readConfig();
    closeDataFolder(config.VIGIE_DATA_DIR);
    return config;
  } catch (cause) {
    return exitWith(definition.name, exitCodeOf(cause), cause);
  }
}

/** Under a supervisor, that says so once for all. */
function sayDoubts(log: Log): void {
  if (process.env['VIGIE_SUPERVISED']) return;
  for (const doubt of [...doubtfulVariables(process.env), ...memoryDoubts(process.env)]) log.warn(doubt);
}

/** No page of another site may read what a service answers by having its own name point here. */
function refuseForeignHosts(app: NestFastifyApplication, hosts: OwnHosts): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', async (request, reply) => {
    if (isOwnHost(request.headers.host, hosts)) return;
    await reply
      .code(421)
      .send({ error: 'This name is not this machine: use an address or localhost, or add the name to VIGIE_HOSTS' });
  });
}

function stopOnce(app: NestFastifyApplication, log: Log, door: SharedDoor | undefined): (code: number) => Promise<void> {
  let stopping = false;
  return async (code) => {
    if (stopping) return;
    stopping = true;
    log.info('draining');
    const shutdown = app.get(Shutdown);
    // Fastify stops accepting and waits for the requests in hand; what they need closes only afterwards. A connection that falls idle
    // after its last answer would be waited for until its keep-alive time is over.
    const server = app.getHttpServer();
    const stopSweeping = systemClock.every(idleSweepMs, () => server.closeIdleConnections());
    const closed = await Promise.all([door?.close(), app.close()]).then(
      () => true,
      (cause: unknown) => {
        log.error('requests or reading did not end well; the rest is drained all the same', { cause });
        return false;
      },
    );
    stopSweeping();
    const well = (await shutdown.run()) && closed;
    log.info(well ? 'stopped' : 'stopped before everything was drained');
    process.exit(well ? code : 1);
  };
}

/** The one place where a service is ended because of what it cannot survive. */
function endWhenFatal(name: ServiceName, app: NestFastifyApplication, log: Log): void {
  void app.get(Fatal).reported.then(({ text, cause }) => {
    log.error(text, { cause });
    exitWith(name, exitCodeOf(cause), cause);
  });
}

/** Whoever has it may be a service of before that is ending: it is tried again. */
function isTaken(cause: unknown): boolean {
  return codeOf(cause) === 'EADDRINUSE';
}

function portTaken({ VIGIE_HOST, VIGIE_PORT_BASE }: CommonConfig, port: number): Error {
  return new Error(
    `port ${port} of ${VIGIE_HOST} is taken by another process; end that one, or give Vigie other ports (VIGIE_PORT_BASE, ${VIGIE_PORT_BASE} now)`,
  );
}

function exitCodeOf(cause: unknown): number {
  return cause instanceof ConfigError ? 2 : 1;
}

/** One line on standard error that says why the service does not start, or goes on no more: whoever supervises it passes that on. */
function exitWith(service: string, code: number, cause: unknown): never {
  process.stderr.write(`${service}: ${messageOf(cause)}\n`);
  process.exit(code);
}

function nestLogger(log: Log): LoggerService {
  return {
    log: (message: unknown) => log.debug(String(message)),
    error: (message: unknown) => log.error(String(message)),
    warn: (message: unknown) => log.warn(String(message)),
  };
}
