import { portOffsets } from '#libs/contracts/vocabulary.js';
import { compiledModule } from '#libs/runtime/paths.js';

export type ProcessName = keyof typeof portOffsets;

export interface ProcessDefinition {
  readonly name: ProcessName;
  readonly entry: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
}

/** libuv's threads must outnumber the sessions of the embedded ClickHouse, and their number is fixed when a process begins. */
const clickhouseThreads = '24';

/**
 * What runs, in the order of starting; stopping is the reverse, so that the store outlives those who write to it. The embedded
 * ClickHouse is left out where a server is configured.
 */
export function processList(portBase: number, clickhouseUrl: string | undefined): readonly ProcessDefinition[] {
  const one = (name: ProcessName, env: Record<string, string> = {}): ProcessDefinition => ({
    name,
    entry: compiledModule(`services/${name}/main`),
    port: portBase + portOffsets[name],
    env,
  });
  return [
    ...(clickhouseUrl ? [] : [one('clickhouse', { UV_THREADPOOL_SIZE: clickhouseThreads })]),
    one('archiver'),
    one('scorer'),
    one('notifier'),
    one('console'),
    one('ingestor'),
  ];
}
