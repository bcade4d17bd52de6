import { createRequire } from 'node:module';
import kafkajs from 'kafkajs';
import type { TopicPartition } from '../../port.js';

interface OffsetManager {
  setDefaultOffset(at: TopicPartition): Promise<void>;
}

/**
 * Where the broker has no frame at the offset that is asked for, kafkajs commits the oldest offset in the group's name (as -2, without what our
 * commits say beside it) and reads on from there, without a word to whoever reads. Here the consumer is over instead, and what is committed stays:
 * where to begin is asked for the next one, which refuses what would skip frames.
 */
export function keepOffsets(): void {
  const { prototype }: { prototype: OffsetManager & { kept?: true } } = createRequire(import.meta.url)(
    'kafkajs/src/consumer/offsetManager',
  );
  if (prototype.kept) return;
  prototype.setDefaultOffset = async ({ topic, partition }) => {
    throw new kafkajs.KafkaJSNonRetriableError(`${topic}/${partition} has no frame at the offset that was to be read next`);
  };
  prototype.kept = true;
}
