import { join } from 'node:path';
import { Engine, type EngineOptions } from '#libs/detection/engine.js';
import type { TopicPartition } from '#libs/event-log/port.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { OwnedPartition } from '../judge/owned-partition.js';
import { readSnapshot, setAside, type SnapshotHeader, writeSnapshot } from './snapshot-file.js';
import { digestOf } from '../rules/rule-changes.js';
import { raisingKeys, windowKeys } from '../judge/window-needs.js';

export interface SnapshotTools {
  readonly clock: Clock;
  readonly logger: Log;
  readonly metrics: Metrics;
  /** Records that everything before the offset is in a snapshot. */
  readonly commit: (at: TopicPartition, nextOffset: number) => Promise<unknown>;
}

export interface Restored {
  readonly engine: Engine;
  readonly header: SnapshotHeader;
}

/** Where snapshots are: scorers of one machine share a folder, so that a partition that moves is read by the next where the last left it. */
export interface SnapshotPlace {
  readonly stateDir: string;
  /** Number of this scorer among them. */
  readonly writer: number;
}

/** Writes and reads the snapshots of partitions: one file each, replaced whole. */
export class SnapshotKeeper {
  constructor(
    private readonly place: SnapshotPlace,
    private readonly tools: SnapshotTools,
  ) {}

  /**
   * Begins to write, unless it is being done or nothing is new. Call it in the partition's turn: the snapshot is that of this moment, while
   * frames go on as the file is written. The promise is `owned.writing`, which rejects when the file cannot be written.
   */
  begin(owned: OwnedPartition): Promise<void> {
    if (owned.writing) return owned.writing;
    owned.snapshotAt = this.tools.clock.monotonic();
    if (owned.scorer.nextOffset === owned.snapshotOffset) return Promise.resolve();
    const moment = owned.scorer.snapshot();
    const header: SnapshotHeader = {
      offset: moment.nextOffset,
      written_at: isoOf(this.tools.clock.now()),
      windows: [...windowKeys(moment.rules)],
      raising: [...raisingKeys(moment.rules)],
      rules: digestOf(moment.rules),
      ...(owned.filling && { filling: owned.filling }),
      ...(moment.relayed && {
        relayed: moment.relayed.all.map(([partition, through]): [number, number] => [partition, through]),
      }),
      ...(moment.renamed && { renamed: moment.renamed }),
      ...(moment.waiting.length > 0 && { waiting: [...moment.waiting] }),
    };
    const pieces = moment.pieces[Symbol.iterator]();
    // The state is that of the first piece, so it is asked for before anything is awaited.
    const first = pieces.next();
    owned.writing = this.#write(owned, header, all(first, pieces)).finally(() => {
      owned.writing = undefined;
      pieces.return?.();
    });
    return owned.writing;
  }

  async #write(owned: OwnedPartition, header: SnapshotHeader, pieces: Iterable<Uint8Array>): Promise<void> {
    const { clock, metrics } = this.tools;
    const { changes, scorer } = owned;
    const { at } = scorer;
    const path = this.#pathOf(at);
    const bytes = await writeSnapshot(path, header, pieces, writingPath(path, this.place.writer));
    if (bytes === 0) {
      const reason = 'it has the partition by now, since this one was thought dead';
      this.tools.logger.warn('the snapshot of another scorer is further and stays', { partition: at.partition, path, reason });
      return;
    }
    if (owned.changes === changes) owned.snapshotOffset = header.offset;
    owned.snapshotTookMs = clock.monotonic() - owned.snapshotAt;
    metrics.observe('vigie_snapshot_seconds', owned.snapshotTookMs / 1000);
    metrics.set('vigie_snapshot_bytes', bytes, { ...at });
    metrics.set('vigie_snapshot_time_seconds', clock.now() / 1000, { ...at });
    await this.tools.commit(at, header.offset);
  }

  /** A snapshot that is missing or cannot be used costs time, never correctness: undefined, and the windows are built again. */
  async restore(at: TopicPartition, options: EngineOptions): Promise<Restored | undefined> {
    const path = this.#pathOf(at);
    try {
      const snapshot = await readSnapshot(path);
      return snapshot && { engine: await Engine.restoreFrom(snapshot.chunks, options), header: snapshot.header };
    } catch (cause) {
      this.tools.logger.warn('the snapshot cannot be used; the windows are built again from the log and the store', {
        partition: at.partition,
        path,
        cause,
      });
      await setAside(path);
      return undefined;
    }
  }

  #pathOf(at: TopicPartition): string {
    return join(this.place.stateDir, `${at.topic}-${at.partition}.snapshot`);
  }
}

/** Two that write the same partition, because one was thought dead, never write into one file. */
function writingPath(path: string, writer: number): string {
  return writer === 1 ? `${path}.writing` : `${path}.writing-${writer}`;
}

function* all<T>(first: IteratorResult<T>, others: Iterator<T>): Iterable<T> {
  for (let next = first; !next.done; next = others.next()) yield next.value;
}
