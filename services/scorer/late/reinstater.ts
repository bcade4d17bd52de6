import type { StoredCondition } from '#libs/access-store/selections/selection-expressions.js';
import { readCondition } from '#libs/detection/rules/load/read-condition.js';
import { rulesOf, type Selection } from '#libs/detection/rule/rule.js';
import { selectionIdsOf } from '#libs/detection/rule/selection-ids.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import { Transient } from '#libs/runtime/outcome.js';
import type { OwnedPartition } from '../judge/owned-partition.js';
import { Patience } from '../judge/patience.js';
import type { Told } from '../judge/told-before.js';

export interface ReinstaterTools {
  /** Has a snapshot written before anything of the partition is told. */
  readonly keepBeforeTelling: (owned: OwnedPartition) => void;
  /** Of selections by their ids, as far as they are known. Rejects with `Transient` while the store is away. */
  readonly conditions: (ids: readonly string[]) => Promise<readonly StoredCondition[]>;
  readonly owns: (owned: OwnedPartition, told: Told) => boolean;
  readonly clock: Clock;
  readonly logger: Log;
}

/**
 * Has a partition that was judged again without its snapshots know the incidents which the lists of now do not find, by the conditions that the store keeps of former selections: an access of their
 * time that comes late counts for them as it did before. Once everything that was judged before has been, and windows are full; while the store is away judging goes on, and it is asked again.
 */
export class Reinstater {
  readonly #patience: Patience;
  #looking: Promise<void> | undefined;

  constructor(
    private readonly partitions: () => readonly OwnedPartition[],
    private readonly tools: ReinstaterTools,
  ) {
    this.#patience = new Patience(tools.clock);
  }

  /** Called by a timer; one at a time. Rejects when a bug was met, not when the store is away. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    if (!this.#patience.isOver) return;
    try {
      for (const owned of this.partitions()) await this.#partition(owned);
      this.#patience.succeeded();
    } catch (cause) {
      if (!(cause instanceof Transient)) throw cause;
      const waitMs = this.#patience.failed();
      this.tools.logger.warn(
        'incidents of former lists wait for what the store keeps of these lists; judging of what arrives goes on',
        { waitMs, cause },
      );
    }
  }

  async #partition(owned: OwnedPartition): Promise<void> {
    const before = owned.scorer.toldBefore;
    if (!before || owned.filling) return;
    const told = [...before.all()].filter((one) => one.counts && this.tools.owns(owned, one));
    const former = await this.#formerOf(owned, told);
    await owned.writing?.catch(() => {});
    await owned.alone(async () => {
      if (owned.isGone || owned.filling || owned.writing) return;
      const count = await owned.scorer.reinstate(told, former);
      this.tools.keepBeforeTelling(owned);
      if (count > 0)
        this.tools.logger.info('incidents that the lists of now do not find are known again', {
          partition: owned.scorer.at.partition,
          count,
        });
    });
  }

  /** Selections that incidents count by and no rule has. One that the store does not know leaves its incidents as they were told. */
  async #formerOf({ scorer }: OwnedPartition, told: readonly Told[]): Promise<readonly Selection[]> {
    // Rules about accounts may look at the same accesses, and keep no windows here.
    const live = new Set(selectionIdsOf(rulesOf(scorer)));
    const wanted = [...new Set(told.flatMap(({ change }) => change.selections))].filter((id) => !live.has(id));
    if (wanted.length === 0) return [];
    const stored = await this.tools.conditions(wanted);
    const former = stored.flatMap(({ selection_id, condition }) => readCondition(selection_id, condition) ?? []);
    if (former.length < wanted.length)
      this.tools.logger.warn(
        'the store does not know by what incidents of former lists count: late accesses of their time are in their lists alone',
        { partition: scorer.at.partition, count: wanted.length - former.length },
      );
    return former;
  }
}
