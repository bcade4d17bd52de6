// case-log/: both topics of cases from their beginnings into a book, for every process that has to know cases.
// Nothing is committed: every start reads everything.

import type { CaseBook } from '#libs/cases/case-book.js';
import { caseAction } from '#libs/contracts/case-action.js';
import { parseIncidentChange } from '#libs/contracts/incident.js';
import { topics } from '#libs/contracts/topics.js';
import type { Bounds, Frame, Reader, TopicPartition } from '#libs/event-log/port.js';
import { messageOf } from '#libs/runtime/outcome.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';

export interface CaseReaderTools {
  readonly book: CaseBook;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Called when there may be something new in the book. */
  readonly taken?: () => void;
}

/** How far a partition was read, and how far it must be before this console knows what there was when it began. */
interface Progress {
  next: number;
  readonly wanted: number;
}

/** Who waits until a frame is in the book. */
interface Waiting {
  readonly name: string;
  readonly offset: number;
  readonly resolve: () => void;
}

export class CaseReader implements Reader {
  readonly #progress = new Map<string, Progress>();
  #waiting: readonly Waiting[] = [];

  constructor(private readonly tools: CaseReaderTools) {}

  /** Resolves once what lies at an offset is in the book, or the signal aborts: then false. */
  async reached(at: TopicPartition, offset: number, signal: AbortSignal): Promise<boolean> {
    const name = nameOf(at);
    if (signal.aborted || this.#has(name, offset)) return this.#has(name, offset);
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = { name, offset, resolve };
    this.#waiting = [...this.#waiting, waiting];
    signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    this.#waiting = this.#waiting.filter((one) => one !== waiting);
    return this.#has(name, offset);
  }

  /** What is still to be read of what there was when each of so many partitions was assigned; `undefined` when nothing is. */
  behind(partitions: number): string | undefined {
    if (this.#progress.size < partitions) return `${this.#progress.size} of ${partitions} partitions are being read`;
    const late = [...this.#progress].filter(([, { next, wanted }]) => next < wanted);
    return late.length > 0 ? `${late.length} of ${partitions} partitions are not read to their ends yet` : undefined;
  }

  async assigned(at: TopicPartition, held: Bounds): Promise<'earliest'> {
    const known = this.#progress.get(nameOf(at));
    // What lies before the start was removed: there is nothing to wait for.
    this.#progress.set(nameOf(at), known ?? { next: held.start, wanted: held.end });
    return 'earliest';
  }

  async frames(at: TopicPartition, frames: readonly Frame[]): Promise<void> {
    for (const frame of frames) for (const line of linesOf(frame.bytes)) this.#take(at, frame.offset, line);
    const progress = this.#progress.get(nameOf(at));
    const last = frames.at(-1);
    if (progress && last) progress.next = Math.max(progress.next, (last.unreadable?.last ?? last.offset) + 1);
    for (const { name, offset, resolve } of this.#waiting) if (this.#has(name, offset)) resolve();
    this.tools.taken?.();
  }

  /** Lines are judged one by one, so a frame that cannot be digested is a bug: passing over it could hide a case. */
  async poison(at: TopicPartition, frame: Frame, cause: unknown): Promise<void> {
    throw new Error(`${nameOf(at)}/${frame.offset} cannot be read: ${messageOf(cause)}`, {
      cause,
    });
  }

  /** The book keeps what it has: whoever reads a partition again finds each record known. */
  async revoked(): Promise<void> {}

  #has(name: string, offset: number): boolean {
    return (this.#progress.get(name)?.next ?? 0) > offset;
  }

  /** The archiver sets aside what is no record; here it is passed over. */
  #take(at: TopicPartition, offset: number, line: string): void {
    const { book, log, metrics } = this.tools;
    const parsed = parsedOf(line);
    if (at.topic === topics.incidents) {
      const change = parseIncidentChange(parsed);
      if (change.success) return void book.addChange(change.data);
    } else {
      const action = caseAction.safeParse(parsed);
      if (action.success) return void book.addAction(action.data);
    }
    metrics.add('vigie_case_lines_refused_total', { topic: at.topic });
    log.warn('a line of the log is no record of a case and is passed over', { ...at, offset });
  }
}

function parsedOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function linesOf(bytes: Buffer): readonly string[] {
  return bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
