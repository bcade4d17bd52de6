import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Admin } from 'kafkajs';
import { z } from 'zod';
import type { Clock } from '#libs/runtime/clock.js';
import { codeOf } from '#libs/runtime/outcome.js';
import type { Log } from '#libs/runtime/log.js';
import { questionMsMax, within } from './client.js';

/** Partitions by topic, as one process remembers them: `{"<cluster id>/<topic>": 12}`. */
const recordSchema = z.record(z.string(), z.int().positive());

export interface LayoutOptions {
  readonly admin: Admin;
  readonly clock: Clock;
  readonly log: Log;
  /** Groups whose commits say over how many partitions accounts were placed when they were read. */
  readonly groups: readonly string[];
  /** Where this host remembers it; without it only the groups do. */
  readonly file?: string;
  /** Numbers that an operator has agreed to: what groups remember goes with their offsets once nobody has read for a week. */
  readonly kept?: ReadonlyMap<string, number>;
}

/**
 * Over how many partitions the accounts of a topic are placed: the number that the topic had when rows were first placed in it, which
 * Kafka's own tools can change under everybody's feet. It is remembered beside the groups' offsets, in Kafka: shared by all hosts, and gone
 * with the topic, so that a topic made anew is another one. A file remembers it until the first commit.
 */
export class Layout {
  readonly #options: LayoutOptions;
  #previous: Promise<unknown> = Promise.resolve();

  constructor(options: LayoutOptions) {
    this.#options = options;
  }

  /** `present` is what the topic has now; the answer is what it is used by. One topic after the other: they share a file. */
  partitionsOf(topic: string, present: number): Promise<number> {
    const found = this.#previous.then(() => this.#find(topic, present));
    this.#previous = found.catch(() => {});
    return found;
  }

  async #find(topic: string, present: number): Promise<number> {
    const key = `${await this.#clusterId()}/${topic}`;
    const record = await this.#read();
    const known = (await this.#committed(topic)) ?? (await this.#stillTrue(topic, record[key] ?? this.#options.kept?.get(topic)));
    const used = known !== undefined && known < present ? known : present;
    if (record[key] !== used) await this.#write({ ...record, [key]: used });
    return used;
  }

  /** What the file says holds unless rows lie beyond: others have placed them there, because the topic was made anew. */
  async #stillTrue(topic: string, remembered: number | undefined): Promise<number | undefined> {
    if (remembered === undefined) return undefined;
    const { admin, clock } = this.#options;
    const ends = await within(clock, questionMsMax, `offsets of ${topic}`, admin.fetchTopicOffsets(topic));
    const beyond = ends.some(({ partition, high }) => partition >= remembered && Number(high) > 0);
    return beyond ? undefined : remembered;
  }

  async #committed(topic: string): Promise<number | undefined> {
    const { admin, clock, groups } = this.#options;
    const counts = await Promise.all(
      groups.map(async (groupId) => {
        const question = admin.fetchOffsets({ groupId, topics: [topic] });
        const answers = await within(clock, questionMsMax, `committed offsets of ${groupId}`, question);
        return answers.flatMap(({ partitions }) => partitions.map(({ metadata }) => countIn(metadata)));
      }),
    );
    const known = counts.flat().filter((count) => count !== undefined);
    return known.length > 0 ? Math.min(...known) : undefined;
  }

  async #clusterId(): Promise<string> {
    const { admin, clock } = this.#options;
    return (await within(clock, questionMsMax, 'name of the cluster', admin.describeCluster())).clusterId;
  }

  async #read(): Promise<Readonly<Record<string, number>>> {
    const { file } = this.#options;
    if (file === undefined) return {};
    try {
      return recordSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    } catch (cause) {
      if (codeOf(cause) !== 'ENOENT') this.#complain(file, cause);
      return {};
    }
  }

  /** A host that cannot write goes by what the groups remember. */
  async #write(record: Readonly<Record<string, number>>): Promise<void> {
    const { file } = this.#options;
    if (file === undefined) return;
    try {
      await mkdir(dirname(file), { recursive: true });
      // Several processes of a service may begin at the same moment.
      const fresh = `${file}.${process.pid}.new`;
      await writeFile(fresh, `${JSON.stringify(record, undefined, 2)}\n`);
      await rename(fresh, file);
    } catch (cause) {
      this.#complain(file, cause);
    }
  }

  #complain(path: string, cause: unknown): void {
    this.#options.log.warn('this host cannot remember over how many partitions accounts are placed; the groups do', {
      path,
      cause,
    });
  }
}

/** What a commit says beside its offset. */
export function commitMetadata(partitions: number | undefined): string | null {
  return partitions === undefined ? null : `partitions=${partitions}`;
}

/** What it says of a topic of others: which one it was, since another of its name has offsets of its own. */
export function foreignCommitMetadata(topicId: string | undefined): string | null {
  return topicId === undefined ? null : `topic=${topicId}`;
}

export function topicIdIn(metadata: string | null | undefined): string | undefined {
  return /^topic=([\w-]{22})$/.exec(metadata ?? '')?.[1];
}

function countIn(metadata: string | null): number | undefined {
  const found = /^partitions=(\d+)$/.exec(metadata ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
}

/** What to tell an operator of a topic that has another number of partitions than it is used by. */
export function otherNumberText(topic: string, used: number, present: number): string {
  if (present < used)
    return (
      `topic ${topic} has ${present} partitions now, and accounts are placed over ${used}: it was made anew with fewer, and what belongs into the others cannot be appended. ` +
      `Make it anew with ${used} ('vigie topics create --partitions ${used}'), or restart every service, and accounts are placed over ${present}`
    );
  return (
    `topic ${topic} has ${present} partitions now, and accounts are placed over ${used}: rows go on over those ${used}, nothing is lost ` +
    `or split. Kafka cannot take partitions back: to go on like this, restart every service with KAFKA_PARTITIONS_KEPT=${topic}=${used}`
  );
}
