import type { Fault } from './fault.js';

/** Every broker and the controller end at once, and come back after a while with what they had. */
export function brokersAway({ seconds, quick = false }: { readonly seconds: number; readonly quick?: boolean }): Fault {
  return {
    name: `brokers-away-${seconds}`,
    title: `all brokers away for ${seconds} s`,
    quick,
    // A short absence may fall between two looks of a service at the log.
    unready: seconds < 30 ? ['ingestor'] : ['ingestor', 'scorer', 'archiver', 'notifier', 'console'],
    async run({ kafka, clock }) {
      await kafka.killAll();
      await clock.sleep(seconds * 1000);
      await kafka.startAll();
    },
  };
}
