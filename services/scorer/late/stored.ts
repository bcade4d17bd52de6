import type { AccessHistory } from '#libs/access-store/contract/history.js';
import { topics } from '#libs/contracts/topics.js';
import type { PartitionScorer } from '../judge/partition-scorer.js';

/**
 * Whether the store has every access that came to the partition up to `throughOffset`. Those of another subject than an account were relayed:
 * they are there once the frames are from which any of its accesses came.
 */
export async function isStored(
  history: AccessHistory,
  { at, relayed }: PartitionScorer,
  throughOffset: number,
): Promise<boolean> {
  if (!relayed) return (await history.storedThrough(at)) >= throughOffset;
  for (const [partition, through] of relayed.all)
    if ((await history.storedThrough({ topic: topics.accesses, partition })) < through) return false;
  return true;
}
