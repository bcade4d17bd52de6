import { isStoredSubject } from '#libs/contracts/vocabulary.js';
import { type Filling, joined } from './filling.js';
import type { PartitionScorer } from './partition-scorer.js';

/** A partition that is ours, and what is going on with it. */
export class OwnedPartition {
  /** Next offset of the newest snapshot, -1 before the first and where it lacks something that no offset tells. */
  snapshotOffset: number;
  /** On the monotonic clock, milliseconds. */
  snapshotAt: number;
  snapshotTookMs = 0;
  /** The snapshot that is being written. */
  writing: Promise<void> | undefined;
  /** What of the past its windows lack; nothing where no store has it, as for blocks of numbers. */
  filling: Filling | undefined;
  /** It left: nothing of it may be judged or written any more. */
  isGone = false;
  /** Frames before this offset lay in the log when it came, and may have been judged before. */
  readonly judgedUntil: number;
  #changes = 0;
  #release: (() => void) | undefined;
  #busy: Promise<unknown> = Promise.resolve();

  constructor(
    readonly scorer: PartitionScorer,
    {
      snapshotOffset,
      judgedUntil,
      now,
      filling,
    }: {
      readonly snapshotOffset: number;
      readonly judgedUntil: number;
      readonly now: number;
      readonly filling?: Filling | undefined;
    },
  ) {
    this.judgedUntil = judgedUntil;
    this.snapshotOffset = snapshotOffset;
    this.snapshotAt = now;
    this.filling = isStoredSubject(scorer.subject) ? filling : undefined;
  }

  /** One thing at a time: what judges, backfills or changes rules has the windows for itself. Rejects when the work does. */
  alone<T>(work: () => T | Promise<T>): Promise<T> {
    const turn = this.#busy.then(work);
    this.#busy = turn.catch(() => {});
    return turn;
  }

  /** A first frame tells until when the past went that is lacking: what left the log before it was received before it. */
  dateFilling(): void {
    const to = this.scorer.newestReceivedAt;
    if (this.filling && this.filling.to_ms === undefined && to > 0) this.filling = { ...this.filling, to_ms: to };
  }

  /** Nothing is lacking any more. The snapshot says otherwise until the next one, which is therefore new whatever the offset. */
  filled(): void {
    this.filling = undefined;
    this.outdated();
  }

  /** Windows lack more than was known. */
  needs(more: Filling | undefined): void {
    if (!more || !isStoredSubject(this.scorer.subject)) return;
    this.filling = joined(this.filling, more);
    this.outdated();
  }

  /** Tells nothing from now on until `release`: what no replay would decide again is to be in a snapshot first. */
  hold(): void {
    if (this.#release) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#release = resolve;
    this.scorer.holdUntil(promise);
  }
  get isHeld(): boolean {
    return this.#release !== undefined;
  }
  release(): void {
    this.#release?.();
    this.#release = undefined;
  }

  /** Something changed that no offset tells: the newest snapshot, and one that is being written, lack it. */
  outdated(): void {
    this.snapshotOffset = -1;
    this.#changes += 1;
  }
  /** Changes that no offset tells, so far. */
  get changes(): number {
    return this.#changes;
  }
}
