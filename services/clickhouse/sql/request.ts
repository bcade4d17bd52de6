import type { IncomingMessage } from 'node:http';
import { exception } from '../engine/exception.js';
import { type Inspection, inspectLong } from './sql-text.js';

/** A query as it came over HTTP, read but not judged. */
export interface QueryRequest {
  readonly queryId: string;
  readonly database: string | undefined;
  /** The whole query; of an INSERT with data, its head, completed with a FORMAT. */
  readonly sql: string;
  /** Of an INSERT with data, how many characters of `sql` name its target; the data's place is told behind them. */
  readonly targetEnd: number;
  /** The data of an INSERT. */
  readonly data: Buffer;
  readonly inspection: Inspection;
  /** The format of the answer. */
  readonly format: string;
  /** Settings of the URL, and query parameters as `param_<name>`. */
  readonly settings: ReadonlyMap<string, string>;
  readonly readOnly: boolean;
  readonly compressResponse: boolean;
  /** The client wants the answer when it is whole, or an error in place of it. */
  readonly waitForEnd: boolean;
  /** The protocol version whose Native blocks the client reads; 0 is the oldest. */
  readonly clientRevision: number;
}

/** Parameters of the URL that are addressed to the HTTP interface and not to the engine. */
const notSettings = new Set([
  'query', 'database', 'default_format', 'query_id', 'session_id', 'session_timeout', 'session_check', 'user', 'password', 'quota_key',
  'role', 'compress', 'decompress', 'enable_http_compression', 'http_zlib_compression_level', 'stacktrace', 'wait_end_of_query',
  'buffer_size', 'client_protocol_version', 'close_session', 'log_comment', 'cancel_http_readonly_queries_on_client_close',
]); // prettier-ignore

/** A query longer than this is not looked at. Bytes; ClickHouse's own `max_query_size` is 262,144. */
const queryBytesMax = 16 * 1024 * 1024;

/** Puts the query of the URL, the body and the parts of a form together, as ClickHouse does. Throws `ClickHouseException`. */
export function queryRequestOf(message: IncomingMessage, url: URL, queryId: string, body: Buffer): QueryRequest {
  const form = formOf(message, body);
  const parameters = new Map([...url.searchParams, ...(form?.parameters ?? [])]);
  const settings = new Map([...parameters].filter(([name]) => !notSettings.has(name)));
  for (const name of settings.keys())
    if (!/^\w+$/.test(name)) throw exception(115, 'UNKNOWN_SETTING', `Unknown setting '${name.slice(0, 100)}'.`);
  if (parameters.get('compress') === '1' || parameters.get('decompress') === '1')
    throw exception(
      344,
      'SUPPORT_IS_DISABLED',
      'The embedded ClickHouse does not speak block compression (compress=1, decompress=1): set compress=0 in the client (JDBC and DBeaver: the' +
        ' property compress, beside it client.use_http_compression=true if wanted; Go and Grafana: compression gzip or none; Python: compress=False)',
    );
  const defaultFormat = parameters.get('default_format') || header(message, 'x-clickhouse-format');
  return {
    ...textOf(parameters.get('query') ?? '', form ? Buffer.alloc(0) : body, defaultFormat),
    queryId,
    database: parameters.get('database') || header(message, 'x-clickhouse-database'),
    settings,
    readOnly: message.method === 'GET' || message.method === 'HEAD',
    waitForEnd: parameters.get('wait_end_of_query') === '1',
    compressResponse: parameters.get('enable_http_compression') === '1',
    clientRevision: Number(parameters.get('client_protocol_version') ?? 0) || 0,
  };
}

function textOf(urlQuery: string, body: Buffer, defaultFormat: string | undefined) {
  const query = Buffer.from(urlQuery, 'utf8');
  // One byte, one character: places in the text are places in the bytes.
  const inQuery = query.toString('latin1');
  const text = (end: number) =>
    query.length === 0 || body.length === 0
      ? (query.length === 0 ? body : query).toString('latin1', 0, end)
      : `${inQuery}\n${body.toString('latin1', 0, end)}`.slice(0, end);
  const inspection = inspectLong(Math.min(query.length + 1 + body.length, queryBytesMax), text);
  const { statement } = inspection;
  const format = statement.format ?? defaultFormat ?? 'TabSeparated';
  if (statement.kind !== 'insert') {
    if (query.length + body.length > queryBytesMax)
      throw exception(
        62,
        'SYNTAX_ERROR',
        `Max query size exceeded: ${query.length + body.length} bytes, at most ${queryBytesMax} are read`,
      );
    return { sql: joined(query, body).toString('utf8'), targetEnd: 0, data: Buffer.alloc(0), inspection, format };
  }
  const head = (query.length === 0 ? body : query).subarray(0, statement.headEnd);
  const targetEnd = head.toString('utf8', 0, statement.targetEnd).length;
  const untilFormat = head.toString('utf8', 0, statement.formatStart).replace(/[\s;]+$/, '');
  // On a line of its own: a comment may stand before it.
  const sql = `${untilFormat}\nFORMAT ${statement.format ?? wordOf(defaultFormat ?? 'Values')}`;
  const rest = query.subarray(head.length);
  const data =
    query.length === 0 ? body.subarray(head.length) : rest.length ? Buffer.concat([rest, Buffer.from('\n'), body]) : body;
  return { sql, targetEnd, data, inspection, format };
}

/** The query of the URL, and behind it what came as the body. */
function joined(query: Buffer, body: Buffer): Buffer {
  if (query.length === 0) return body;
  return body.length === 0 ? query : Buffer.concat([query, Buffer.from('\n'), body]);
}

function wordOf(format: string): string {
  if (!/^\w+$/.test(format)) throw exception(73, 'UNKNOWN_FORMAT', 'Unknown format: a format is one word');
  return format;
}

/** `multipart/form-data` whose parts are parameters: how the client sends large query parameters. */
function formOf(
  message: IncomingMessage,
  body: Buffer,
): { readonly parameters: readonly (readonly [string, string])[] } | undefined {
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(header(message, 'content-type') ?? '')?.[1];
  if (boundary === undefined) return undefined;
  const parameters = body
    .toString('latin1')
    .split(`--${boundary}`)
    .flatMap((part) => {
      const end = part.indexOf('\r\n\r\n');
      const name = /name="([^"]*)"/i.exec(part.slice(0, Math.max(end, 0)))?.[1];
      return name === undefined ? [] : [[name, Buffer.from(part.slice(end + 4, -2), 'latin1').toString('utf8')] as const];
    });
  return { parameters };
}

export function header(message: IncomingMessage, name: string): string | undefined {
  const value = message.headers[name];
  return (Array.isArray(value) ? value[0] : value) || undefined;
}
