import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Clock } from '#libs/runtime/clock.js';
import { compiledModule } from '#libs/runtime/paths.js';
import { freePortBase } from '../free-ports.js';
import { KafkaCluster } from '../kafka-cluster.js';
import { RunningVigie } from '../running-vigie.js';
import { KafkaView } from './kafka-view.js';
import { feedKeys } from './feed-source.js';

export const partitions = 6;
/** A scorer commits when it has written a snapshot: the sooner, the less time is spent waiting to see it. */
const snapshotSeconds = '3';

export interface StageOptions {
  readonly clock: Clock;
  readonly onProgress: (message: string) => void;
}

/**
 * Everything that a fault can hit: a real Kafka of three brokers with its controller apart, and Vigie on two machines that share it and one
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

  static async start({ clock, onProgress }: StageOptions): Promise<Stage> {
    const directory = await mkdtemp(join(tmpdir(), 'vigie-faults-'));
    const ports = await freePortBase();
    const kafka = await KafkaCluster.start({ brokers: 3, controllerApart: true, portBase: ports, onProgress }).catch(
      async (cause: unknown) => {
        await rm(directory, { recursive: true });
        throw cause;
      },
    );
    try {
      const env = {
        KAFKA_BROKERS: kafka.brokers.join(','),
        VIGIE_PSEUDONYM_KEYS: feedKeys,
        VIGIE_SNAPSHOT_SECONDS: snapshotSeconds,
      };
      onProgress('creating topics');
      await createTopics(env);
      const view = new KafkaView(kafka.brokers, clock);
      onProgress('starting Vigie on two machines');
      const first = await machine(join(directory, 'first'), env);
      const store = { CLICKHOUSE_URL: first.url('clickhouse') };
      const second = await machine(join(directory, 'second'), { ...env, ...store }).catch(async (cause: unknown) => {
        await first.stop();
        throw cause;
      });
      return new Stage(kafka, view, [first, second], clock, directory);
    } catch (cause) {
      await kafka.stop();
      throw cause;
    }
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

async function machine(dataDir: string, env: Readonly<Record<string, string>>): Promise<RunningVigie> {
  return RunningVigie.start({ portBase: await freePortBase(), dataDir, env });
}

async function createTopics(env: Readonly<Record<string, string>>): Promise<void> {
  const args = [compiledModule('cli/vigie'), 'topics', 'create', '--partitions', String(partitions), '--replication', '3'];
  await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...env, NODE_OPTIONS: '' } });
}
