// read/: incident changes from the log to the couriers; offsets follow what was delivered.
// What cannot be read is set aside.

import type { Frame, Membership, Reader, TopicPartition } from '#libs/event-log/port.js';
import { unreadableStretch } from '#libs/contracts/quarantine-row.js';
import { messageOf } from '#libs/runtime/outcome.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { ToldChange } from '../channels/channel.js';
import type { Courier } from '../deliver/courier.js';
import { decodeChange, linesOf } from './decode.js';
import { Prefix } from './prefix.js';

interface Owned {
  readonly at: TopicPartition;
  readonly prefix: Prefix;
  /** Commits run one after the other, each of the newest prefix. */
  committing: Promise<void>;
  committed: number;
  /** A commit is asked for and has not begun. */
  asked: boolean;
}

export interface ReaderTools {
  readonly log: Log;
  readonly metrics: Metrics;
  /** Takes a line that is no incident change; resolves once it is safe elsewhere. */
  readonly setAside: (
    at: TopicPartition,
    offset: number,
    line: number,
    text: string,
    reason: string,
    detail: string,
  ) => Promise<void>;
}

/**
 * One channel as a member of its own group: its offset is the end of the changes that are settled without a gap, so a channel that is
 * away holds up itself only, and the log, not memory, keeps what waits for it.
 */
export class ChannelReader implements Reader {
  readonly #owned = new Map<string, Owned>();
  #membership: Promise<Membership> | undefined;

  constructor(
    private readonly courier: Courier,
    private readonly tools: ReaderTools,
  ) {}

  /** To be called with the promise of `join`, before it has settled. */
  joined(membership: Promise<Membership>): void {
    this.#membership = membership;
  }

  async assigned(at: TopicPartition): Promise<'committed'> {
    this.#owned.set(nameOf(at), { at, prefix: new Prefix(), committing: Promise.resolve(), committed: -1, asked: false });
    return 'committed';
  }

  async frames(at: TopicPartition, frames: readonly Frame[], signal: AbortSignal): Promise<void> {
    const owned = this.#owned.get(nameOf(at));
    if (!owned) return;
    for (const frame of frames) {
      const changes = await this.#decode(at, frame);
      const settle = owned.prefix.add(frame.offset, changes.length);
      for (const change of changes) {
        await this.courier.room(signal);
        // What is not taken over stays uncommitted and is read by the next owner.
        if (signal.aborted) return;
        this.courier.offer(change, owned, () => {
          settle();
          this.#commit(owned);
        });
      }
    }
    this.#commit(owned);
  }

  /** Lines are judged one by one, so a frame that cannot be digested is a bug: skipping it could hide an incident. */
  async poison(at: TopicPartition, frame: Frame, cause: unknown): Promise<void> {
    throw new Error(`${nameOf(at)}/${frame.offset} cannot be told: ${messageOf(cause)}`, {
      cause,
    });
  }

  async revoked(at: TopicPartition): Promise<void> {
    const owned = this.#owned.get(nameOf(at));
    if (!owned) return;
    this.#owned.delete(nameOf(at));
    await this.courier.release(owned);
    this.#commit(owned);
    await owned.committing;
  }

  async #decode(at: TopicPartition, frame: Frame): Promise<readonly ToldChange[]> {
    const told: ToldChange[] = [];
    if (frame.unreadable) {
      const { reason, detail } = unreadableStretch(frame.unreadable);
      await this.tools.setAside(at, frame.offset, 0, '', reason, detail);
    }
    for (const [index, line] of linesOf(frame.bytes).entries()) {
      const outcome = decodeChange(line);
      if (outcome.kind === 'accepted') told.push(outcome.value);
      if (outcome.kind === 'rejected') await this.tools.setAside(at, frame.offset, index, line, outcome.reason, outcome.detail);
    }
    return told;
  }

  #commit(owned: Owned): void {
    if (owned.asked || (owned.prefix.next ?? -1) <= owned.committed) return;
    owned.asked = true;
    owned.committing = owned.committing.then(async () => {
      owned.asked = false;
      const next = owned.prefix.next ?? 0;
      try {
        await (await this.#membership)?.commit(owned.at, next);
        owned.committed = next;
      } catch (cause) {
        // Harmless: the next commit covers it, and what is read twice is known by its id.
        this.tools.log.warn('an offset could not be committed', {
          topic: owned.at.topic,
          partition: owned.at.partition,
          offset: next,
          cause,
        });
      }
    });
  }
}

function nameOf(at: TopicPartition): string {
  return `${at.topic}/${at.partition}`;
}
