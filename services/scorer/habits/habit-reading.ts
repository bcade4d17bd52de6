import { hash } from 'node:crypto';
import type { HabitRecord } from '#libs/contracts/habits/habit-record.js';
import type { Bounds, Frame, Reader, TopicPartition } from '#libs/event-log/port.js';
import { HabitModel, type HabitOptions } from '#libs/habits/habit-model.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import { messageOf } from '#libs/runtime/outcome.js';
import { inSlices } from '../judge/slices.js';
import { dayOfRecord, habitRecordOf } from '#libs/habits/habit-rows.js';

export interface HabitReadingTools {
  readonly clock: Clock;
  readonly logger: Log;
  /** A model is made differently here than by whoever asked for the next one. */
  readonly differs: () => void;
}

/** Learning gives way to the stream after so long, in milliseconds. */
const sliceMsMax = 10;

/** The topic of habits from its beginning into one model, and on from there. Another set of rules is another reading. */
export class HabitReading implements Reader {
  readonly model: HabitModel;
  /** Incidents of which somebody has said that they were honest. */
  readonly honest = new Set<string>();
  readonly rules: string;
  /** Resolves once what lay in the topic at the start is in the model. */
  readonly whole: Promise<void>;
  readonly #reached: () => void;
  readonly #waiting = new Map<number, PromiseWithResolvers<void>>();
  #wanted = 0;

  constructor(
    options: HabitOptions,
    private readonly tools: HabitReadingTools,
  ) {
    this.model = new HabitModel(options);
    this.rules = rulesDigest(options);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.whole = promise;
    this.#reached = resolve;
  }

  /** Resolves once the model of a day is made. */
  async made(day: number): Promise<void> {
    if (this.model.day >= day) return;
    let waiting = this.#waiting.get(day);
    if (!waiting) this.#waiting.set(day, (waiting = Promise.withResolvers<void>()));
    await waiting.promise;
  }

  /** Another reading takes its place: nobody waits for this one any more. */
  abandon(): void {
    for (const { resolve } of this.#waiting.values()) resolve();
    this.#waiting.clear();
  }

  async assigned({ partition }: TopicPartition, held: Bounds): Promise<'earliest'> {
    if (partition !== 0) return 'earliest';
    this.#wanted = held.end;
    if (held.start >= held.end) this.#reached();
    return 'earliest';
  }

  async frames({ partition }: TopicPartition, frames: readonly Frame[]): Promise<void> {
    if (partition !== 0) return;
    for (const { bytes, offset, unreadable } of frames) {
      for (const line of bytes.toString('utf8').split('\n')) if (line !== '') await this.#take(line, offset);
      if ((unreadable?.last ?? offset) + 1 >= this.#wanted) this.#reached();
    }
  }

  /** Lines are judged one by one, so a frame that cannot be digested is a bug: without it thresholds would be others than elsewhere. */
  async poison({ topic, partition }: TopicPartition, { offset }: Frame, cause: unknown): Promise<void> {
    throw new Error(`${topic}/${partition}/${offset} cannot be learned: ${messageOf(cause)}`, { cause });
  }

  async revoked(): Promise<void> {}

  async #take(line: string, offset: number): Promise<void> {
    const record = habitRecordOf(line);
    if (!record) this.tools.logger.warn('a line of the log is no record of habits and is passed over', { offset });
    else if (record.type === 'habit.day') this.model.add(dayOfRecord(record));
    else if (record.type === 'habit.model') await this.#make(record);
    else {
      this.honest.add(record.incident_id);
      const { group_id: groupId, subject_kind: subject, key, first_day: from, last_day: to } = record;
      this.model.judge({ groupId, subject, key, from, to });
    }
  }

  /** Later records that name the same day say nothing: what lies between the first and them counts for the next. */
  async #make({ day, digest, digest_day: of, rules }: Extract<HabitRecord, { readonly type: 'habit.model' }>): Promise<void> {
    if (day <= this.model.day) return;
    if (rules === this.rules && of > 0 && of === this.model.day && digest !== this.model.digest) this.tools.differs();
    await inSlices(this.model.learning(day), this.tools.clock, sliceMsMax);
    for (const [waited, { resolve }] of this.#waiting)
      if (waited <= day) {
        this.#waiting.delete(waited);
        resolve();
      }
  }
}

/** 16 hexadecimal digits of what a model goes by besides days. */
export function rulesDigest({ rules, falseIncidentsPerWeek, zone }: HabitOptions): string {
  const sorted = rules
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((rule) => [
      rule.id,
      rule.weight,
      rule.scale,
      rule.floor,
      rule.timespanMs,
      rule.subject,
      ...(rule.own === undefined ? [] : [rule.own]),
    ]);
  return hash('sha256', JSON.stringify([sorted, falseIncidentsPerWeek, zone]), 'hex').slice(0, 16);
}
