import { keptFor, keptForEver, topics } from '#libs/contracts/topics.js';
import { appendBytesMax } from '../../limits.js';
import type { TopicFacts } from './admin.js';

const dayMs = 86_400_000;

/** The largest frame, should it not compress at all, with the batch around it. */
export const messageBytesMax = appendBytesMax + 64 * 1024;

/** Kept of accesses where nobody says otherwise: the thirty days of the longest rules of the default pack, and some to mend what stands still. */
export const retentionMsDefault = 35 * dayMs;

/** How much longer than rules look back a topic must reach: a scorer or an archiver that stands still over a long weekend loses nothing then. */
export const retentionMarginMs = 3 * dayMs;

/** A segment is only removed whole, and never before its last frame is too old: one a day, so that what is to go goes a day later at most. */
const segmentMsMax = dayMs;

export interface TopicLimits {
  readonly retentionMs: number;
  /** The most that all partitions of a topic may take on one broker, before time is up. Left out: as much as comes. */
  readonly bytes?: number;
}

/** How long a topic keeps what is in it, as its settings. */
export function retentionSettings(
  topic: string,
  { retentionMs, bytes }: TopicLimits,
  partitions: number,
): Readonly<Record<string, string>> {
  const isKept = keptForEver.some((kept) => kept === topic);
  const ownMs = keptFor[topic];
  const perPartition = bytes === undefined || isKept || ownMs !== undefined ? -1 : Math.floor(bytes / partitions);
  return {
    'cleanup.policy': 'delete',
    'retention.ms': String(isKept ? -1 : (ownMs ?? retentionMs)),
    'retention.bytes': String(perPartition),
    'segment.ms': String(isKept ? 7 * dayMs : Math.min(segmentMsMax, Math.floor((ownMs ?? retentionMs) / 4))),
  };
}

/** What is wrong with how long topics keep what they have, when rules look `windowsMs` back; a sentence each, and none where all is well. */
export function shortfalls(facts: readonly Pick<TopicFacts, 'topic' | 'settings'>[], windowsMs: number): readonly string[] {
  return facts.flatMap(({ topic, settings }) => {
    const policy = settings['cleanup.policy'] ?? 'delete';
    const kept = Number(settings['retention.ms'] ?? -1);
    const bytes = Number(settings['retention.bytes'] ?? -1);
    const compacted =
      policy === 'delete' ? [] : [`${topic} has cleanup.policy=${policy}, by which frames go that are still needed`];
    if (keptForEver.some((one) => one === topic))
      return kept === -1 && bytes === -1
        ? compacted
        : [
            ...compacted,
            `${topic} must be kept for ever, and goes by ${kept === -1 ? `${bytes} bytes a partition` : daysText(kept)}`,
          ];
    const ownMs = keptFor[topic];
    if (ownMs !== undefined && ((kept !== -1 && kept < ownMs) || bytes !== -1))
      return [
        ...compacted,
        `${topic} must keep ${daysText(ownMs)}, and goes by ${bytes === -1 ? daysText(kept) : `${bytes} bytes a partition`}`,
      ];
    if (topic !== topics.accesses || kept === -1) return compacted;
    const needed = windowsMs + retentionMarginMs;
    return kept >= needed
      ? compacted
      : [
          ...compacted,
          `${topic} keeps ${daysText(kept)}, and rules look ${daysText(windowsMs)} back: with a margin of ${daysText(retentionMarginMs)} it must keep ${daysText(needed)} at least`,
        ];
  });
}

/** `7 days`, `36 hours`: whole days where they are, else hours, rounded up. */
export function daysText(ms: number): string {
  const [count, unit] = ms % dayMs === 0 ? [ms / dayMs, 'day'] : [Math.ceil(ms / 3_600_000), 'hour'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
