import type { OwnedPartition } from '../judge/owned-partition.js';

/**
 * Ends what a held partition holds back: has a snapshot begun of what was changed, once none is being written any more, after which everything is told.
 * Resolves when it is begun, or the partition is gone.
 */
export async function keepHeld(owned: OwnedPartition, keepBeforeTelling: (owned: OwnedPartition) => void): Promise<void> {
  while (owned.isHeld && !owned.isGone) {
    await owned.writing?.catch(() => {});
    await owned.alone(() => {
      if (owned.isHeld && !owned.isGone && !owned.writing) keepBeforeTelling(owned);
    });
  }
}
