import { join } from 'node:path';
import { groups, keptFor, keptForEver, madeTopics, partitionCountOf } from '#libs/contracts/topics.js';
import { services } from '#libs/contracts/vocabulary.js';
import { wireLevel } from '#libs/contracts/wire-level.js';
import type { Clock } from '#libs/runtime/clock.js';
import { type CommonConfig, ConfigError, isPem } from '#libs/runtime/config.js';
import type { Health } from '#libs/runtime/health.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { Transient } from '#libs/runtime/outcome.js';
import { systemRandom } from '#libs/runtime/random.js';
import { ownCertificate } from '#libs/runtime/renewal/own-certificate.js';
import { renewedText } from '#libs/runtime/renewal/renewed-text.js';
import { retry } from '#libs/runtime/retry.js';
import { reachHint } from './kafka/reach/advertised.js';
import type { KafkaOptions } from './kafka/kafka-log.js';
import { type BrokerTokenSource, oauthBearer } from './kafka/reach/tokens.js';
import { clientNameOf } from './kafka/order/upgrade-order.js';
import { embeddedPartitions } from './limits.js';
import type { SigningTools } from './signing/frame-signing.js';
import { embeddedSigning, kafkaSigning } from './signing/signing-config.js';
import { type EventLog, UnknownTopic } from './port.js';
import { prefixedLog } from './prefixed-log.js';

export interface OpenTools {
  /** Named to the brokers, so that an operator sees who is who. */
  readonly name: string;
  /** What is read or written: these topics are waited for, and their partitions watched. */
  readonly topics: readonly string[];
  readonly clock: Clock;
  readonly logger: Log;
  readonly metrics?: Metrics;
  /** Told while the log is waited for, and later when it is away. */
  readonly health: Health;
  /** Gives up waiting. */
  readonly signal: AbortSignal;
}

type KafkaTls = Pick<
  CommonConfig,
  | 'KAFKA_TLS'
  | 'KAFKA_TLS_CA'
  | 'KAFKA_TLS_CA_FILE'
  | 'KAFKA_TLS_CERT'
  | 'KAFKA_TLS_CERT_FILE'
  | 'KAFKA_TLS_KEY'
  | 'KAFKA_TLS_KEY_FILE'
>;

const waitPolicy = { firstWaitMs: 200, waitMsMax: 5000, attemptsMax: Infinity };

/**
 * The log that the configuration asks for: Kafka where brokers are named, else the embedded one below the data folder. Waits for as long
 * as it takes until brokers answer and hold the topics, and says so in `ready` and in the log meanwhile. Only the code of the one that is
 * asked for is loaded, since the other's is a tenth of the start of a process.
 */
export async function openEventLog(config: CommonConfig, tools: OpenTools): Promise<EventLog> {
  const { KAFKA_BROKERS: brokers, KAFKA_PREFIX: prefix = '', VIGIE_DATA_DIR: dataDir } = config;
  const { name, topics, clock, logger, health, signal } = tools;
  if (!brokers) return openOwnLog(config, tools);
  const signing = kafkaSigning(config, signingTools(tools));
  const layout = {
    file: join(dataDir, 'state', name, 'partitions.json'),
    groups: [prefix + groups.scorer, prefix + groups.archiver],
    kept: keptOf(config.KAFKA_PARTITIONS_KEPT ?? []),
  };
  const options = { ...kafkaOptions(config, brokers, tools), layout, ...(signing && { signing }) };
  let waits = `waiting for Kafka at ${brokers.join(', ')}`;
  let told = waits;
  health.ready('log', () => waits || undefined);
  const onRetry = (cause: Transient) => {
    if (told !== cause.message) logger.warn('the log is waited for', { cause });
    told = cause.message;
    const hint = reachHint(told, brokers);
    waits = hint === undefined ? told : `${told}; ${hint}`;
  };
  const patience = { clock, random: systemRandom, signal, onRetry };
  const { openKafkaLog } = await import('./kafka/kafka-log.js');
  const log = prefixedLog(await retry(() => openKafkaLog(options), waitPolicy, patience), prefix);
  const topicsThere = () => Promise.all(topics.map((topic) => log.partitions(topic)));
  try {
    await retry(() => topicsThere().catch(unknownIsTransient), waitPolicy, patience);
    const service = services.find((one) => one === name);
    if (service) {
      const { awaitTurn } = await import('./kafka/order/turn.js');
      const onWait = (why: string) => {
        waits = why;
        logger.info('others are waited for', { reason: why });
      };
      const waitMsMax = config.VIGIE_UPGRADE_WAIT_MINUTES * 60_000;
      await awaitTurn(options, { own: { service, level: wireLevel }, waitMsMax, signal, onWait });
    }
  } catch (cause) {
    await log.close();
    throw cause;
  }
  waits = '';
  return log;
}

/** Topics are made by somebody else, perhaps in this minute; each message says what to do. */
function unknownIsTransient(cause: unknown): never {
  throw cause instanceof UnknownTopic ? new Transient(cause.message, { cause }) : cause;
}

async function openOwnLog(config: CommonConfig, tools: OpenTools): Promise<EventLog> {
  const { openEmbeddedLog } = await import('./embedded/embedded-log.js');
  const { clock, logger: log, health } = tools;
  const signing = embeddedSigning(config, signingTools(tools));
  const partitions = Object.fromEntries(madeTopics.map((topic) => [topic, partitionCountOf(topic, embeddedPartitions)]));
  const directory = join(config.VIGIE_DATA_DIR, 'log');
  return openEmbeddedLog({ directory, topics: partitions, kept: keptForEver, keptFor, clock, log, health, signing });
}

function signingTools({ clock, logger: log, metrics }: OpenTools): SigningTools {
  return { clock, log, ...(metrics && { metrics }) };
}

/** How to reach the brokers. Throws `ConfigError` for a half-given credential. */
export function kafkaOptions(
  config: CommonConfig,
  brokers: readonly string[],
  { name, clock, logger, metrics, health }: Omit<OpenTools, 'signal' | 'health' | 'topics'> & { readonly health?: Health },
): KafkaOptions {
  const sasl = saslOf(config, clock);
  const ssl = tlsOf(config);
  return {
    brokers,
    clientId: clientNameOf({ service: name, level: wireLevel }),
    clock,
    log: logger,
    ...(metrics && { metrics }),
    ...(health && { health }),
    ...(config.KAFKA_PREFIX && { prefix: config.KAFKA_PREFIX }),
    ...(sasl && { sasl }),
    ...(ssl && { ssl }),
  };
}

function keptOf(entries: readonly string[]): ReadonlyMap<string, number> {
  return new Map(
    entries.map((entry) => {
      const [, topic, count] = /^(.+)=([1-9]\d{0,4})$/.exec(entry) ?? [];
      if (!topic || !count) throw new ConfigError(`KAFKA_PARTITIONS_KEPT: "${entry}" is not topic=count`);
      return [topic, Number(count)];
    }),
  );
}

function saslOf(config: CommonConfig, clock: Clock): KafkaOptions['sasl'] {
  const {
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username,
    KAFKA_SASL_PASSWORD: password,
    KAFKA_SASL_PASSWORD_FILE: path,
  } = config;
  if (!mechanism && !username && !password) return undefined;
  if (!mechanism || !username || !password)
    throw new ConfigError('KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD must be given together');
  const now = renewedText(path, password, (text) => text !== '');
  if (mechanism === 'oauthbearer') return oauthBearer({ ...tokenSourceOf(config), clientId: username, secret: now, clock });
  // The client asks for it at each connection.
  return {
    mechanism,
    username,
    get password() {
      return now();
    },
  };
}

function tokenSourceOf(config: CommonConfig): Pick<BrokerTokenSource, 'endpoint' | 'scope' | 'extensions'> {
  const { KAFKA_OAUTH_TOKEN_URL: endpoint, KAFKA_OAUTH_SCOPE: scope, KAFKA_OAUTH_EXTENSIONS: given = [] } = config;
  if (!endpoint)
    throw new ConfigError('KAFKA_SASL_MECHANISM is oauthbearer: KAFKA_OAUTH_TOKEN_URL must say where tokens are had');
  const extensions = given.map((entry) => {
    const [, name, value] = /^([A-Za-z]+)=([\x21-\x7e]+)$/.exec(entry) ?? [];
    // RFC 7628 keeps `auth` for the token.
    if (!name || !value || name === 'auth') throw new ConfigError(`KAFKA_OAUTH_EXTENSIONS: "${entry}" is not name=value`);
    return [name, value] as const;
  });
  return { endpoint, ...(scope && { scope }), extensions: Object.fromEntries(extensions) };
}

/**
 * The authority's certificate is PEM text, usually given as `KAFKA_TLS_CA_FILE`, of which each connection takes what is in it then; without one the system's
 * authorities count.
 */
export function tlsOf(config: Partial<KafkaTls>): KafkaOptions['ssl'] {
  const { KAFKA_TLS: wanted, KAFKA_TLS_CA: authority, KAFKA_TLS_CERT: certificate, KAFKA_TLS_KEY: key } = config;
  const files = { certificateFile: config.KAFKA_TLS_CERT_FILE, keyFile: config.KAFKA_TLS_KEY_FILE };
  const own = ownCertificate('KAFKA_TLS', { certificate, key, ...files });
  if (!wanted) return undefined;
  if (!authority && !own) return true;
  const authorityNow = authority && renewedText(config.KAFKA_TLS_CA_FILE, authority, isPem);
  // The client takes these properties at each connection.
  return Object.defineProperties(
    {},
    {
      ...(authorityNow && { ca: { enumerable: true, get: () => [authorityNow()] } }),
      ...(own && { cert: { enumerable: true, get: () => own().certificate }, key: { enumerable: true, get: () => own().key } }),
    },
  );
}
