import { topics } from '#libs/contracts/topics.js';
import type { Fault } from './fault.js';

/** Longer than the session of a broker, the session of a member and the deadline of a request. */
const frozenMs = 30_000;

export const frozenLeader: Fault = {
  name: 'frozen-leader',
  title: `the broker that leads most partitions does nothing for ${frozenMs / 1000} s, with its connections open`,
  unready: [],
  async run({ kafka, view, clock }) {
    const leader = await view.busiestLeader(topics.accesses);
    kafka.freezeBroker(leader);
    await clock.sleep(frozenMs);
    kafka.resumeBroker(leader);
  },
};
