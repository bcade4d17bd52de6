import type { EventLog } from '#libs/event-log/port.js';

/** Places where a test may have the process killed as if the machine had lost its power. */
export const failpoints = ['after-body', 'between-partitions', 'after-acknowledgement'] as const;
export type FailpointName = (typeof failpoints)[number];

/** Told each place that a request passes. */
export type Failpoint = (reached: FailpointName) => void;

/** Kills the process by SIGKILL at the named place; does nothing without a name, which is how it always is outside tests. */
export function failpoint(armed: FailpointName | undefined): Failpoint {
  return (reached) => {
    if (reached === armed) process.kill(process.pid, 'SIGKILL');
  };
}

/** For `between-partitions`: appends of one partition go through, those of all others are held until the process is gone. */
export function splitPartitions(log: Pick<EventLog, 'append'>, reach: Failpoint): Pick<EventLog, 'append'> {
  let first: number | undefined;
  return {
    async append(at, bytes) {
      first ??= at.partition;
      if (at.partition !== first) await new Promise<never>(() => {});
      const offset = await log.append(at, bytes);
      reach('between-partitions');
      return offset;
    },
  };
}
