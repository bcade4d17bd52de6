import kafkajs, { type Admin, type Consumer, type ConsumerConfig, type Kafka, type KafkaConfig, type SASLOptions } from 'kafkajs';
import type { ConnectionOptions } from 'node:tls';
import type { Clock } from '#libs/runtime/clock.js';
import type { Health } from '#libs/runtime/health.js';
import { type Log, silentLog } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { isError, Transient } from '#libs/runtime/outcome.js';
import { systemRandom } from '#libs/runtime/random.js';
import { retry } from '#libs/runtime/retry.js';
import { UnknownTopic } from '../port.js';
import type { FrameSigning } from '../signing/frame-signing.js';
import { installCodecs } from './wire/codecs.js';
import { seedOf } from './reach/addresses.js';
import { Door } from './reach/door.js';
import { forbiddenText, isForbidden } from './reach/rights.js';
import { haveTokensFirst } from './reach/tokens.js';
import type { Pace } from './reach/pace.js';
import { tellRefusals } from './wire/coordinators.js';
import { allowLongFetches } from './wire/long-fetches.js';
import { keepOffsets } from './wire/offset-resets.js';
import { encodeFramesAtOnce } from './wire/produce-request.js';
import { tellReasons } from './wire/reasons.js';
import { quietRequestQueue } from './wire/request-queue.js';
import { promptSockets } from './wire/sockets.js';
import { tellTopicIds } from './wire/topic-ids.js';
import { tellTopicsApart } from './wire/topic-metadata.js';
import { guardFetches } from './wire/unreadable-batches.js';

/** A consumer, and how to cut all of its connections. Without `cut` there is nothing to cut. */
export type CuttableConsumer = Consumer & { readonly cut?: () => void };

/** Makes consumers; each has connections of its own. */
export interface ConsumerSource {
  consumer(config: ConsumerConfig): CuttableConsumer;
}

export interface KafkaOptions {
  /** `host:port` of some brokers; they name the others. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** What the names of our topics and groups begin with on a cluster that several installations share, for who asks about them; a log is given whole names. */
  readonly prefix?: string;
  /** `true` for TLS with the system's authorities, or Node's TLS options. */
  readonly ssl?: boolean | ConnectionOptions;
  readonly sasl?: SASLOptions;
  readonly clock: Clock;
  readonly random?: () => number;
  readonly log?: Log;
  readonly metrics?: Metrics;
  /** Signs what is appended and looks at what is read. Absent: everything is believed. */
  readonly signing?: FrameSigning;
  /** Told whether members of groups are where they should be. */
  readonly health?: Health;
  /** Where this host remembers over how many partitions accounts are placed, and the groups whose commits remember it for all hosts. */
  readonly layout?: KafkaLayout;
  /** Over how many partitions a topic is used, once that is known; kept by the log. */
  readonly partitionsUsed?: ReadonlyMap<string, number>;
  /** How fast brokers answer this process; kept by the log. */
  readonly pace?: Pace;
  /** Ids of the members that live under this client id, kept by the members. */
  readonly memberIds?: Set<string>;
  /** A member that is not heard of for so long loses its partitions, in milliseconds. */
  readonly sessionTimeoutMs?: number;
  /** An append that is not acknowledged after so long rejects with `Transient`, in milliseconds. */
  readonly appendDeadlineMs?: number;
  /** A reader that gets nothing for so long although there is something is started anew, in milliseconds. */
  readonly stuckMs?: number;
}

export interface KafkaLayout {
  readonly file?: string;
  readonly groups: readonly string[];
  /** Topics that an operator wants to go on by fewer partitions than they have. */
  readonly kept?: ReadonlyMap<string, number>;
}

export const sessionTimeoutMsDefault = 10_000;
export const appendDeadlineMsDefault = 15_000;
export const stuckMsDefault = 30_000;
/** Deadline of a question to a broker: metadata, offsets, commits. */
export const questionMsMax = 15_000;

export function kafkaClient(options: KafkaOptions): Kafka {
  return new kafkajs.Kafka(configOf(options));
}

/** Each consumer on a client of its own, with connections that can be cut. */
export function consumerSource(options: KafkaOptions): ConsumerSource {
  return {
    consumer(config) {
      const door = new Door();
      const client = new kafkajs.Kafka({ ...configOf(options), socketFactory: door.socketFactory });
      return Object.assign(client.consumer(config), { cut: () => door.shut() });
    },
  };
}

function configOf({ brokers, clientId, ssl, sasl, log = silentLog }: KafkaOptions): KafkaConfig {
  installCodecs();
  quietRequestQueue();
  guardFetches();
  encodeFramesAtOnce();
  keepOffsets();
  tellRefusals();
  allowLongFetches();
  tellReasons();
  // First: what it answers is taken apart, too.
  tellTopicIds();
  tellTopicsApart();
  haveTokensFirst();
  return {
    socketFactory: promptSockets,
    brokers: brokers.map(seedOf),
    clientId,
    connectionTimeout: 3000,
    authenticationTimeout: 10_000,
    requestTimeout: 10_000,
    enforceRequestTimeout: true,
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 8 },
    logLevel: kafkajs.logLevel.WARN,
    logCreator: () => (entry) => tell(log, entry.level, entry.namespace, entry.log.message),
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl }),
  };
}

/** kafkajs calls much an error that it then repairs by itself; its words go to the log without their data. */
function tell(log: Log, level: number, reason: string, message: string): void {
  if (level <= kafkajs.logLevel.ERROR) log.warn(`kafkajs: ${message}`, { reason });
  else log.debug(`kafkajs: ${message}`, { reason });
}

/** Why a deadline is over that was kept: made once, for an abort without a reason makes an error with its stack each time. */
const kept = new Error('it was answered in time');

/** The client's own timeouts are not always kept (its issues 1749, 1675): this one is ours. Rejects with `Transient`. */
export async function within<T>(clock: Clock, ms: number, what: string, work: Promise<T>): Promise<T> {
  const done = new AbortController();
  const late = clock.sleep(ms, done.signal).then(
    () => Promise.reject(new Transient(`Kafka did not answer within ${ms} ms: ${what}`)),
    () => new Promise<never>(() => {}),
  );
  try {
    return await Promise.race([work, late]);
  } catch (cause) {
    if (cause instanceof Transient) throw cause;
    throw isRetriable(cause) || stumbled(cause) ? new Transient(`Kafka: ${what}: ${forbiddenText(cause)}`, { cause }) : cause;
  } finally {
    done.abort(kept);
  }
}

/** While topics move or brokers are slow, kafkajs stumbles over answers that lack what it looks for, with a TypeError; asked again it answers. */
function stumbled(cause: unknown): boolean {
  return isError(cause) && (cause.name === 'TypeError' || stumbled(cause.cause));
}

/** What a broker that answers again mends, although the client calls the last of them final: it says so of every broker that did not answer in time. */
const retriableNames: ReadonlySet<string> = new Set([
  'KafkaJSNumberOfRetriesExceeded',
  'KafkaJSRequestTimeoutError',
  'KafkaJSGroupCoordinatorNotFound',
]);

export function isRetriable(cause: unknown): boolean {
  if (typeof cause !== 'object' || cause === null) return false;
  const name = 'name' in cause ? String(cause.name) : '';
  if (retriableNames.has(name) || name.startsWith('KafkaJSConnection')) return true;
  if (isForbidden(cause) || ('retriable' in cause && cause.retriable === true)) return true;
  return 'cause' in cause && isRetriable(cause.cause);
}

/** The broker's name of an error: `ILLEGAL_GENERATION`. Empty for anything else. */
export function typeOf(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null) return '';
  if ('type' in cause && typeof cause.type === 'string') return cause.type;
  return 'cause' in cause ? typeOf(cause.cause) : '';
}

/** A broker may hear of a new topic some seconds after the one that made it, when it is busy. */
const untilHeardOf = { firstWaitMs: 100, waitMsMax: 2000, attemptsMax: 6 };

/** Refuses unknown topics without ever naming them to a broker that might create them. */
export async function requireTopics(admin: Admin, { clock, sasl, ssl }: KafkaOptions, topics: readonly string[]): Promise<void> {
  // Topics that a principal may not look at are left out of the list.
  const hidden =
    sasl !== undefined || typeof ssl === 'object'
      ? " Where it is there, the principal of this service may not see it: 'vigie topics grant'"
      : '';
  const refuseUnknown = async () => {
    const known = new Set(await within(clock, questionMsMax, 'list of topics', admin.listTopics()));
    const missing = topics.filter((topic) => !known.has(topic));
    if (missing.length === 0) return;
    const cause = new UnknownTopic(
      `Kafka has no topic ${missing.join(', ')}: create it ('vigie topics') or correct the name; nothing is created here.${hidden}`,
    );
    const { brokers } = await within(clock, questionMsMax, 'list of brokers', admin.describeCluster());
    throw brokers.length > 1 ? new Transient(cause.message, { cause }) : cause;
  };
  try {
    await retry(refuseUnknown, untilHeardOf, { clock, random: systemRandom });
  } catch (cause) {
    throw isError(cause) && cause.cause instanceof UnknownTopic ? cause.cause : cause;
  }
}
