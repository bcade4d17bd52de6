import { describeEventLog } from '../contract.suite.js';
import { createMemoryLog } from './memory-log.js';

describeEventLog('memory', async () => {
  const topics: Record<string, number> = {};
  for (let count = 1; count <= 60; count += 1)
    for (const partitions of [1, 2, 3, 4]) topics[`topic-${count}-${partitions}`] = partitions;
  const log = createMemoryLog({ topics });
  let made = 0;
  return {
    createTopic: async (partitions) => `topic-${(made += 1)}-${partitions}`,
    connect: async () => log.connect(),
    end: () => log.close(),
  };
});
