// care/: what the ingestors remember of care, read from the log and stamped on the rows that they write.
// The memory itself is libs/care; here is how it is filled, whether it is whole, and what is written for the others.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Bar } from '#libs/care/bars.js';
import type { CareMemory } from '#libs/care/care-memory.js';
import { stepOf, visibleFrom } from '#libs/care/steps.js';
import { careFact } from '#libs/contracts/care/care-fact.js';
import { type IncidentChange, parseIncidentChange } from '#libs/contracts/incident.js';
import { careTopic } from '#libs/contracts/topics.js';
import type { Bounds, Frame, Reader, TopicPartition } from '#libs/event-log/port.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';

export interface CareReaderTools {
  readonly memory: Pick<CareMemory, 'take' | 'bar'>;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** The next offset to be written of each partition, at some time. */
export type Ends = readonly (readonly [TopicPartition, number])[];

/** Reads `vigie.care.v1` and the incidents from their beginnings into the memory. Nothing is committed: every start reads everything. */
export class CareReader implements Reader {
  readonly #progress = new Map<string, { next: number; readonly wanted: number }>();
  #whole: (() => void) | undefined;
  /** Facts taken so far, each time they came. */
  facts = 0;

  constructor(private readonly tools: CareReaderTools) {}

  /** Resolves once what there was when each of so many partitions was assigned is in the memory. */
  async whole(partitions: number): Promise<void> {
    while (this.behind(partitions) !== undefined) await new Promise<void>((resolve) => (this.#whole = resolve));
  }

  /** What is still to be read of that; `undefined` when nothing is. */
  behind(partitions: number): string | undefined {
    const read = [...this.#progress.values()].filter(({ next, wanted }) => next >= wanted).length;
    return read >= partitions ? undefined : `${read} of ${partitions} partitions of what is known of care are read`;
  }

  /** Whether everything before these offsets is in the memory. */
  hasRead(ends: Ends): boolean {
    return ends.every(([at, end]) => (this.#progress.get(nameOf(at))?.next ?? 0) >= end);
  }

  async assigned(at: TopicPartition, held: Bounds): Promise<'earliest'> {
    const known = this.#progress.get(nameOf(at));
    this.#progress.set(nameOf(at), known ?? { next: held.start, wanted: held.end });
    this.#whole?.();
    return 'earliest';
  }

  async frames(at: TopicPartition, frames: readonly Frame[]): Promise<void> {
    for (const [index, frame] of frames.entries()) {
      // A frame takes a few milliseconds; requests get their turn between two.
      if (index > 0) await nextTurn();
      this.#frame(at, frame);
    }
    const progress = this.#progress.get(nameOf(at));
    const last = frames.at(-1);
    if (progress && last) progress.next = Math.max(progress.next, (last.unreadable?.last ?? last.offset) + 1);
    this.#whole?.();
  }

  /** Lines are judged one by one, so a frame that cannot be digested is a bug. */
  async poison(at: TopicPartition, frame: Frame, cause: unknown): Promise<void> {
    throw new Error(`${nameOf(at)}/${frame.offset} cannot be read into what is known of care`, { cause });
  }

  /** The memory keeps what it has: whoever reads a partition again finds each fact known. */
  async revoked(): Promise<void> {}

  #frame(at: TopicPartition, { offset, bytes }: Frame): void {
    for (const line of bytes.toString('utf8').split('\n')) {
      if (line === '' || this.#take(at.topic, line)) continue;
      this.tools.metrics.add('vigie_care_lines_refused_total', { topic: at.topic });
      this.tools.log.warn('a line of the log is no fact of care and is passed over', { ...at, offset });
    }
  }

  #take(topic: string, line: string): boolean {
    const parsed = parsedOf(line);
    if (topic === careTopic) {
      const fact = careFact.safeParse(parsed);
      if (fact.success) this.tools.memory.take(fact.data);
      if (fact.success) this.facts += 1;
      return fact.success;
    }
    const change = parseIncidentChange(parsed);
    if (change.success && change.data.subject_kind === 'account') this.tools.memory.bar(barOf(change.data));
    return change.success;
  }
}

/** An incident counts as soon as every ingestor can have read it. */
function barOf({ group_id, actor_id, incident_id, version, state, detected_at, last_time }: IncidentChange): Bar {
  const detectedMs = Date.parse(detected_at);
  return {
    groupId: group_id,
    actorId: actor_id,
    incidentId: incident_id,
    version,
    isOpen: state === 'open' || state === 'closed',
    from: visibleFrom(detectedMs, detectedMs),
    last: stepOf(Date.parse(last_time)),
  };
}

function parsedOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
