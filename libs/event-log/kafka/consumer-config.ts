import type { ConsumerConfig } from 'kafkajs';
import { appendBytesMax } from '../limits.js';
import type { JoinOptions } from '../port.js';
import { sessionTimeoutMsDefault } from './client.js';
import { heartbeatsPerSession } from './wire/long-fetches.js';

/** A broker holds an empty fetch open for so long; also how soon a partition that was paused is fetched again. */
const fetchWaitMsMax = 100;
/** How soon partitions that a topic gets while it is read, or that a broker had not told of yet when the group was joined, are read. */
const newPartitionsMsMax = 15_000;

/** How the consumer of a member fetches and keeps its session. */
export function consumerConfig(
  { group, batchBytesMax }: Pick<JoinOptions, 'group' | 'batchBytesMax'>,
  sessionTimeoutMs = sessionTimeoutMsDefault,
): ConsumerConfig {
  return {
    groupId: group,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: Math.max(sessionTimeoutMs, 10_000),
    heartbeatInterval: Math.floor(sessionTimeoutMs / heartbeatsPerSession),
    maxWaitTimeInMs: fetchWaitMsMax,
    minBytes: 1,
    maxBytesPerPartition: batchBytesMax,
    maxBytes: Math.max(4 * batchBytesMax, appendBytesMax),
    allowAutoTopicCreation: false,
    metadataMaxAge: newPartitionsMsMax,
    // Never by itself: a consumer that starts again beside the one that we make is a second member whom nobody serves.
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 8, restartOnFailure: async () => false },
  };
}
