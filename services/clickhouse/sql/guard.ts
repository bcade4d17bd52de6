// sql/: what a request asks for, and whether it may run: read by a scanner here, and by the engine's own parse.
// It runs nothing.

import { type ClickHouseException, exception } from '../engine/exception.js';
import { type EngineRole, fixedSettings } from '../engine/engine-config.js';
import type { QueryRequest } from './request.js';
import { tablesBeyond } from './table-functions.js';
import { mayCall } from './unread-sql.js';

/** What the engine would do for any role: its grants know table engines and tables, but no functions, and no disks. */
const outside = new Set([...tablesBeyond, 'disk', 'catboostevaluate']);

/** Engines that keep what they hold in the engine's own folder, and nowhere else. */
const inside =
  /^(Replacing|Summing|Aggregating|Collapsing|VersionedCollapsing|Coalescing|Graphite)?MergeTree$|^(Memory|Null|Log|TinyLog|StripeLog|Buffer|Merge|Atomic)$/;

/** Statements that only read. People may give these and no others; so may GET. */
const reading = new Set(['SELECT', 'WITH', 'EXPLAIN', 'SHOW', 'DESCRIBE', 'EXISTS']);

/** What services may say beyond that. */
const writing = new Set([
  'INSERT',
  'CREATE',
  'DROP',
  'ALTER',
  'RENAME',
  'EXCHANGE',
  'TRUNCATE',
  'OPTIMIZE',
  'DELETE',
  'UPDATE',
  'KILL',
]);

/** By it a query is found again to be killed. */
const ours = new Set(['log_comment']);

export interface ReadLimits {
  readonly secondsMax: number;
  /** Bytes. */
  readonly memoryMax: number;
}

type Refused = ClickHouseException | undefined;

/** Why a query, as the engine has written it, may not run here; undefined when it may. */
export function refusal(request: QueryRequest & { readonly role: EngineRole }, limits: ReadLimits): Refused {
  return kindRefusal(request) ?? reachRefusal(request) ?? settingRefusal(request, limits);
}

function kindRefusal({ inspection, readOnly, role }: QueryRequest & { readonly role: EngineRole }): Refused {
  const { first } = inspection;
  if (reading.has(first)) return undefined;
  if (readOnly)
    return exception(164, 'READONLY', `Cannot execute query in readonly mode: ${first} by GET; GET reads, POST writes`);
  if (role === 'services' && writing.has(first)) return undefined;
  if (role === 'services')
    return exception(497, 'ACCESS_DENIED', `Not enough privileges: ${first} is not for the embedded ClickHouse`);
  return exception(
    497,
    'ACCESS_DENIED',
    `Not enough privileges: ${first} is for services, people read. Who administers this machine writes as user services, with the password in keys/clickhouse-services.key of the data folder`,
  );
}

function reachRefusal({ inspection }: QueryRequest): Refused {
  if (inspection.severalStatements)
    return exception(62, 'SYNTAX_ERROR', 'Syntax error (Multi-statements are not allowed): one query a request');
  if (inspection.intoOutfile)
    return exception(1, 'UNSUPPORTED_METHOD', 'INTO OUTFILE is not allowed over HTTP: the answer is the result');
  if (inspection.fromInfile)
    return exception(1, 'UNSUPPORTED_METHOD', 'FROM INFILE is not allowed over HTTP: the data follow the statement');
  const reached =
    [...inspection.called].find((name) => outside.has(name)) ?? inspection.engines.find((name) => !inside.test(name));
  if (reached === undefined) return undefined;
  return exception(
    497,
    'ACCESS_DENIED',
    `Not enough privileges: ${reached} reaches outside the database, which the embedded ClickHouse does not allow`,
  );
}

function settingRefusal({ inspection, settings }: QueryRequest, limits: ReadLimits): Refused {
  const unread = inspection.unread ?? [...settings].find(([name, value]) => mayCall(name, value))?.[0];
  if (unread !== undefined)
    return exception(
      497,
      'ACCESS_DENIED',
      `Not enough privileges: ${unread} holds what the engine reads as SQL only while the query runs: write the condition into the query, and columns as names and types`,
    );
  if (inspection.setToDefault !== undefined)
    return exception(
      452,
      'SETTING_CONSTRAINT_VIOLATION',
      `Setting ${inspection.setToDefault} shouldn't be set to DEFAULT: leave it out, or give a value`,
    );
  const fixed = inspection.assigned.find(({ name }) => ours.has(name) || Object.hasOwn(fixedSettings, name));
  if (fixed) return exception(452, 'SETTING_CONSTRAINT_VIOLATION', `Setting ${fixed.name} should not be changed`);
  const given = [...[...settings].map(([name, value]) => ({ name, value: Number(value) })), ...inspection.assigned];
  const over = given.find(({ name, value }) => isOver(name, value, limits));
  if (!over) return undefined;
  return exception(
    452,
    'SETTING_CONSTRAINT_VIOLATION',
    `Setting ${over.name} shouldn't be greater than ${limitOf(over.name, limits)}; zero is no limit and not allowed either`,
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
