import kafkajs, { type Admin } from 'kafkajs';
import { quietRequestQueue } from '#libs/event-log/kafka/wire/request-queue.js';
import type { Clock } from '#libs/runtime/clock.js';

const answerMsMax = 20_000;

export interface MemberSeen {
  readonly memberId: string;
  readonly clientId: string;
  /** `topic/partition` of each partition that the group gave it. */
  readonly holds: readonly string[];
}

export interface GroupSeen {
  readonly group: string;
  readonly state: string;
  readonly members: readonly MemberSeen[];
}

/** Next offset to be written and the committed one (-1 where there is none), by partition. */
export interface PartitionSeen {
  readonly partition: number;
  readonly end: number;
  readonly committed: number;
}

/** What the brokers know, asked from outside of every service. Each question has a connection of its own: brokers come and go here. */
export class KafkaView {
  constructor(
    private readonly brokers: readonly string[],
    private readonly clock: Clock,
  ) {
    quietRequestQueue();
  }

  groups(names: readonly string[]): Promise<readonly GroupSeen[]> {
    return this.#ask(async (admin) => {
      const { groups } = await admin.describeGroups([...names]);
      return groups.map(({ groupId, state, members }) => ({ group: groupId, state, members: members.map(memberOf) }));
    });
  }

  /** Names of the topics that are there. */
  topics(): Promise<readonly string[]> {
    return this.#ask((admin) => admin.listTopics());
  }

  progress(group: string, topic: string): Promise<readonly PartitionSeen[]> {
    return this.#ask(async (admin) => {
      const [ends, [committed]] = await Promise.all([
        admin.fetchTopicOffsets(topic),
        admin.fetchOffsets({ groupId: group, topics: [topic] }),
      ]);
      const known = new Map(committed?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
      return ends.map(({ partition, high }) => ({ partition, end: Number(high), committed: known.get(partition) ?? -1 }));
    });
  }

  /** The broker that leads most partitions of a topic. */
  busiestLeader(topic: string): Promise<number> {
    return this.#ask(async (admin) => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      const leads = new Map<number, number>();
      for (const { leader } of topics[0]?.partitions ?? []) leads.set(leader, (leads.get(leader) ?? 0) + 1);
      const [busiest] = [...leads].toSorted(([, a], [, b]) => b - a);
      if (!busiest) throw new Error(`topic ${topic} has no leader`);
      return busiest[0];
    });
  }

  async grow(topic: string, count: number): Promise<void> {
    await this.#ask((admin) => admin.createPartitions({ topicPartitions: [{ topic, count }] }));
  }

  async #ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    const retry = { initialRetryTime: 100, maxRetryTime: 500, retries: 3 };
    const options = {
      clientId: 'faults',
      connectionTimeout: 3000,
      requestTimeout: 5000,
      logLevel: kafkajs.logLevel.NOTHING,
      retry,
    };
    const admin = new kafkajs.Kafka({ ...options, brokers: [...this.brokers] }).admin();
    const done = new AbortController();
    const late = this.clock.sleep(answerMsMax, done.signal).then(
      () => Promise.reject(new Error(`Kafka gave no answer within ${answerMsMax} ms`)),
      () => new Promise<never>(() => {}),
    );
    try {
      return await Promise.race([admin.connect().then(() => question(admin)), late]);
    } finally {
      done.abort();
      void admin.disconnect().catch(() => {});
    }
  }
}

function memberOf(member: { memberId: string; clientId: string; memberAssignment: Buffer }): MemberSeen {
  const decoded = kafkajs.AssignerProtocol.MemberAssignment.decode(member.memberAssignment);
  const holds = Object.entries(decoded?.assignment ?? {}).flatMap(([topic, all]) => all.map((one) => `${topic}/${one}`));
  return { memberId: member.memberId, clientId: member.clientId, holds };
}
