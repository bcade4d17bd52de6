import type { Fault } from './fault.js';

export interface StormOptions {
  readonly name: string;
  /** How often the second scorer and the second archiver each leave and join. */
  readonly changes: number;
  readonly seconds: number;
  readonly quick?: boolean;
}

/** A second scorer and a second archiver leave in order and join again, over and over, so that partitions hardly ever rest. */
export function rebalanceStorm({ name, changes, seconds, quick = false }: StormOptions): Fault {
  return {
    name,
    title: `${changes} leaves and joins of a second scorer and a second archiver within ${seconds} s`,
    quick,
    unready: [],
    endsProcesses: true,
    async run({ machines: [, second], clock }) {
      for (let change = 0; change < changes; change += 1) {
        second.signal('scorer', 'SIGTERM');
        await clock.sleep((seconds * 1000) / changes / 2);
        second.signal('archiver', 'SIGTERM');
        await clock.sleep((seconds * 1000) / changes / 2);
      }
    },
  };
}
