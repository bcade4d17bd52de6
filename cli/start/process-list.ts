import { portOffsets } from '#libs/contracts/vocabulary.js';
import { compiledModule } from '#libs/runtime/paths.js';
import { maySeveral, ownPort } from '#libs/runtime/supervised/worker.js';
import type { Workers } from './workers/workers.js';

export type ProcessName = keyof typeof portOffsets;

export interface ProcessDefinition {
  /** `scorer`, or `scorer-1` and `scorer-2` where several run. */
  readonly name: string;
  readonly service: ProcessName;
  readonly entry: string;
  /** Of this process alone. */
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
}

export interface Processes {
  readonly host: string;
  readonly portBase: number;
  /** A server, in whose place no embedded ClickHouse runs. */
  readonly clickhouseUrl: string | undefined;
  readonly workers: Workers;
}

/** libuv's threads must outnumber the sessions of the embedded ClickHouse, and their number is fixed when a process begins. */
const clickhouseThreads = '24';

/** What runs, in the order of starting; stopping is the reverse, so that the store outlives those who write to it. */
export function processList({ host, portBase, clickhouseUrl, workers }: Processes): readonly ProcessDefinition[] {
  const all = (service: ProcessName, env: Record<string, string> = {}): readonly ProcessDefinition[] => {
    const count = maySeveral(service) ? workers[service] : 1;
    return Array.from({ length: count }, (_, index) => {
      const worker = { number: index + 1, of: count };
      return {
        name: count === 1 ? service : `${service}-${worker.number}`,
        service,
        entry: compiledModule(`services/${service}/main`),
        port: ownPort(service, portBase, worker),
        env: count === 1 ? env : { ...env, VIGIE_WORKER: `${worker.number}/${worker.of}` },
      };
    });
  };
  const scorers = all('scorer');
  const urls = scorers.map(({ port }) => `http://${host}:${port}`).join(',');
  return [
    ...(clickhouseUrl ? [] : all('clickhouse', { UV_THREADPOOL_SIZE: clickhouseThreads })),
    ...all('archiver'),
    ...scorers,
    ...all('notifier'),
    ...all('console', scorers.length > 1 ? { VIGIE_SCORER_URLS: urls } : {}),
    ...all('ingestor'),
  ];
}
