import { topics } from '#libs/contracts/topics.js';
import type { Fault } from './fault.js';

const fewMs = 30_000;

/** With `min.insync.replicas` at 2 the last broker must take no frame, and no event may be acknowledged. */
export const tooFewReplicas: Fault = {
  name: 'too-few-replicas',
  title: `two of three brokers away for ${fewMs / 1000} s, so that too few replicas are in sync`,
  unready: ['ingestor'],
  async run({ kafka, clock }) {
    const [, ...others] = kafka.brokerIds;
    await Promise.all(others.map((id) => kafka.killBroker(id)));
    await clock.sleep(fewMs);
    await Promise.all(others.map((id) => kafka.startBroker(id)));
  },
};

export const tooFewReplicasAndFrozen: Fault = {
  name: 'too-few-replicas-frozen',
  title: `one broker away and the busiest leader frozen for ${fewMs / 1000} s`,
  unready: ['ingestor'],
  async run({ kafka, view, clock }) {
    const frozen = await view.busiestLeader(topics.accesses);
    const away = kafka.brokerIds.find((id) => id !== frozen) ?? frozen;
    await kafka.killBroker(away);
    kafka.freezeBroker(frozen);
    await clock.sleep(fewMs);
    kafka.resumeBroker(frozen);
    await kafka.startBroker(away);
  },
};
