import { portOffsets, type ServiceName } from '#libs/contracts/vocabulary.js';

/** Which of several processes of one service on one machine a process is: `number` from 1 to `of`. */
export interface Worker {
  readonly number: number;
  readonly of: number;
}

/** Processes of one service on one machine at most: so many ports are set apart for them. */
export const workersMax = 16;

/**
 * Offsets from `VIGIE_PORT_BASE` at which the pages of several processes of a service begin: worker `n` has its own at offset + `n`. Scorer 1 keeps the port of the only one;
 * no ingestor does, since all of them take requests there.
 */
const severalOffsets = { scorer: 20, ingestor: 40 } as const;
export type SeveralName = keyof typeof severalOffsets;

export function maySeveral(service: string): service is SeveralName {
  return Object.hasOwn(severalOffsets, service);
}

/** `2/3`, as a process is told which it is; undefined for anything else. */
export function workerOf(text: string): Worker | undefined {
  const [, number = 0, of = 0] = /^([1-9]\d?)\/([1-9]\d?)$/.exec(text)?.map(Number) ?? [];
  return number >= 1 && number <= of && of <= workersMax ? { number, of } : undefined;
}

/** The port that is of one process alone: its health, its metrics, and all else that it answers. */
export function ownPort(service: keyof typeof portOffsets, base: number, worker: Worker | undefined): number {
  if (!worker || worker.of === 1 || !maySeveral(service) || (service === 'scorer' && worker.number === 1))
    return base + portOffsets[service];
  return base + severalOffsets[service] + worker.number;
}

/** The port that the processes of a service share, where they are several and it is one to which others send. */
export function sharedPort(service: ServiceName, base: number, worker: Worker | undefined): number | undefined {
  return service === 'ingestor' && worker && worker.of > 1 ? base + portOffsets.ingestor : undefined;
}
