import { type IncidentChange, parseIncidentChange } from '#libs/contracts/incident.js';
import { topics } from '#libs/contracts/topics.js';
import type { Bounds, EventLog, Frame, Reader, TopicPartition } from '#libs/event-log/port.js';
import { messageOf } from '#libs/runtime/outcome.js';

/** What of an incident that was told must be known of it later. Times are event times, milliseconds. */
export interface Told {
  readonly id: string;
  readonly firstMs: number;
  readonly lastMs: number;
  /** The newest that was told. */
  readonly version: number;
  readonly rules: readonly string[];
  readonly counts: boolean;
  /** As it was told last. */
  readonly change: IncidentChange;
  /** How often it was told as closed. */
  readonly closings: number;
}

/** Incidents as they were told last, by whose they are. */
export class ToldBefore {
  readonly #bySubject = new Map<string, Map<string, Told>>();
  /** Of each incident the changes that closed it: one that was appended twice is one. */
  readonly #closed = new Map<string, Set<string>>();

  add(change: IncidentChange): void {
    const subject = subjectOf(change);
    const known = this.#bySubject.get(subject) ?? new Map<string, Told>();
    const { incident_id: id, version, rules, state } = change;
    const closings = this.#closingsOf(change);
    const last = known.get(id);
    if (last && last.version > version) {
      known.set(id, { ...last, closings });
      return;
    }
    known.set(id, {
      id,
      firstMs: Date.parse(change.first_time),
      lastMs: Date.parse(change.last_time),
      version,
      rules,
      counts: state === 'open' || state === 'closed',
      change,
      closings,
    });
    this.#bySubject.set(subject, known);
  }

  /** Every incident. */
  *all(): Iterable<Told> {
    for (const known of this.#bySubject.values()) yield* known.values();
  }

  #closingsOf({ incident_id: id, change_id, change_type }: IncidentChange): number {
    const closed = this.#closed.get(id);
    if (change_type !== 'incident.closed') return closed?.size ?? 0;
    this.#closed.set(id, (closed ?? new Set()).add(change_id));
    return this.#closed.get(id)?.size ?? 0;
  }

  /** Those of the subject of a change. */
  of(change: IncidentChange): ReadonlyMap<string, Told> {
    return this.#bySubject.get(subjectOf(change)) ?? new Map<string, Told>();
  }
}

function subjectOf({ group_id, subject_kind, actor_id }: IncidentChange): string {
  return JSON.stringify([group_id, subject_kind, actor_id]);
}

export interface ReadingTools {
  readonly log: EventLog;
  /** Nobody else's: all of the topic is read. */
  readonly group: string;
  readonly signal?: AbortSignal;
}

const batchBytesMax = 4 * 1024 * 1024;

/** Reads what incidents the log has, up to where it ends at the time of asking. Rejects when the log cannot be read. */
export async function readToldBefore({ log, group, signal }: ReadingTools): Promise<ToldBefore> {
  const reading = new ToldReading(await log.partitions(topics.incidents));
  const membership = await log.join({ group, topics: [topics.incidents], batchBytesMax, ...(signal && { signal }) }, reading);
  await Promise.race([reading.whole, membership.ended]);
  await membership.leave();
  return reading.told;
}

/** One reading of the topic of incidents. */
class ToldReading implements Reader {
  readonly told = new ToldBefore();
  /** Resolves once every partition was read to where it ended. */
  readonly whole: Promise<void>;
  readonly #left = new Map<number, number>();
  readonly #done = new Set<number>();
  readonly #reached: () => void;

  constructor(private readonly partitions: number) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.whole = promise;
    this.#reached = resolve;
  }

  async assigned({ partition }: TopicPartition, held: Bounds): Promise<'earliest'> {
    this.#left.set(partition, held.end);
    if (held.start >= held.end) this.#isRead(partition);
    return 'earliest';
  }

  async frames({ partition }: TopicPartition, frames: readonly Frame[]): Promise<void> {
    for (const { bytes, offset, unreadable } of frames) {
      for (const line of bytes.toString('utf8').split('\n')) this.#take(line);
      if ((unreadable?.last ?? offset) + 1 >= (this.#left.get(partition) ?? Infinity)) this.#isRead(partition);
    }
  }

  /** Lines are read one by one, so a frame that cannot be is a bug: an incident would be told twice. */
  async poison({ topic, partition }: TopicPartition, { offset }: Frame, cause: unknown): Promise<void> {
    throw new Error(`${topic}/${partition}/${offset} cannot be read: ${messageOf(cause)}`, { cause });
  }

  async revoked(): Promise<void> {}

  /** What is no change is set aside by the archiver. */
  #take(line: string): void {
    if (line === '') return;
    let parsed: unknown;
    try {
      parsed = JSON.parse(line);
    } catch {
      return;
    }
    const change = parseIncidentChange(parsed);
    if (change.success) this.told.add(change.data);
  }

  #isRead(partition: number): void {
    this.#done.add(partition);
    if (this.#done.size >= this.partitions) this.#reached();
  }
}
