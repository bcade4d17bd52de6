import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceName } from '#libs/contracts/vocabulary.js';
import { kafkaSigning } from '#libs/event-log/signing/signing-config.js';
import { requireRules } from '#libs/detection/rules/load/require-rules.js';
import { kafkaOptions } from '#libs/event-log/open.js';
import type { Clock } from '#libs/runtime/clock.js';
import { commonConfig, ConfigError, readConfig } from '#libs/runtime/config.js';
import { doubtfulVariables } from '#libs/runtime/environment/doubtful-variables.js';
import { memoryDoubts } from '#libs/runtime/environment/memory-dumps.js';
import { isLoopback } from '#libs/runtime/host-check.js';
import { silentLog } from '#libs/runtime/log.js';
import { archiverConfig } from '#services/archiver/config.js';
import { readConsoleConfig } from '#services/console/config.js';
import { readIngestorConfig } from '#services/ingestor/config.js';
import { readNotifierConfig } from '#services/notifier/config.js';
import { scorerConfig } from '#services/scorer/config.js';
import { advice, type Finding, fine, wrong } from './finding.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** What each service reads at its start. Throws `ConfigError`. */
const readers: Readonly<Record<ServiceName, (env: Environment) => unknown>> = {
  ingestor: readIngestorConfig,
  scorer: (env) => requireRules(readConfig(scorerConfig, env)),
  archiver: (env) => requireRules(readConfig(archiverConfig, env)),
  notifier: readNotifierConfig,
  console: readConsoleConfig,
};

/**
 * Whether each service would start with this environment, and what it would start without. Keys that services make at their first start are made in a
 * folder that goes again.
 */
export async function configurationFindings(
  env: Environment,
  { services, clock }: { readonly services: readonly ServiceName[]; readonly clock: Clock },
): Promise<readonly Finding[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-doctor-'));
  try {
    const own = { ...env, VIGIE_DATA_DIR: folder };
    const read = await Promise.all(services.map(async (name) => ({ name, mistake: await mistakeOf(() => readers[name](own)) })));
    const log = await mistakeOf(() => logConfiguration(own, clock));
    const bad = read.filter(({ mistake }) => mistake !== undefined);
    return [
      ...distinct(bad).map(([mistake, names]) =>
        wrong(
          'configuration',
          `${names} cannot start: ${mistake}`,
          'mend the variable, or the file that it names; docs/operations.md has all variables',
        ),
      ),
      ...(log === undefined || bad.length > 0
        ? []
        : [wrong('configuration', `no service can start: ${log}`, 'mend the variable, or the file that it names')]),
      ...(bad.length === 0 && log === undefined
        ? [fine('configuration', `${services.join(', ')}: every variable and file can be read`)]
        : []),
      ...memoryDoubts(env, '').map((says) => wrong('configuration', says, 'start without it')),
      ...doubtfulVariables(env).map((says) => advice('configuration', says, 'mend the name or the value, or take it out')),
      ...absences(env, services),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How the log is reached and signed is read when it is opened. */
function logConfiguration(env: Environment, clock: Clock): void {
  const config = readConfig(commonConfig, env);
  if (!config.KAFKA_BROKERS) return;
  kafkaOptions(config, config.KAFKA_BROKERS, { name: 'doctor', clock, logger: silentLog });
  kafkaSigning(config, { clock, log: silentLog });
}

async function mistakeOf(read: () => unknown): Promise<string | undefined> {
  try {
    await read();
    return undefined;
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    return cause.message;
  }
}

/** A mistake in what all services read is told once, with their names. */
function distinct(
  bad: readonly { readonly name: string; readonly mistake: string | undefined }[],
): readonly (readonly [string, string])[] {
  const byMistake = new Map<string, string[]>();
  for (const { name, mistake = '' } of bad) byMistake.set(mistake, [...(byMistake.get(mistake) ?? []), name]);
  return [...byMistake].map(([mistake, names]) => [mistake, names.join(', ')]);
}

/** What nothing refuses, and an installation of more than one machine should not be without. */
function absences(env: Environment, services: readonly ServiceName[]): readonly Finding[] {
  const has = (name: string) => Boolean(env[name] ?? env[`${name}_FILE`]);
  const runs = (name: ServiceName) => services.includes(name);
  const onKafka = has('KAFKA_BROKERS');
  const isOpen = !isLoopback(env['VIGIE_HOST'] || '127.0.0.1');
  const found: Finding[] = [];
  const lacks = (when: boolean, says: string, todo: string) => when && found.push(advice('configuration', says, todo));
  lacks(
    runs('console') &&
      onKafka &&
      !has('VIGIE_CONSOLE_USERS_FILE') &&
      !has('VIGIE_OIDC_ISSUER') &&
      !has('VIGIE_CONSOLE_ACCOUNTS_FILE'),
    'the console lets nobody in: there is no VIGIE_CONSOLE_USERS_FILE',
    'write one with a user and the digest of a token: docs/cases.md; node deploy/secrets.mjs makes a first one',
  );
  lacks(
    runs('notifier') && !has('VIGIE_ROUTING_FILE') && !has('VIGIE_WEBHOOKS_FILE') && !has('VIGIE_WEBHOOK_URL'),
    'nobody is told of incidents and cases but the log of the notifier',
    'say who is told in VIGIE_ROUTING_FILE: docs/notifications.md; try it with vigie notify test',
  );
  lacks(
    runs('ingestor') && !has('VIGIE_QUARANTINE_KEYS'),
    'records that cannot be read are not kept: there is no VIGIE_QUARANTINE_KEYS',
    'vigie quarantine keygen --group <group_id>, and put the public entry it prints there',
  );
  lacks(
    onKafka && !has('VIGIE_FRAME_KEYS'),
    'whoever can write to a topic can invent accesses: frames of the log are not signed',
    'give every service the same VIGIE_FRAME_KEYS_FILE: docs/operations.md, "Signed frames"',
  );
  lacks(
    onKafka && !has('KAFKA_SASL_MECHANISM'),
    'Kafka takes whoever reaches it for a service of Vigie: no KAFKA_SASL_MECHANISM is set',
    'give each service a principal of its own: docs/operations.md, "Security"',
  );
  lacks(
    onKafka && !/^(1|true|yes|on)$/i.test(env['KAFKA_TLS'] ?? '') && !isHere(env['KAFKA_BROKERS']),
    'accesses go to Kafka in clear text: KAFKA_TLS is not set',
    'set KAFKA_TLS=true, and KAFKA_TLS_CA_FILE where the authority is your own',
  );
  lacks(
    Boolean(env['CLICKHOUSE_URL']?.startsWith('http:')) && !isHere(env['CLICKHOUSE_URL']),
    'accesses and the password go to ClickHouse in clear text: CLICKHOUSE_URL is http',
    'give ClickHouse a certificate, and CLICKHOUSE_URL its https port',
  );
  lacks(
    isOpen && runs('console') && !has('VIGIE_HOSTS'),
    'requests to the console may come under any name, as those of foreign web pages do',
    'set VIGIE_HOSTS to the names by which people open it',
  );
  lacks(
    isOpen && runs('console') && !env['VIGIE_CONSOLE_URL']?.startsWith('https:'),
    'sessions, tokens and passwords of people may go to the console in clear text',
    'put TLS before it, and say so by VIGIE_CONSOLE_URL=https://...',
  );
  return found;
}

/** Whether every address in it is of this machine, or a name without a dot: of a network of containers. */
function isHere(text = ''): boolean {
  const hosts = text.split(',').map((one) =>
    one
      .trim()
      .replace(/^\w+:\/\//, '')
      .replace(/:\d+\/?$/, ''),
  );
  return hosts.every((host) => isLoopback(host) || !host.includes('.'));
}
