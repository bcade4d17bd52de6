import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeEventLog } from '../contract.suite.js';
import { openEmbeddedLog } from './embedded-log.js';

describeEventLog('embedded', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'vigie-log-'));
  let made = 0;
  return {
    async createTopic(partitions) {
      made += 1;
      const log = await openEmbeddedLog({ directory, topics: { [`topic-${made}`]: partitions } });
      await log.close();
      return `topic-${made}`;
    },
    connect: () => openEmbeddedLog({ directory, topics: {} }),
    end: () => rm(directory, { recursive: true }),
    whereabouts: { directory },
  };
});
