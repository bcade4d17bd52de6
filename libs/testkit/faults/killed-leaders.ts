import { topics } from '#libs/contracts/topics.js';
import type { Fault } from './fault.js';

const goneMs = 8_000;
const betweenMs = 5_000;

export const killedLeaders: Fault = {
  name: 'killed-leaders',
  title: 'kill -9 of the broker that leads most partitions, three times, each back after a while',
  unready: [],
  async run({ kafka, view, clock }) {
    for (const round of kafka.brokerIds) {
      if (round > 1) await clock.sleep(betweenMs);
      const leader = await view.busiestLeader(topics.accesses);
      await kafka.killBroker(leader);
      await clock.sleep(goneMs);
      await kafka.startBroker(leader);
    }
  },
};
