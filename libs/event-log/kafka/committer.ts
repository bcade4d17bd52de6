import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { Clock } from '#libs/runtime/clock.js';
import { messageOf, Transient } from '#libs/runtime/outcome.js';
import { keyOf } from '../member/group-state.js';
import type { TopicPartition } from '../port.js';
import { isRetriable, questionMsMax, typeOf, within } from './client.js';

type CommitNow = EachBatchPayload['commitOffsetsIfNecessary'];

/** What a broker answers to the commit of a member that it does not know any more. */
const refusals = new Set([
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'FENCED_INSTANCE_ID',
  'FENCED_MEMBER_EPOCH',
  'STALE_MEMBER_EPOCH',
]);
/** These and `refusals`: the client commits for a generation, or to a coordinator, of before its last join. */
const misdirected = 'NOT_COORDINATOR_FOR_GROUP';
const retryWaitMs = 50;

/**
 * Commits with the generation that we hold. A broker checks the generation but not who owns a partition, and `Consumer.commitOffsets`
 * tries again under whatever generation holds by then: so the single-try commit of a batch is used once there is one, and ownership is
 * checked here before each try. kafkajs can beat for a new generation and commit for an old one for ever, when a join breaks off between its
 * two halves: since when commits are refused without a join between is told, so that the consumer can be made anew.
 */
export class Committer {
  readonly #clock: Clock;
  readonly #owns: (at: TopicPartition) => boolean;
  readonly #metadata: (at: TopicPartition) => string | null;
  #refusedSince: number | undefined;
  readonly #refused = new Set<string>();
  #joins = 0;
  #single: { readonly consumer: Consumer; readonly commit: CommitNow } | undefined;

  constructor(clock: Clock, owns: (at: TopicPartition) => boolean, metadata: (at: TopicPartition) => string | null) {
    this.#clock = clock;
    this.#owns = owns;
    this.#metadata = metadata;
  }

  use(consumer: Consumer, commit: CommitNow): void {
    this.#single = { consumer, commit };
  }

  /** Since when a broker refuses what we commit, on the monotonic clock; undefined while it does not. */
  get refusedSince(): number | undefined {
    return this.#refusedSince;
  }

  /**
   * Another generation holds: what was refused before says nothing of it. Answers with the partitions, by `keyOf`, whose readers were told
   * since the last one that they are not theirs any more: those that stay must be given to them anew.
   */
  joined(): ReadonlySet<string> {
    const refused = new Set(this.#refused);
    this.#refused.clear();
    this.#joins += 1;
    this.#refusedSince = undefined;
    return refused;
  }

  /** False when the partition is not ours any more; rejects with `Transient` when no answer came in time. */
  async commit(consumer: Consumer, at: TopicPartition, nextOffset: number): Promise<boolean> {
    if (!Number.isSafeInteger(nextOffset) || nextOffset < 0)
      throw new RangeError(`commit of ${at.topic}/${at.partition} at ${nextOffset} refused: not an offset`);
    const overAt = this.#clock.monotonic() + questionMsMax;
    for (;;) {
      if (!this.#owns(at)) return false;
      const joins = this.#joins;
      try {
        await within(this.#clock, questionMsMax, 'commit', this.#try(consumer, at, String(nextOffset)));
        this.#refusedSince = undefined;
        return true;
      } catch (cause) {
        const isRefused = refusals.has(typeOf(cause));
        // A join that came meanwhile has settled whose partition it is.
        if (isRefused && joins !== this.#joins) continue;
        if (isRefused || typeOf(cause) === misdirected) this.#refusedSince ??= this.#clock.monotonic();
        if (isRefused) {
          this.#refused.add(keyOf(at));
          return false;
        }
        const rebalancing = typeOf(cause) === 'REBALANCE_IN_PROGRESS';
        if (!rebalancing && !isRetriable(cause) && !(cause instanceof Transient)) throw cause;
        if (this.#clock.monotonic() >= overAt)
          throw new Transient(`commit of ${at.topic}/${at.partition}: ${messageOf(cause)}`, { cause });
        await this.#clock.sleep(retryWaitMs);
      }
    }
  }

  #try(consumer: Consumer, at: TopicPartition, offset: string): Promise<void> {
    const { topic, partition } = at;
    const metadata = this.#metadata(at);
    const one = { partition, offset, metadata };
    if (this.#single?.consumer === consumer) return this.#single.commit({ topics: [{ topic, partitions: [one] }] });
    return consumer.commitOffsets([{ topic, ...one }]);
  }
}
