import { madeTopics, partitionCountOf } from '#libs/contracts/topics.js';
import { requireRules } from '#libs/detection/rules/load/require-rules.js';
import type { KafkaOptions } from '#libs/event-log/kafka/client.js';
import { describeTopics, type TopicFacts } from '#libs/event-log/kafka/topics/admin.js';
import { alterTopics, type TopicChange } from '#libs/event-log/kafka/topics/alter-topics.js';
import { aclsOf, aclText, grantRights } from '#libs/event-log/kafka/topics/grant-rights.js';
import { createTopics } from '#libs/event-log/kafka/topics/create-topics.js';
import { retentionMsDefault, retentionSettings, shortfalls, type TopicLimits } from '#libs/event-log/kafka/topics/topic-needs.js';
import { kafkaOptions } from '#libs/event-log/open.js';
import { systemClock } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import { createLog } from '#libs/runtime/log.js';
import { windowsMs } from '#services/scorer/judge/window-needs.js';
import { type CommandConfig, readCommandConfig } from './config.js';

interface RetentionOptions {
  /** Milliseconds. */
  readonly retention?: number;
  readonly bytes?: number;
}

export interface CreateTopicsOptions extends RetentionOptions {
  readonly partitions: number;
  /** Left out: three, or as many as there are brokers. */
  readonly replication?: number;
}

export interface AlterTopicsOptions extends RetentionOptions {
  readonly dryRun?: boolean;
}

/** `vigie topics create`: the topics of Vigie in the Kafka of KAFKA_BROKERS, those that are missing; what is there is only looked at. */
export async function createTopicsCommand(options: CreateTopicsOptions): Promise<void> {
  const { partitions, replication } = options;
  const config = readCommandConfig();
  const kafka = kafkaOf(config);
  const settingsOf = (topic: string) => ({
    partitions: partitionCountOf(topic, partitions),
    ...(replication && { replicationFactor: replication }),
    config: retentionSettings(topic, limitsOf(options), partitionCountOf(topic, partitions)),
  });
  const wanted = Object.fromEntries(madeTopics.map((topic) => [topic, settingsOf(topic)]));
  const outcomes = await createTopics(kafka, wanted);
  for (const { topic, made, partitions: count } of outcomes)
    process.stdout.write(`${topic}: ${made ? 'made' : 'was there already'}, ${count} partitions\n`);
  await tellShortfalls(config, await describeTopics(kafka, madeTopics));
}

export interface GrantOptions {
  readonly prefix: string;
  readonly dryRun?: boolean;
}

/** `vigie topics grant`: the rights of the principals of Vigie in the Kafka of KAFKA_BROKERS, as an administrator of it. */
export async function grantCommand({ prefix, dryRun }: GrantOptions): Promise<void> {
  if (!/^[\w.-]*$/.test(prefix))
    throw new ConfigError(`--prefix ${prefix} is no beginning of a name: letters, digits, _, - and .`);
  const config = readCommandConfig();
  const acls = aclsOf(prefix, config.KAFKA_PREFIX);
  if (!dryRun) await grantRights(kafkaOf(config), acls);
  for (const acl of acls) process.stdout.write(`${aclText(acl)}\n`);
}

/** `vigie topics alter`: another retention for topics that are there. */
export async function alterTopicsCommand(options: AlterTopicsOptions): Promise<void> {
  const config = readCommandConfig();
  const kafka = kafkaOf(config);
  const facts = await describeTopics(kafka, madeTopics);
  const missing = madeTopics.filter((name) => !facts.some(({ topic }) => topic === name));
  if (missing.length > 0) throw new ConfigError(`Kafka has no topic ${missing.join(', ')}: run vigie topics create first`);
  const wanted = Object.fromEntries(
    facts.map(({ topic, partitions }) => [topic, retentionSettings(topic, limitsOf(options), partitions)]),
  );
  const changes = await alterTopics(kafka, wanted, { only: options.dryRun ?? false });
  process.stdout.write(changesText(changes, options.dryRun ?? false));
  const after = facts.map((one) => ({ ...one, settings: { ...one.settings, ...wanted[one.topic] } }));
  await tellShortfalls(config, after);
}

/** A line for each setting that changed, or would. */
export function changesText(changes: readonly TopicChange[], dryRun: boolean): string {
  const lines = changes.map(({ topic, setting, from, to }) => `${topic}: ${setting} ${from} -> ${to}\n`);
  if (lines.length === 0) return 'every topic is as it should be; nothing was changed\n';
  return `${lines.join('')}${dryRun ? 'nothing was changed: leave --dry-run away to change it\n' : ''}`;
}

/** How far back the rules of the configuration look, milliseconds. Throws `ConfigError` for rules with mistakes. */
export async function windowsOf(config: CommandConfig): Promise<number> {
  const { rules } = await requireRules(config);
  const quietMs = config.VIGIE_QUIET_HOURS * 3_600_000;
  return windowsMs({ rules, quietMs, allowedLatenessMs: config.VIGIE_ALLOWED_LATENESS_MINUTES * 60_000 });
}

/** How to reach the brokers. Throws `ConfigError` where none are named. */
export function kafkaOf(config: CommandConfig): KafkaOptions {
  if (!config.KAFKA_BROKERS) throw new ConfigError('KAFKA_BROKERS names no broker; the embedded log makes its topics by itself');
  return kafkaOptions(config, config.KAFKA_BROKERS, { name: 'topics', clock: systemClock, logger: createLog('topics', 'warn') });
}

function limitsOf({ retention = retentionMsDefault, bytes }: RetentionOptions): TopicLimits {
  return { retentionMs: retention, ...(bytes !== undefined && { bytes }) };
}

/** On standard error, so that a job's log shows it; the topics are there all the same. */
async function tellShortfalls(config: CommandConfig, facts: readonly TopicFacts[]): Promise<void> {
  const short = await windowsOf(config).then(
    (windows) => shortfalls(facts, windows),
    (cause: unknown) => {
      if (!(cause instanceof ConfigError)) throw cause;
      return [`how long topics must keep accesses is not known: ${cause.message}`];
    },
  );
  for (const sentence of short) process.stderr.write(`${sentence}; see vigie topics alter\n`);
}
