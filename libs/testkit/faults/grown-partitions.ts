import { topics } from '#libs/contracts/topics.js';
import type { Fault } from './fault.js';
import { partitions } from './stage.js';

const noticedMs = 15_000;

/**
 * Accounts must not change their partition: everything goes on over the partitions that were there, also in processes that start
 * afterwards, and says that somebody has to look.
 */
export const grownPartitions: Fault = {
  name: 'grown-partitions',
  title: `Kafka's own tools grow the topic of accesses from ${partitions} to ${2 * partitions} partitions, and services are killed after it`,
  unready: [],
  endsProcesses: true,
  lasting: ['ingestor', 'scorer', 'archiver', 'console'],
  async run({ view, machines, clock }) {
    await view.grow(topics.accesses, 2 * partitions);
    await clock.sleep(noticedMs);
    for (const machine of machines) {
      for (const service of ['ingestor', 'scorer', 'archiver']) machine.kill(service);
      await clock.sleep(noticedMs);
    }
  },
};
