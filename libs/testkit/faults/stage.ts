import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { servicesPassword, servicesUser } from '#libs/access-store/clickhouse/services-credential.js';
import { portOffsets } from '#libs/contracts/vocabulary.js';
import type { Clock } from '#libs/runtime/clock.js';
import { compiledModule } from '#libs/runtime/paths.js';
import { freePortBase } from '../free-ports.js';
import { KafkaCluster } from '../kafka/kafka-cluster.js';
import { RunningVigie, type RunningVigieOptions } from '../running-vigie.js';
import { KafkaView } from './kafka-view.js';
import { feedKeys } from './feed-source.js';

/** Of each topic, on three brokers. */
export const partitions = 6;
/** And on one: two for each member. Every partition is written, committed and stored by itself, which is most of what this stage costs. */
const partitionsOfSmall = 4;
/** A scorer commits when it has written a snapshot: the sooner, the less time is spent waiting to see it. */
const snapshotSeconds = '3';

export interface StageOptions {
  /** 3 by default, to break some of them. One is enough, and a third of the work, where only services are broken. */
  readonly brokers?: 1 | 3;
  readonly clock: Clock;
  readonly onProgress: (message: string) => void;
  /** May fill the folder of data of the first machine before anything starts over it. */
  readonly prepare?: (dataDir: string) => Promise<void>;
}

/**
 * Everything that a fault can hit: a real Kafka of three brokers with its controller apart (or of one broker), and Vigie on two machines that share it and one
 * ClickHouse, so that there are two of each service. Each machine starts again what ends, as any supervisor would.
 */
export class Stage {
  private constructor(
    readonly kafka: KafkaCluster,
    readonly view: KafkaView,
    readonly machines: readonly [RunningVigie, RunningVigie],
    readonly clock: Clock,
    readonly directory: string,
  ) {}

  /** Rejects, and leaves nothing behind, when any part does not come up. */
  static async start(options: StageOptions): Promise<Stage> {
    const undo = new AsyncDisposableStack();
    try {
      return await Stage.#build(options, undo);
    } catch (cause) {
      await undo.disposeAsync();
      throw cause;
    }
  }

  static async #build({ clock, onProgress, prepare, brokers = 3 }: StageOptions, undo: AsyncDisposableStack): Promise<Stage> {
    const directory = await mkdtemp(join(tmpdir(), 'vigie-faults-'));
    undo.defer(() => rm(directory, { recursive: true, force: true }));
    const kafka = await KafkaCluster.start({ brokers, controllerApart: brokers > 1, portBase: await freePortBase(), onProgress });
    undo.defer(() => kafka.stop());
    const env = {
      KAFKA_BROKERS: kafka.brokers.join(','),
      VIGIE_PSEUDONYM_KEYS: feedKeys,
      VIGIE_SNAPSHOT_SECONDS: snapshotSeconds,
    };
    onProgress('creating topics');
    await createTopics(env, brokers);
    onProgress('starting Vigie on two machines');
    await prepare?.(join(directory, 'first'));
    const ports = [await freePortBase(), await freePortBase()] as const;
    const store = {
      CLICKHOUSE_URL: `http://127.0.0.1:${ports[0] + portOffsets.clickhouse}`,
      CLICKHOUSE_USER: servicesUser,
      CLICKHOUSE_PASSWORD: servicesPassword(join(directory, 'first')),
    };
    const starting = [
      machine(undo, { portBase: ports[0], dataDir: join(directory, 'first'), env }),
      machine(undo, { portBase: ports[1], dataDir: join(directory, 'second'), env: { ...env, ...store } }),
    ] as const;
    // Both are waited for even when one fails: what comes up later would not be stopped.
    await Promise.allSettled(starting);
    return new Stage(kafka, new KafkaView(kafka.brokers, clock), await Promise.all(starting), clock, directory);
  }

  /** One broker: the stage of every run, which breaks services of the first machine alone, and sees the second take over. */
  get isSmall(): boolean {
    return this.kafka.brokerIds.length === 1;
  }

  /** Of each topic. */
  get partitions(): number {
    return partitionsOn(this.kafka.brokerIds.length);
  }

  /** What the supervisors say of processes that ended and were started again. */
  restarts(): readonly string[] {
    return this.machines.flatMap(({ output }, index) =>
      [...output.matchAll(/^(\w+) ended \((.+)\) and starts again/gm)].map(([, name, why]) => `${name} ${index + 1}: ${why}`),
    );
  }

  /** The folder, with the logs of all processes, stays where `keep` says so. */
  async stop(keep: boolean): Promise<void> {
    await Promise.all(this.machines.toReversed().map((one) => one.stop()));
    await this.kafka.stop();
    if (!keep) await rm(this.directory, { recursive: true, force: true });
  }
}

/** As many brokers as a partition has replicas. */
function partitionsOn(brokers: number): number {
  return brokers === 1 ? partitionsOfSmall : partitions;
}

async function machine(undo: AsyncDisposableStack, options: RunningVigieOptions): Promise<RunningVigie> {
  const vigie = await RunningVigie.start(options);
  undo.defer(async () => void (await vigie.stop()));
  return vigie;
}

async function createTopics(env: Readonly<Record<string, string>>, replication: number): Promise<void> {
  const args = [
    compiledModule('cli/vigie'),
    'topics',
    'create',
    '--partitions',
    String(partitionsOn(replication)),
    '--replication',
    String(replication),
  ];
  await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...env, NODE_OPTIONS: '' } });
}
