import { topics } from '#libs/contracts/topics.js';
import type { Fault } from './fault.js';
import { partitions } from './stage.js';

/** Accounts would change their partition: that can only be refused, at once and with a reason. */
export const grownPartitions: Fault = {
  name: 'grown-partitions',
  title: `Kafka's own tools grow the topic of accesses from ${partitions} to ${2 * partitions} partitions`,
  unready: ['ingestor', 'scorer'],
  outcome: 'refuses',
  async run({ view }) {
    await view.grow(topics.accesses, 2 * partitions);
  },
};
