import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { portOffsets } from '#libs/contracts/vocabulary.js';
import { madeTopics, topics } from '#libs/contracts/topics.js';
import { until } from '#libs/event-log/contract-tools.js';
import { createTopics } from '#libs/event-log/kafka/topics/create-topics.js';
import { openKafkaLog } from '#libs/event-log/kafka/kafka-log.js';
import { Health } from '#libs/runtime/health.js';
import { systemClock } from '#libs/runtime/clock.js';
import { compileCache } from '#libs/runtime/paths.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { KafkaCluster } from '#libs/testkit/kafka/kafka-cluster.js';
import { whyNoKafkaTests } from '#libs/testkit/kafka/kafka-for-tests.js';

const services = ['ingestor', 'scorer', 'archiver', 'notifier', 'console'] as const;
type Service = (typeof services)[number];

const portBase = await freePortBase();
const brokerPort = await freePortBase();
/** Where nothing answers. */
const nobody = await freePortBase();
const startMsMax = 60_000;

const noBroker = new RegExp(`Kafka|127\\.0\\.0\\.1:${brokerPort}`);
/** What each waits for while there is neither broker nor store. */
const reasons: Readonly<Record<Service, RegExp>> = {
  ingestor: noBroker,
  scorer: noBroker,
  archiver: /ClickHouse/,
  notifier: noBroker,
  console: noBroker,
};

const reason = await whyNoKafkaTests({ CI: process.env['CI'] });
const withKafka = reason === undefined ? it : it.skip;

describe('services that start before what they need', () => {
  let dataDir = '';
  let cluster: KafkaCluster | undefined;
  const children = new Map<Service, ChildProcess>();

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'vigie-no-broker-'));
    for (const service of services) children.set(service, start(service, dataDir));
  });
  afterAll(async () => {
    await Promise.all([...children.values()].map((child) => end(child)));
    await cluster?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it.each(services)(
    '%s lives, and says on ready what it waits for',
    async (service) => {
      await until('it answers', async () => (await ask(service, 'live')) !== undefined, startMsMax);
      expect(await ask(service, 'live')).toMatchObject({ status: 200 });
      await until('a reason', async () => reasons[service].test(JSON.stringify(await ask(service, 'ready'))), startMsMax);
      expect(await ask(service, 'ready')).toMatchObject({ status: 503 });
      expect(children.get(service)?.exitCode).toBeNull();
    },
    120_000,
  );

  withKafka(
    'they go on by themselves when the broker comes, and its topics after it; a topic that has grown is told and leaves them ready',
    async () => {
      cluster = await KafkaCluster.start({ brokers: 1, portBase: brokerPort });
      await until('asked for topics', async () => /no topic/.test(JSON.stringify(await ask('scorer', 'ready'))), startMsMax);
      const options = { brokers: cluster.brokers, clientId: 'vigie-test', clock: systemClock };
      await createTopics(options, Object.fromEntries(madeTopics.map((topic) => [topic, { partitions: 2 }])));
      for (const service of ['ingestor', 'scorer', 'notifier', 'console'] as const)
        await until(`${service} is ready`, async () => (await ask(service, 'ready'))?.status === 200, startMsMax);
      await growTopic(cluster.brokers, topics.accesses, 4);
      const grown = /4 partitions now, and accounts are placed over 2/;
      for (const service of ['ingestor', 'scorer', 'console'] as const) {
        await until(`${service} has seen it`, async () => grown.test(JSON.stringify(await ask(service, 'ready'))), startMsMax);
        expect(await ask(service, 'ready')).toMatchObject({ status: 200 });
      }
      await expectOldNumber(cluster.brokers, join(dataDir, 'state', 'ingestor', 'partitions.json'));
      for (const child of children.values()) expect(child.exitCode).toBeNull();
    },
    240_000,
  );

  it('they stop in order while they wait', async () => {
    const child = children.get('archiver');
    if (!child) throw new Error('no archiver was started');
    expect(await end(child)).toBe(0);
  });
});

/** Whoever starts on this host from now on places rows as those who run do. */
async function expectOldNumber(brokers: readonly string[], file: string): Promise<void> {
  const health = new Health();
  const layout = { file, groups: [] };
  const log = await openKafkaLog({ brokers, clientId: 'vigie-test', clock: systemClock, layout, health });
  await log.append({ topic: topics.accesses, partition: 0 }, Buffer.from('{}\n'));
  await log.close();
  const later = await openKafkaLog({ brokers, clientId: 'vigie-test', clock: systemClock, layout, health });
  expect(await later.partitions(topics.accesses)).toBe(2);
  await expect(later.append({ topic: topics.accesses, partition: 3 }, Buffer.from('{}\n'))).rejects.toThrow(/it has 2/);
  await later.close();
}

async function growTopic(brokers: readonly string[], topic: string, count: number): Promise<void> {
  const { default: kafkajs } = await import('kafkajs');
  const admin = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createPartitions({ topicPartitions: [{ topic, count }] });
  await admin.disconnect();
}

function start(service: Service, dataDir: string): ChildProcess {
  const main = fileURLToPath(new URL(`../../dist/services/${service}/main.js`, import.meta.url));
  const env = {
    ...compileCache(),
    VIGIE_PORT_BASE: String(portBase),
    VIGIE_DATA_DIR: dataDir,
    VIGIE_LOG_LEVEL: 'error',
    VIGIE_INGEST_TOKENS: `siem@helix=${randomBytes(32).toString('base64url')}`,
    VIGIE_PSEUDONYM_KEYS: `helix:test-1=${randomBytes(32).toString('base64')}`,
    KAFKA_BROKERS: `127.0.0.1:${brokerPort}`,
    CLICKHOUSE_URL: `http://127.0.0.1:${nobody}`,
  };
  return spawn(process.execPath, [main], { env, stdio: ['ignore', 'inherit', 'inherit'] });
}

async function end(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  child.kill('SIGTERM');
  return ended;
}

async function ask(service: Service, what: 'live' | 'ready'): Promise<{ status: number; body: unknown } | undefined> {
  const answer = await fetch(`http://127.0.0.1:${portBase + portOffsets[service]}/health/${what}`).catch(() => undefined);
  return answer && { status: answer.status, body: await answer.json() };
}
