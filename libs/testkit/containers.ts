import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#libs/runtime/paths.js';
import type { StartedTestContainer } from 'testcontainers';

/** Ports inside the images. */
const kafkaPort = 9092;
const clickHousePort = 8123;
const startMsMax = 180_000;

/** Why no container can be started here, in a sentence; undefined where Docker, or what speaks like it (`DOCKER_HOST`), answers. */
export async function whyNoContainers(): Promise<string | undefined> {
  // Loaded when asked for: most runs of tests need no container.
  const { getContainerRuntimeClient } = await import('testcontainers');
  try {
    await getContainerRuntimeClient();
    return undefined;
  } catch (cause) {
    return `no container runtime answers (${cause instanceof Error ? cause.message : String(cause)})`;
  }
}

/** An image of `docker-compose.yml`, so that tests run against what is deployed. Throws for a service that the file does not have. */
export function composeImage(service: string): string {
  const text = readFileSync(join(projectRoot, 'docker-compose.yml'), 'utf8');
  const image = new RegExp(`^  ${service}:\\n(?:(?!  \\S).*\\n)*?    image: (\\S+)$`, 'm').exec(text)?.[1];
  if (!image) throw new Error(`docker-compose.yml has no service ${service} with an image`);
  return image;
}

/** One Kafka broker in a container, which clients find at `127.0.0.1:port`. */
export async function kafkaContainer(port: number, image = composeImage('kafka')): Promise<StartedTestContainer> {
  const { GenericContainer, Wait } = await import('testcontainers');
  return new GenericContainer(image)
    .withExposedPorts({ container: kafkaPort, host: port })
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_LISTENERS: `PLAINTEXT://:${kafkaPort},CONTROLLER://:9093`,
      // A client goes on with the address that the broker names, so it must be the one outside.
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS: '1000',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
    })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .withStartupTimeout(startMsMax)
    .start();
}

export interface ClickHouseContainer {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  stop(): Promise<void>;
}

/** A ClickHouse server in a container, with an administrator who may make users. */
export async function clickHouseContainer(image = composeImage('clickhouse')): Promise<ClickHouseContainer> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const user = 'administrator';
  const password = 'of-tests-only';
  const started = await new GenericContainer(image)
    .withExposedPorts(clickHousePort)
    .withEnvironment({ CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password, CLICKHOUSE_DEFAULT_ACCESS_MANAGEMENT: '1' })
    .withWaitStrategy(Wait.forHttp('/ping', clickHousePort))
    .withStartupTimeout(startMsMax)
    .start();
  const url = `http://${started.getHost()}:${started.getMappedPort(clickHousePort)}`;
  return { url, user, password, stop: async () => void (await started.stop()) };
}
