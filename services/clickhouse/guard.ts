import { type ClickHouseException, exception } from './exception.js';
import type { QueryRequest } from './request.js';

/**
 * What the engine would do and a server must not: read and write files of this machine, start programs, speak to other machines. A real
 * server has grants for that; the engine inside a process trusts whoever calls it.
 */
const outside = new Set([
  'file', 'filecluster', 'url', 'urlcluster', 'executable', 'executablepool', 'python', 'remote', 'remotesecure', 'cluster', 'clusterallreplicas',
  's3', 's3cluster', 'gcs', 'hdfs', 'hdfscluster', 'azureblobstorage', 'azureblobstoragecluster', 'mysql', 'postgresql', 'mongodb', 'redis',
  'sqlite', 'jdbc', 'odbc', 'iceberg', 'icebergs3', 'iceberglocal', 'deltalake', 'deltalakelocal', 'hudi', 'arrowflight', 'ytsaurus',
  'kafka', 'rabbitmq', 'nats', 's3queue', 'azurequeue', 'filelog', 'catboostevaluate', 'distributed', 'materializedpostgresql', 'oss', 'cosn',
]); // prettier-ignore

export interface ReadLimits {
  readonly secondsMax: number;
  /** Bytes. */
  readonly memoryMax: number;
}

/** Why a query may not run here, or undefined. */
export function refusal({ inspection, settings }: QueryRequest, limits: ReadLimits): ClickHouseException | undefined {
  if (inspection.severalStatements)
    return exception(62, 'SYNTAX_ERROR', 'Syntax error (Multi-statements are not allowed): one query a request');
  if (inspection.intoOutfile)
    return exception(1, 'UNSUPPORTED_METHOD', 'INTO OUTFILE is not allowed over HTTP: the answer is the result');
  const reached = [...inspection.called].find((name) => outside.has(name));
  if (reached !== undefined)
    return exception(
      497,
      'ACCESS_DENIED',
      `Not enough privileges: ${reached} reaches outside the database, which the embedded ClickHouse does not allow`,
    );
  const given = [...[...settings].map(([name, value]) => ({ name, value: Number(value) })), ...inspection.assigned];
  const over = given.find(({ name, value }) => isOver(name, value, limits));
  return (
    over &&
    exception(
      452,
      'SETTING_CONSTRAINT_VIOLATION',
      `Setting ${over.name} shouldn't be greater than ${limitOf(over.name, limits)}; zero is no limit and not allowed either`,
    )
  );
}

function isOver(name: string, value: number, limits: ReadLimits): boolean {
  const limit = limitOf(name, limits);
  return limit !== undefined && !(value > 0 && value <= limit);
}

function limitOf(name: string, limits: ReadLimits): number | undefined {
  if (name === 'max_execution_time') return limits.secondsMax;
  return name === 'max_memory_usage' || name === 'max_memory_usage_for_user' ? limits.memoryMax : undefined;
}
