import { hash } from 'node:crypto';
import type { Position, TopicPartition } from '#libs/event-log/port.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { holesIn, type Range } from './holes.js';
import type { Sample, Samples } from '../store/samples.js';
import type { ArchiveStore } from '../collect/tables.js';

/** A range to be read again: from an offset up to the one that was committed. */
export interface Rewind {
  readonly at: TopicPartition;
  readonly from: number;
  readonly until: number;
}

/** Time between two checks, in milliseconds. */
export const checkEveryMs = 60_000;

/** Rows are looked up when they were stored this long ago, in milliseconds. */
const restMs = 5000;

/** Ledger entries read per partition and check; a longer past is checked over several. */
const entriesMax = 10_000;

/** Batches looked up per check. */
const samplesMax = 200;

export interface ReconcilerTools {
  readonly store: ArchiveStore;
  readonly samples: Samples;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly positions: () => Promise<readonly Position[]>;
  readonly readAgain: (rewinds: readonly Rewind[]) => Promise<void>;
}

/**
 * Compares the log's own offsets with the ledger, and a sample of what the ledger says with the rows that are there. A hole is
 * shown as `vigie_archive_gaps` until it is closed, and its range is read again, once per hole and life of this process: if that did not
 * help, a person has to look.
 */
export class Reconciler {
  readonly #checkedTo = new Map<string, number>();
  readonly #endBefore = new Map<string, number>();
  readonly #tried = new Set<string>();
  #running: Promise<void> | undefined;

  constructor(private readonly tools: ReconcilerTools) {}

  /** One check at a time; called by a timer. Problems of the store are logged: the next check comes. */
  check(): Promise<void> {
    this.#running ??= this.#check()
      .catch((cause: unknown) =>
        this.tools.log.warn('what is stored could not be compared with the log; tried again later', { cause }),
      )
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  async #check(): Promise<void> {
    const positions = await this.tools.positions();
    const lost = await this.#lostSamples();
    const rewinds: Rewind[] = [];
    for (const position of positions) {
      const holes = [
        ...(await this.#holes(position)),
        ...lost.filter((sample) => sameAs(sample.batch.at, position)).map(({ batch }) => batch),
      ];
      const { topic, partition, committed } = position;
      this.tools.metrics.set('vigie_archive_gaps', holes.length, { topic, partition });
      const missing = holes.reduce((sum, { first, last }) => sum + last - first + 1, this.#overdue(position));
      this.tools.metrics.set('vigie_archive_unstored_frames', missing, { topic, partition });
      const fresh = holes.filter((hole) => this.#isFresh(position, hole));
      const from = Math.min(...fresh.map(({ first }) => first));
      if (fresh.length > 0)
        rewinds.push({ at: { topic, partition }, from, until: Math.max(committed, ...fresh.map(({ last }) => last + 1)) });
    }
    if (rewinds.length > 0) await this.tools.readAgain(rewinds);
  }

  /** Frames that were in the log at the check before this one and are not committed: what came since may be on its way. */
  #overdue({ topic, partition, end, committed }: Position): number {
    const name = `${topic}/${partition}`;
    const endBefore = this.#endBefore.get(name) ?? 0;
    this.#endBefore.set(name, end);
    return Math.max(0, endBefore - Math.max(0, committed));
  }

  /** Offsets that are committed but not in the ledger. */
  async #holes(position: Position): Promise<readonly Range[]> {
    const { topic, partition, committed } = position;
    if (committed <= 0) return [];
    const name = `${topic}/${partition}`;
    const from = this.#checkedTo.get(name) ?? 0;
    const entries = await this.tools.store.batches({ topic, partition }, from, entriesMax);
    const full = entries.length === entriesMax;
    const to = full ? Math.min(committed, (entries.at(-1)?.last ?? 0) + 1) : committed;
    // The oldest frames may have been stored before the ledger was kept, or be gone from the log: the ledger's beginning is the start.
    const start = this.#checkedTo.has(name) ? from : (entries[0]?.first ?? 0);
    const holes = holesIn(entries, start, to);
    this.#checkedTo.set(name, holes[0]?.first ?? to);
    return holes;
  }

  /** One question per table as long as all is well: a search by id may have to read a whole column. */
  async #lostSamples(): Promise<readonly Sample[]> {
    const { store, samples, clock } = this.tools;
    const due = samples.take(clock.monotonic() - restMs, samplesMax).filter(({ rows }) => rows.length > 0);
    const lost: Sample[] = [];
    for (const table of new Set(due.map((sample) => sample.table))) {
      const its = due.filter((sample) => sample.table === table);
      const ids = new Set(its.flatMap((sample) => idsOf(sample)));
      if ((await store.found(table, [...ids])) === ids.size) continue;
      for (const sample of its) if (await this.#isLost(sample)) lost.push(sample);
    }
    return lost;
  }

  /**
   * What an erasure took away is not lost: to read it again would bring it back. An insert that was never stored is missing as a whole, one of which
   * rows went has others, or none but theirs.
   */
  async #isLost(sample: Sample): Promise<boolean> {
    const { store } = this.tools;
    const found = await store.found(sample.table, idsOf(sample));
    if (found === sample.rows.length) return false;
    const erased = await store.erasedLately([...new Set(sample.rows.map(({ groupId }) => groupId))]);
    if (erased.length === 0) return true;
    if (found > 0) return false;
    return !sample.rows.every(({ names }) => names.some((name) => erased.includes(hash('sha256', name, 'hex'))));
  }

  /** Says what is wrong, the first time. */
  #isFresh(position: Position, hole: Range): boolean {
    const key = `${position.topic}/${position.partition}/${hole.first}-${hole.last}`;
    if (this.#tried.has(key)) return false;
    this.#tried.add(key);
    this.tools.metrics.add('vigie_archive_mismatches_total', { topic: position.topic });
    this.tools.log.error('a range of the log is committed but not stored; it is read again', {
      topic: position.topic,
      partition: position.partition,
      offset: hole.first,
      frames: hole.last - hole.first + 1,
    });
    return true;
  }
}

function idsOf({ rows }: Sample): readonly string[] {
  return rows.map(({ id }) => id);
}

function sameAs(a: TopicPartition, b: TopicPartition): boolean {
  return a.topic === b.topic && a.partition === b.partition;
}
