import { z } from 'zod';
import type { IncidentChange } from '#libs/contracts/incident.js';
import type { QuarantineRow } from '#libs/contracts/quarantine-row.js';
import { frameBytesMax, habitsTopic, laneTopics, partitionOf, topics } from '#libs/contracts/topics.js';
import type { Relayed } from '#libs/detection/relay/relay.js';
import type { AccountDay } from '#libs/habits/seams.js';
import type { EventLog } from '#libs/event-log/port.js';
import { lineOf, recordOfDay } from '#libs/habits/habit-rows.js';
import { lineOfMark, type RelayMark } from './relay-marks.js';

type Row = IncidentChange | QuarantineRow;

/** A row that is decided and not appended yet. */
export const waiting = z.object({ topic: z.string(), partition: z.int().nonnegative(), line: z.string() });
export type Waiting = Readonly<z.infer<typeof waiting>>;

/**
 * What a partition's scorer has decided but the log has not acknowledged yet. The windows have already taken their rows in, so a
 * decision must not be lost when the append fails: it waits here and is appended before anything else, in order. A snapshot of those windows
 * takes what waits along, so that whoever goes on from it appends it, perhaps once more: the ids are the same.
 */
export class Outbox {
  #waiting: readonly Waiting[];

  /** `waiting` is what waited when the snapshot was taken that the windows come from. */
  constructor(
    private readonly log: EventLog,
    private readonly partitions: { readonly incidents: number; readonly quarantine: number },
    waiting: readonly Waiting[] = [],
  ) {
    this.#waiting = waiting;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** What waits, oldest first. */
  get waiting(): readonly Waiting[] {
    return this.#waiting;
  }

  addChanges(changes: readonly IncidentChange[]): void {
    this.#add(topics.incidents, this.partitions.incidents, changes, (change) => change.actor_id);
  }

  addQuarantined(rows: readonly QuarantineRow[]): void {
    this.#add(topics.quarantine, this.partitions.quarantine, rows, (row) => row.source);
  }

  /** Accesses that belong to other subjects than their accounts; `mark` says from where they come. */
  addRelayed(relayed: readonly Relayed[], mark: RelayMark): void {
    this.#waiting = [
      ...this.#waiting,
      ...relayed.flatMap(({ kind, partition, lines }) => {
        const to = { topic: laneTopics[kind], partition };
        return [{ ...to, line: lineOfMark(mark) }, ...lines.map((line) => ({ ...to, line }))];
      }),
    ];
  }

  /** Completed days, for the habits of all scorers. */
  addDays(days: readonly AccountDay[]): void {
    const added = days.map((day) => ({ topic: habitsTopic, partition: 0, line: lineOf(recordOfDay(day)) }));
    if (added.length > 0) this.#waiting = [...this.#waiting, ...added];
  }

  #add<T extends Row>(topic: string, partitions: number, rows: readonly T[], key: (row: T) => string): void {
    if (rows.length === 0) return;
    const added = rows.map((row) => ({
      topic,
      partition: partitionOf(row.group_id, key(row), partitions),
      line: `${JSON.stringify(row)}\n`,
    }));
    this.#waiting = [...this.#waiting, ...added];
  }

  /** Appends everything that waits, oldest first; what was acknowledged leaves at once. Rejects with `Transient` when the log is away. */
  async flush(): Promise<void> {
    while (this.#waiting.length) {
      const frame = takeFrame(this.#waiting);
      const [{ topic, partition }] = frame;
      await this.log.append({ topic, partition }, Buffer.from(frame.map((row) => row.line).join('')));
      const sent = new Set<Waiting>(frame);
      this.#waiting = this.#waiting.filter((row) => !sent.has(row));
    }
  }
}

/** The first waiting row and those behind it that go to the same partition, up to the size of a frame. */
function takeFrame(waiting: readonly Waiting[]): readonly [Waiting, ...Waiting[]] {
  const [first, ...others] = waiting;
  if (!first) throw new RangeError('takeFrame needs a waiting row');
  const frame: [Waiting, ...Waiting[]] = [first];
  let bytes = first.line.length;
  for (const row of others) {
    if (row.topic !== first.topic || row.partition !== first.partition) continue;
    bytes += row.line.length;
    if (bytes > frameBytesMax) break;
    frame.push(row);
  }
  return frame;
}
