import { statSync } from 'node:fs';
import { madeTopics } from '#libs/contracts/topics.js';
import { printableLines } from '#libs/contracts/visible-text.js';
import { services as allServices, type ServiceName } from '#libs/contracts/vocabulary.js';
import { hasRights, mayRead } from '#libs/access-store/inspect/inspect-store.js';
import { reachHint } from '#libs/event-log/kafka/reach/advertised.js';
import { describeTopics } from '#libs/event-log/kafka/topics/admin.js';
import { servicePrincipals } from '#libs/event-log/kafka/topics/principals.js';
import { type Clock, systemClock } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import { ownLimits } from '#libs/runtime/environment/memory-dumps.js';
import { messageOf } from '#libs/runtime/outcome.js';
import { sourceHealth } from '#libs/access-store/sources/source-health.js';
import { type CommandConfig, readCommandConfig } from '../config.js';
import { rulesInUse } from '../sources/health.js';
import { kafkaOf, windowsOf } from '../topics.js';
import { withStore } from '../with-store.js';
import { type BackupFacts, backupFindings } from './backups.js';
import { certificateFindings, certificatesSeen } from './certificates.js';
import { configurationFindings } from './configuration.js';
import { type Area, type Finding, findingsText, fine, wrong } from './finding.js';
import { feedFindings } from './feeds.js';
import { listFindings, listSizes } from './lists.js';
import { logFindings } from './log.js';
import { coreFindings, diskOf, machineFindings } from './machine.js';
import { storedBackup, storedLists, storeFindings } from './store.js';

export interface DoctorOptions {
  /** Whose environment this is; all of them where it is left out. */
  readonly service?: readonly ServiceName[];
  readonly backupStamp?: string;
  readonly format: 'text' | 'json';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `vigie doctor`: says what is missing and what to do; ends with 1 where something is wrong. */
export async function doctorCommand(options: DoctorOptions): Promise<void> {
  const findings = await examine(process.env, options, systemClock);
  const text = options.format === 'json' ? `${JSON.stringify(findings, undefined, 2)}\n` : printableLines(findingsText(findings));
  process.stdout.write(text);
  if (findings.some(({ level }) => level === 'wrong')) process.exitCode = 1;
}

/** Everything that was looked at. What cannot be looked at is a finding as well. */
export async function examine(env: Environment, options: DoctorOptions, clock: Clock): Promise<readonly Finding[]> {
  const services = options.service ?? allServices;
  const configuration = await configurationFindings(env, { services, clock });
  const config = readable(env);
  if (!config) return configuration;
  const disk = () => [...machineFindings(diskOf(config.VIGIE_DATA_DIR), process.getuid?.()), ...coreFindings(ownLimits())];
  const certificates = async () => certificateFindings(await certificatesSeen(config, env), clock.now());
  return [
    ...configuration,
    ...(await looked('machine', 'see VIGIE_DATA_DIR', disk)),
    ...(await looked(
      'log',
      (why) => reachHint(why, config.KAFKA_BROKERS ?? []) ?? 'see that Kafka runs, and KAFKA_BROKERS, its TLS and SASL variables',
      () => log(config, options.service),
    )),
    ...(await looked('store', 'see that ClickHouse runs, and CLICKHOUSE_URL, its user and password', () =>
      store(config, services, options, clock),
    )),
    ...(await looked('certificates', 'see the files that the configuration names', certificates)),
  ];
}

/** The configuration that all commands need; what is wrong with it has been told by then. */
function readable(env: Environment): CommandConfig | undefined {
  try {
    return readCommandConfig(env);
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    return undefined;
  }
}

async function looked(
  area: Area,
  todo: string | ((why: string) => string),
  look: () => readonly Finding[] | Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (cause) {
    const why = messageOf(cause);
    return [wrong(area, `it cannot be looked at: ${why}`, typeof todo === 'string' ? todo : todo(why))];
  }
}

async function log(config: CommandConfig, services: readonly ServiceName[] | undefined): Promise<readonly Finding[]> {
  if (!config.KAFKA_BROKERS) return [fine('log', 'the embedded log: one machine, which keeps and mends its topics by itself')];
  const facts = await describeTopics(kafkaOf(config), madeTopics);
  // Rules with mistakes are told with the configuration.
  const windowsMs = await windowsOf(config).catch(() => undefined);
  const used = services?.flatMap((name) => [...servicePrincipals[name].writes, ...servicePrincipals[name].reads]);
  return logFindings(facts, {
    windowsMs,
    signed: config.VIGIE_FRAME_KEYS !== undefined,
    ...(used && { seen: madeTopics.filter((name) => used.includes(name)) }),
  });
}

async function store(
  config: CommandConfig,
  services: readonly ServiceName[],
  { backupStamp }: DoctorOptions,
  clock: Clock,
): Promise<readonly Finding[]> {
  return withStore(config, async (client) => {
    // The embedded ClickHouse may be named by its address, too.
    const isServer = config.CLICKHOUSE_URL !== undefined && (await hasRights(client));
    const reading = services.filter((name) => name !== 'ingestor');
    const found = await storeFindings(client, { clock, services: reading, isServer });
    const backups: BackupFacts = { stamp: stampOf(backupStamp), store: isServer ? await storedBackup(client) : undefined };
    const told = [...found, ...backupFindings(backups, clock.now())];
    if (found.some(({ area, level }) => area === 'store' && level === 'wrong')) return told;
    if (isServer && !(await mayRead(client, ['lists', 'clinics', 'incidents', 'access_rows']))) return [...told, listsUnseen];
    const stored = await storedLists(client, clock.now()).catch(notAllowed);
    if (!stored) return [...told, listsUnseen];
    const lists = await listSizes(config, stored.sizes).catch(() => undefined);
    const health = await sourceHealth(client, clock.now()).catch(notAllowed);
    const feeds = health ? feedFindings(health, await rulesInUse(config)) : [];
    return [...told, ...(lists ? listFindings({ ...lists, firing: stored.firing }) : []), ...feeds];
  });
}

const listsUnseen = fine('lists', 'not looked at: this user may not read them, as the one of the scorer may');

/** An engine that does not say who may what says so when it is asked for the rows. */
function notAllowed(cause: unknown): undefined {
  if (!messageOf(cause).includes('Not enough privileges')) throw cause;
}

function stampOf(path: string | undefined): BackupFacts['stamp'] {
  return path === undefined ? undefined : (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 'none');
}
