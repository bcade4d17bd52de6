import { keyOf } from '../../member/group-state.js';
import type { Position, TopicPartition } from '../../port.js';
import type { Generation } from '../generation.js';
import { KafkaRun, type KafkaRunOptions } from './kafka-run.js';

/** What the runs of a member share. `onFailure`: one of them cannot go on. */
export type RunsShared = Pick<KafkaRunOptions, 'reader' | 'offsets' | 'batchBytesMax' | 'foreign' | 'tools' | 'onFailure'>;

/** The partitions that a member has, each with its run, and those that it has given away but whose reader is still at work. */
export class PartitionRuns {
  readonly #runs = new Map<string, KafkaRun>();
  readonly #leaving = new Map<string, Promise<void>>();

  constructor(private readonly shared: RunsShared) {}

  of(at: TopicPartition): KafkaRun | undefined {
    return this.#runs.get(keyOf(at));
  }
  get all(): readonly KafkaRun[] {
    return [...this.#runs.values()];
  }
  get keys(): readonly string[] {
    return [...this.#runs.keys()];
  }

  /** Begins to read a partition of the generation, once a reader that had it before is done. */
  start(generation: Generation, at: TopicPartition): void {
    const key = keyOf(at);
    const current = () => this.#runs.get(key) === run;
    const run: KafkaRun = new KafkaRun({
      ...this.shared,
      at,
      after: this.#leaving.get(key),
      onReady: (offset) => {
        if (!current()) return;
        generation.seek(at, offset);
        generation.resume(at);
      },
      onFull: (full) => {
        if (!current()) return;
        if (full) generation.pause(at);
        else generation.resume(at);
      },
    });
    this.#runs.set(key, run);
  }

  /** These partitions are not ours any more: their commits are refused from now on. */
  letGo(isLost: (key: string) => boolean = () => true): void {
    for (const [key, run] of this.#runs) {
      if (!isLost(key)) continue;
      this.#runs.delete(key);
      const left = run.stop().finally(() => {
        if (this.#leaving.get(key) === left) this.#leaving.delete(key);
      });
      this.#leaving.set(key, left);
      left.catch((cause: unknown) => this.shared.onFailure(cause));
    }
  }

  /** The partitions are still ours: their readers may commit until they are done. Waits for those that were given away, too. */
  finish(): Promise<PromiseSettledResult<void>[]> {
    const finished = [...this.#runs].map(async ([key, run]) => {
      await run.stop();
      this.#runs.delete(key);
    });
    return Promise.allSettled([...finished, ...this.#leaving.values()]);
  }

  /** Where each partition is, and where its log ends. */
  async positions(): Promise<readonly Position[]> {
    const { offsets } = this.shared;
    const topics = [...new Set(this.all.map(({ at }) => at.topic))];
    const known = new Map(
      await Promise.all(
        topics.map(async (topic) => {
          const [marks, committed] = await Promise.all([offsets.watermarks(topic), offsets.committed(topic)]);
          return [topic, { marks, committed }] as const;
        }),
      ),
    );
    return this.all.map(({ at, next, retrying }) => {
      const { marks, committed } = known.get(at.topic) ?? {};
      const end = marks?.get(at.partition)?.high ?? next;
      return { ...at, end, next, committed: committed?.get(at.partition) ?? -1, ...(retrying && { retrying }) };
    });
  }
}
