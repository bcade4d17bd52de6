import { cpus } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type CommonConfig, commonConfig, ConfigError, filePath, ownHostsOf, readConfig } from '#libs/runtime/config.js';
import type { OwnHosts } from '#libs/runtime/host-check.js';
import { servicesPassword } from '#libs/access-store/clickhouse/services-credential.js';
import { portOffsets } from '#libs/contracts/vocabulary.js';
import type { People } from './http/identity.js';
import { readClickHouseUsers } from './users-file.js';
import { type RunLimits, servicePlaces } from './run/run-limits.js';

const mebibyte = 1024 * 1024;

export const clickhouseConfig = {
  ...commonConfig,
  /** Queries of people and dashboards that run at a time; one more waits in the queue. */
  VIGIE_CLICKHOUSE_READERS: z.coerce.number().int().min(1).max(64).default(6),
  /** Inserts of data that run at a time. They never wait behind a reader. */
  VIGIE_CLICKHOUSE_WRITERS: z.coerce.number().int().min(1).max(16).default(3),
  /** Queries that may wait for a place, per kind; the next one is refused with code 202. */
  VIGIE_CLICKHOUSE_QUEUE: z.coerce.number().int().min(0).max(10_000).default(100),
  /** Seconds; a client may ask for less, never for more. */
  VIGIE_CLICKHOUSE_READ_SECONDS: z.coerce.number().int().min(1).max(86_400).default(300),
  /** MiB of one query; a client may ask for less, never for more. */
  VIGIE_CLICKHOUSE_READ_MEMORY_MIB: z.coerce.number().int().min(64).default(2048),
  /** MiB of the whole engine. */
  VIGIE_CLICKHOUSE_MEMORY_MIB: z.coerce.number().int().min(256).default(6144),
  /** MiB of one request body after decompression. */
  VIGIE_CLICKHOUSE_BODY_MIB: z.coerce.number().int().min(1).max(1024).default(256),
  /** MiB of a result in a format that is one document (JSON, Parquet, ...); formats of rows have no limit. */
  VIGIE_CLICKHOUSE_DOCUMENT_MIB: z.coerce.number().int().min(1).max(1024).default(256),
  /** Names and passwords of the people who may ask, see `readClickHouseUsers`; without, everybody by any name. */
  VIGIE_CLICKHOUSE_USERS_FILE: filePath().optional(),
  /** `off`: nobody but services asks. */
  VIGIE_ANALYST_SQL: z.enum(['on', 'off']).default('on'),
  /** Fixed when a process begins, hence set by whoever starts it. */
  UV_THREADPOOL_SIZE: z.coerce.number().int().min(1).default(4),
};

/** What the embedded ClickHouse runs with. Sizes in bytes, times in milliseconds. */
export interface ClickHouseConfig extends RunLimits {
  readonly host: string;
  readonly ownHosts: OwnHosts;
  readonly port: number;
  /** Of the whole system; the engine's own is `directory` in it. */
  readonly dataDir: string;
  readonly directory: string;
  readonly logLevel: string;
  readonly people: People;
  /** Where the log of audit rows is. */
  readonly common: CommonConfig;
  /** What services must give. */
  readonly servicesPassword: string;
  readonly engineMemoryMax: number;
  readonly bodyBytesMax: number;
}

/** Threads of libuv that stay free for files, compression and KILL QUERY. */
export const spareThreads = 4;

/** Throws `ConfigError`. */
export function readClickHouseConfig(env: NodeJS.ProcessEnv = process.env): ClickHouseConfig {
  const given = readConfig(clickhouseConfig, env);
  const threads = given.VIGIE_CLICKHOUSE_READERS + servicePlaces + given.VIGIE_CLICKHOUSE_WRITERS + spareThreads;
  if (given.UV_THREADPOOL_SIZE < threads)
    throw new ConfigError(
      `UV_THREADPOOL_SIZE: ${given.UV_THREADPOOL_SIZE} thread(s) would let queries stop each other; start the process with UV_THREADPOOL_SIZE=${threads} or more`,
    );
  return {
    host: given.VIGIE_HOST,
    ownHosts: ownHostsOf(given),
    port: given.VIGIE_PORT_BASE + portOffsets.clickhouse,
    dataDir: given.VIGIE_DATA_DIR,
    directory: join(given.VIGIE_DATA_DIR, 'clickhouse'),
    logLevel: given.VIGIE_LOG_LEVEL,
    people: peopleOf(given),
    common: given,
    servicesPassword: servicesPassword(given.VIGIE_DATA_DIR),
    readers: given.VIGIE_CLICKHOUSE_READERS,
    writers: given.VIGIE_CLICKHOUSE_WRITERS,
    queueMax: given.VIGIE_CLICKHOUSE_QUEUE,
    readSecondsMax: given.VIGIE_CLICKHOUSE_READ_SECONDS,
    readMemoryMax: given.VIGIE_CLICKHOUSE_READ_MEMORY_MIB * mebibyte,
    engineMemoryMax: given.VIGIE_CLICKHOUSE_MEMORY_MIB * mebibyte,
    bodyBytesMax: given.VIGIE_CLICKHOUSE_BODY_MIB * mebibyte,
    documentBytesMax: given.VIGIE_CLICKHOUSE_DOCUMENT_MIB * mebibyte,
    threadsPerQuery: Math.max(1, Math.floor(cpus().length / 2)),
  };
}

function peopleOf(
  given: Pick<
    z.infer<z.ZodObject<typeof clickhouseConfig>>,
    'VIGIE_ANALYST_SQL' | 'VIGIE_CLICKHOUSE_USERS_FILE' | 'CLICKHOUSE_PASSWORD'
  >,
): People {
  if (given.VIGIE_ANALYST_SQL === 'off') return { kind: 'nobody' };
  const { VIGIE_CLICKHOUSE_USERS_FILE: users, CLICKHOUSE_PASSWORD: password } = given;
  return users === undefined ? { kind: 'everybody', password } : { kind: 'named', digests: readClickHouseUsers(users) };
}
