import { brokersAway } from './brokers-away.js';
import type { Fault } from './fault.js';
import { frozenLeader } from './frozen-leader.js';
import { grownPartitions } from './grown-partitions.js';
import { killedLeaders } from './killed-leaders.js';
import { killedServices } from './killed-services.js';
import { rebalanceStorm } from './rebalance-storm.js';
import { tooFewReplicas, tooFewReplicasAndFrozen } from './too-few-replicas.js';

/** Every fault there is: a new one is one more entry. Those that are marked `quick` also run with `npm run test:long`, in this order. */
export const faults: readonly Fault[] = [
  brokersAway({ seconds: 10, quick: true }),
  killedServices,
  rebalanceStorm({ name: 'brief-storm', changes: 3, seconds: 12, quick: true }),
  frozenLeader,
  killedLeaders,
  tooFewReplicas,
  tooFewReplicasAndFrozen,
  brokersAway({ seconds: 60 }),
  rebalanceStorm({ name: 'rebalance-storm', changes: 30, seconds: 600 }),
  grownPartitions,
];
