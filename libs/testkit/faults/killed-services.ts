import { services } from '#libs/contracts/vocabulary.js';
import type { Fault } from './fault.js';

const betweenMs = 1500;

export const killedServices: Fault = {
  name: 'killed-services',
  title: 'kill -9 of every service, on one machine after the other',
  quick: true,
  everyRun: true,
  unready: [],
  endsProcesses: true,
  async run({ machines, clock, isSmall }) {
    for (const machine of isSmall ? machines.slice(0, 1) : machines)
      for (const service of services) {
        machine.kill(service);
        await clock.sleep(betweenMs);
      }
  },
};
