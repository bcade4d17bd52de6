import type { Admin, ConsumerConfig, EachBatchPayload, GroupDescription } from 'kafkajs';
import kafkajs from 'kafkajs';
import { FakeClock, settle } from '#libs/testkit/fake-clock.js';
import { Health } from '#libs/runtime/health.js';
import { silentLog } from '#libs/runtime/log.js';
import { Recorder } from '../contract-tools.js';
import type { JoinOptions } from '../port.js';
import type { KafkaOptions } from './client.js';
import type { CuttableConsumer } from './client.js';
import type { Assignment } from './generation.js';
import { KafkaMember } from './kafka-member.js';
import { Pace } from './reach/pace.js';

export const topic = 'accesses';
const clientId = 'vigie-scorer-1';

/** The brokers as far as a consumer's life goes: who is in the group, what the log holds, and what does not answer. */
export class FakeBroker {
  readonly consumers: FakeConsumer[] = [];
  readonly committed: number[] = [];
  /** Refuses connections and questions. */
  away = false;
  /** Connections and questions neither succeed nor fail. */
  frozen = false;
  /** Consumers made from now on join when the test says so. */
  joinsWhenAsked = false;
  high = 0;
  partitions: readonly number[] = [0, 1];
  /** Members of other processes, or left behind by this one. */
  others: GroupDescription['members'] = [];
  groupState: GroupDescription['state'] = 'Stable';
  /** What commits by this member are answered with, by its id. */
  readonly refuses = new Map<string, string>();
  /** By which it knows the topic. */
  topicId = 'a'.repeat(22);
  /** What the group has committed, of each partition. */
  commit: { readonly offset: string; readonly metadata: string | null } = { offset: '-1', metadata: null };
  /** Thrown by the question for offsets. */
  offsetsFail: Error | undefined;

  readonly admin = {
    fetchTopicOffsets: async () => {
      await this.reach();
      if (this.offsetsFail) throw this.offsetsFail;
      return this.partitions.map((partition) => ({ partition, offset: `${this.high}`, low: '0', high: `${this.high}` }));
    },
    fetchOffsets: async () => {
      await this.reach();
      return [{ topic, partitions: this.partitions.map((partition) => ({ partition, ...this.commit })) }];
    },
    fetchTopicMetadata: async () => {
      await this.reach();
      return { topics: [{ name: topic, partitions: this.partitions.map(() => ({ topicId: this.topicId })) }] };
    },
    describeGroups: async ([groupId = '']: readonly string[]) => {
      await this.reach();
      const own = this.members.flatMap(({ memberId, assigned }) => member(clientId, memberId, { [topic]: assigned }));
      return { groups: [{ groupId, state: this.groupState, members: [...own, ...this.others] }] };
    },
  } as unknown as Admin;

  /** Consumers that are members of the group, whether anybody serves them or not. */
  get members(): readonly FakeConsumer[] {
    return this.consumers.filter(({ inGroup }) => inGroup);
  }
  get last(): FakeConsumer {
    return this.consumers.at(-1) ?? fail('no consumer was made');
  }

  async reach(): Promise<void> {
    if (this.frozen) await new Promise<never>(() => {});
    if (this.away) throw new kafkajs.KafkaJSConnectionError('connect ECONNREFUSED');
  }

  consumer(config: ConsumerConfig): CuttableConsumer {
    const consumer = new FakeConsumer(this, this.consumers.length + 1, config);
    this.consumers.push(consumer);
    return consumer as unknown as CuttableConsumer;
  }
}

/** A kafkajs consumer with its habits: a stop during the first join is forgotten, and a crash restarts it unless that is switched off. */
export class FakeConsumer {
  readonly events = {
    GROUP_JOIN: 'join',
    CRASH: 'crash',
    START_BATCH_PROCESS: 'batch',
    FETCH_START: 'fetching',
    FETCH: 'fetched',
  } as const;
  readonly sought = new Map<number, number>();
  readonly paused = new Set<number>();
  inGroup = false;
  cutOff = false;
  /** It was a member, and said goodbye. */
  leftInOrder = false;
  /** Its first join ends when the test says so. */
  readonly joinsWhenAsked: boolean;
  /** `disconnect` never settles. */
  leaveHangs = false;
  assigned: readonly number[] = [];
  memberId: string;
  readonly #on = new Map<string, (event: { readonly payload: unknown }) => void>();
  #eachBatch: (payload: EachBatchPayload) => Promise<void> = async () => {};
  #joining: PromiseWithResolvers<void> | undefined;

  constructor(
    readonly broker: FakeBroker,
    number: number,
    readonly config: ConsumerConfig,
  ) {
    this.memberId = `member-${number}`;
    this.joinsWhenAsked = broker.joinsWhenAsked;
  }

  on(event: string, listener: (event: { readonly payload: unknown }) => void): void {
    this.#on.set(event, listener);
  }
  connect(): Promise<void> {
    return this.broker.reach();
  }
  async subscribe(): Promise<void> {}
  async run({ eachBatch }: { readonly eachBatch: (payload: EachBatchPayload) => Promise<void> }): Promise<void> {
    this.#eachBatch = eachBatch;
    this.#joining = Promise.withResolvers();
    if (!this.joinsWhenAsked) setImmediate(() => this.join({ [topic]: this.broker.partitions }));
    await this.#joining.promise;
  }
  seek({ partition, offset }: { readonly partition: number; readonly offset: string }): void {
    this.sought.set(partition, Number(offset));
  }
  pause([where]: readonly { readonly partitions: readonly number[] }[]): void {
    where?.partitions.forEach((partition) => this.paused.add(partition));
  }
  resume([where]: readonly { readonly partitions: readonly number[] }[]): void {
    where?.partitions.forEach((partition) => this.paused.delete(partition));
  }
  async disconnect(): Promise<void> {
    if (this.leaveHangs) await new Promise<never>(() => {});
    this.leftInOrder = this.inGroup;
    this.inGroup = false;
  }
  cut(): void {
    this.cutOff = true;
    this.inGroup = false;
  }

  /** The group gives partitions: at the first join, or at a later one, under the same id or another. */
  join(assignment: Assignment, memberId = this.memberId): void {
    if (this.cutOff) return;
    this.memberId = memberId;
    this.assigned = assignment[topic] ?? [];
    this.inGroup = true;
    this.#on.get('join')?.({ payload: { memberId, memberAssignment: assignment } });
    this.#joining?.resolve();
  }

  /** kafkajs leaves in order, says so, and would start again beside us if it were let. */
  async crash(error: Error): Promise<void> {
    this.inGroup = false;
    const restart = (await this.config.retry?.restartOnFailure?.(error)) ?? true;
    this.#on.get('crash')?.({ payload: { error, restart, groupId: this.config.groupId } });
    if (restart) setImmediate(() => this.join({ [topic]: this.broker.partitions }, `${this.memberId}-again`));
  }

  async #commit(offset: number): Promise<void> {
    const refusal = this.broker.refuses.get(this.memberId);
    if (refusal) throw Object.assign(new Error(refusal), { type: refusal, retriable: refusal === 'NOT_COORDINATOR_FOR_GROUP' });
    this.broker.committed.push(offset);
  }

  async frames(partition: number, ...offsets: readonly number[]): Promise<void> {
    const messages = offsets.map((offset) => ({ offset: `${offset}`, value: Buffer.from(`frame ${offset}`) }));
    await this.#eachBatch({
      batch: { topic, partition, messages, lastOffset: () => `${offsets.at(-1)}` },
      resolveOffset: () => {},
      commitOffsetsIfNecessary: async () => this.#commit(offsets.at(-1) ?? -1),
    } as unknown as EachBatchPayload);
  }
}

export interface Life {
  readonly clock: FakeClock;
  readonly broker: FakeBroker;
  readonly health: Health;
  /** How fast brokers answer. */
  readonly pace: Pace;
  readonly recorder: Recorder;
  readonly joining: Promise<KafkaMember>;
  /** What became of the member, once it has ended. */
  outcome: string;
}

/** A membership over a fake broker, with frames noted by a recorder. */
export function begin(broker = new FakeBroker(), bend: Recorder['bend'] = {}, options: Partial<JoinOptions> = {}): Life {
  const clock = new FakeClock();
  const health = new Health();
  const recorder = new Recorder(bend);
  const pace = new Pace(clock);
  const kafka: KafkaOptions = { brokers: ['b'], clientId, clock, health, pace, log: silentLog };
  const join: JoinOptions = { group: 'vigie-scorer', topics: [topic], batchBytesMax: 1_000_000, ...options };
  const joining = KafkaMember.join(broker, broker.admin, kafka, join, recorder);
  const life: Life = { clock, broker, health, pace, recorder, joining, outcome: 'lives' };
  joining.then(
    (member) => {
      recorder.membership = member;
      member.ended.then(
        () => (life.outcome = 'left'),
        (cause: Error) => (life.outcome = `ended: ${cause.message}`),
      );
    },
    (cause: Error) => (life.outcome = `never joined: ${cause.message}`),
  );
  return life;
}

/** Makes brokers feed, whenever their consumers may take: the state of a healthy day. */
export async function joined(broker?: FakeBroker, bend?: Recorder['bend']): Promise<Life> {
  const life = begin(broker, bend);
  await life.clock.advance(10);
  await life.joining;
  await settle();
  return life;
}

export function member(client: string, memberId: string, assignment: Assignment): GroupDescription['members'][number] {
  const memberAssignment = kafkajs.AssignerProtocol.MemberAssignment.encode({
    version: 0,
    assignment: Object.fromEntries(Object.entries(assignment).map(([name, list]) => [name, [...list]])),
    userData: Buffer.alloc(0),
  });
  return { clientHost: '/127.0.0.1', clientId: client, memberId, memberAssignment, memberMetadata: Buffer.alloc(0) };
}

export const strangerOfOurs = (memberId: string, partitions: readonly number[]) =>
  member(clientId, memberId, { [topic]: partitions });

function fail(message: string): never {
  throw new Error(message);
}
