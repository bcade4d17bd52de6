import type { EventLog, Frame, JoinOptions, Membership, Missing, Reader, TopicPartition } from '#libs/event-log/port.js';
import { readOriginal } from '#libs/formats/read/original.js';
import { refused } from '#libs/formats/read/read-payload.js';
import { rejected, Transient } from '#libs/runtime/outcome.js';
import type { ConfiguredSource } from '#libs/sources/source.js';
import { type Placed, placedItems } from './hand-over.js';
import type { InletTools } from './inlet.js';
import { type TopicRecord, topicRecord } from './topic-record.js';
import { Upkeep } from './upkeep.js';

export interface TopicTools extends Pick<InletTools, 'handOver' | 'sources' | 'clock' | 'metrics' | 'log'> {
  readonly eventLog: Pick<EventLog, 'join'>;
}

/** The group by which ingestors read topics of sources; whoever may read only these topics needs no other. */
export const rawGroup = 'vigie-ingestor-raw';
const batchBytesMax = 4 * 1024 * 1024;

/** One topic's reading. */
interface Opened {
  readonly stop: AbortController;
  membership?: Membership;
  readonly joined: Promise<void>;
}

/**
 * The topics into which sources write raw records. Each record is read in the format of its source; its offset is committed when what it
 * became is durable, so that a record is read twice at most and lost never.
 */
export class TopicInlets {
  readonly #open = new Map<string, Opened>();
  readonly #upkeep = new Upkeep(() => this.#apply());

  constructor(private readonly tools: TopicTools) {}

  /** Joins and leaves until the topics are those of the sources in use. Never rejects. */
  apply(): Promise<void> {
    return this.#upkeep.run();
  }

  get trouble(): string | undefined {
    return this.#upkeep.trouble;
  }

  async close(): Promise<void> {
    await this.#upkeep.rest();
    await Promise.all([...this.#open.keys()].map((topic) => this.#leave(topic)));
  }

  async #apply(): Promise<void> {
    const wanted = new Set(this.tools.sources().file.sources.flatMap(({ topic }) => topic ?? []));
    this.#upkeep.wanted(wanted);
    for (const topic of this.#open.keys()) if (!wanted.has(topic)) await this.#leave(topic);
    for (const topic of wanted) if (!this.#open.has(topic)) this.#join(topic);
  }

  #join(topic: string): void {
    const stop = new AbortController();
    const opened: Opened = { stop, joined: this.#joined(topic, stop.signal) };
    this.#open.set(topic, opened);
  }

  async #joined(topic: string, signal: AbortSignal): Promise<void> {
    const { eventLog, log } = this.tools;
    // One group for each topic: members of one group must ask for the same topics.
    const options: JoinOptions = { group: `${rawGroup}.${topic}`, topics: [topic], batchBytesMax, foreign: true, signal };
    try {
      const membership = await eventLog.join(options, this.#reader(topic, signal));
      const opened = this.#open.get(topic);
      if (opened) opened.membership = membership;
      this.#upkeep.well(topic);
      log.info('reading a topic of a source', { topic });
      await membership.ended;
    } catch (cause) {
      if (signal.aborted) return;
      if (this.#upkeep.failed(topic, `the topic ${topic} is not read`, cause))
        log.error('a topic of a source cannot be read and is tried again', { topic, cause });
      this.#open.delete(topic);
    }
  }

  async #leave(topic: string): Promise<void> {
    const opened = this.#open.get(topic);
    this.#open.delete(topic);
    opened?.stop.abort(new Error('the topic is left'));
    await opened?.membership?.leave();
    await opened?.joined;
  }

  #reader(topic: string, signal: AbortSignal): Reader {
    return {
      assigned: async () => 'committed',
      frames: async (at, frames, moved) => {
        await this.#take(at, frames, AbortSignal.any([signal, moved]));
        const last = frames.at(-1);
        if (last) await this.#open.get(topic)?.membership?.commit(at, last.offset + 1);
      },
      missing: (at, missing) => this.#missing(at, missing, signal),
      poison: async (at, frame, cause) => this.#poison(at, frame, cause),
      revoked: async () => {},
    };
  }

  async #take({ topic, partition }: TopicPartition, frames: readonly Frame[], signal: AbortSignal): Promise<void> {
    const source = this.#sourceOf(topic);
    // The file may have changed a moment ago; the topic is about to be left.
    if (!source) throw new Transient(`no source has the topic ${topic} any more`);
    // Records without a value say that something was deleted; here nothing is.
    const records = frames.filter(({ bytes, unreadable }) => unreadable ?? bytes.length > 0);
    this.tools.metrics.add('vigie_inlet_messages_total', { inlet: topic }, records.length);
    await this.tools.handOver.takePlaced(this.#itemsOf(`${topic}/${partition}`, records, source), source, signal);
  }

  /** Who keeps the topic has removed records that nobody had read, or made it anew: told where records are looked for that could not be read. */
  async #missing(at: TopicPartition, { wanted, start, end, anew }: Missing, signal: AbortSignal): Promise<void> {
    const { topic, partition } = at;
    const source = this.#sourceOf(topic);
    if (!source) throw new Transient(`no source has the topic ${topic} any more`);
    const held = `the topic holds records from ${start} up to ${end}, and was to be read from ${wanted}`;
    const why = anew
      ? 'it was made anew since, and is read from its beginning'
      : start > wanted
        ? `${start - wanted} were removed before they were read`
        : 'it was made anew, or cut short';
    this.tools.log.error('records of a topic are gone; reading goes on at the oldest that is there', {
      topic,
      partition,
      reason: `${held}: ${why}`,
    });
    if (start > wanted && !anew)
      this.tools.metrics.add('vigie_inlet_dropped_total', { inlet: topic, reason: 'removed' }, start - wanted);
    const item = refused(rejected('records_removed', '', `${held}: ${why}`));
    await this.tools.handOver.takePlaced(placedItems([item], `${topic}/${partition}/${wanted}`), source, signal);
  }

  /** Records are unpacked one after the other, as they are taken: packed ones may be a thousand times what they were in the topic. */
  async *#itemsOf(place: string, frames: readonly Frame[], { reading }: ConfiguredSource): AsyncGenerator<Placed> {
    const receivedMs = this.tools.clock.now();
    for (const frame of frames) {
      const { original, why } = frame.unreadable ? unreadableBatch : await topicRecord(frame, receivedMs);
      const items = why ? [refused(why, original)] : original ? readOriginal(original, reading) : [];
      yield* placedItems(items, `${place}/${frame.offset}`);
    }
  }

  #sourceOf(topic: string): ConfiguredSource | undefined {
    return this.tools.sources().file.sources.find((source) => source.topic === topic);
  }

  /** Only a bug comes here: what a record holds is refused by its reader. */
  async #poison({ topic, partition }: TopicPartition, { offset }: Frame, cause: unknown): Promise<void> {
    this.tools.metrics.add('vigie_inlet_dropped_total', { inlet: topic, reason: 'bug' });
    this.tools.log.error('a record met a bug and was passed over', { topic, partition, offset, cause });
  }
}

const unreadableBatch: Partial<TopicRecord> = {
  why: rejected('unreadable_batch', '', 'a batch of the topic cannot be unpacked'),
};
