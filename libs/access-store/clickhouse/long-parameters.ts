import { randomUUID } from 'node:crypto';

/**
 * A server refuses a value of more than 128 KiB, in an address (as it is written there) and in a form alike: `Field value too long`, code 1000.
 * https://clickhouse.com/docs/reference/settings/session-settings/http-max
 */
const valueBytesMax = 64 * 1024;

/** Proxies take 8 KiB of a line that asks, nginx among them, of which settings have their part: `414 Request-URI Too Large`. */
const addressBytesMax = 4096;

/** What is asked of the client, as far as it is looked at here. */
export interface Asked {
  readonly query: string;
  readonly query_params?: Readonly<Record<string, unknown>>;
  readonly http_headers?: Readonly<Record<string, string>>;
}

/** Lists that are too long for one value are given in several, and put together by the statement. */
export function withShortValues<Statement extends Asked>(asked: Statement): Statement {
  const values = Object.entries(asked.query_params ?? {});
  const parts = values.flatMap(([name, value]) => (Array.isArray(value) ? [{ name, lists: cut(value) }] : []));
  const long = parts.filter(({ lists }) => lists.length > 1);
  if (long.length === 0) return asked;
  const query = long.reduce(
    (text, { name, lists }) =>
      text.replaceAll(new RegExp(`\\{${name}:([^{}]*)\\}`, 'g'), (_, type: string) => {
        const given = lists.map((_list, place) => `{${partName(name, place)}:${type}}`);
        return `arrayConcat(${given.join(', ')})`;
      }),
    asked.query,
  );
  const given = long.flatMap(({ name, lists }) => lists.map((list, place) => [partName(name, place), list] as const));
  return { ...asked, query, query_params: { ...asked.query_params, ...Object.fromEntries(given) } };
}

/**
 * Statement and values as one form where these are too long for an address. The client does so for `query` itself (`use_multipart_params_auto`), and not where
 * the answer is read as it comes. A statement that is itself too long for a field stays as it is.
 */
export function asForm<Statement extends Asked>(asked: Statement): Statement {
  const { query, query_params = {}, http_headers } = asked;
  if (!Object.values(query_params).every(isPlain)) return asked;
  const fields = Object.entries(query_params).map(([name, value]) => [`param_${name}`, textOf(value as Plain)] as const);
  const length = fields.reduce((sum, [name, text]) => sum + name.length + encodeURIComponent(text).length + 2, 0);
  if (length <= addressBytesMax || Buffer.byteLength(query) > valueBytesMax) return asked;
  const boundary = `vigie-${randomUUID()}`;
  const parts = [['query', query] as const, ...fields].map(
    ([name, text]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`,
  );
  return {
    ...asked,
    query: `${parts.join('')}--${boundary}--`,
    query_params: {},
    http_headers: { ...http_headers, 'Content-Type': `multipart/form-data; boundary=${boundary}` },
  };
}

function partName(name: string, place: number): string {
  return place === 0 ? name : `${name}__${place}`;
}

function cut(list: readonly unknown[]): readonly (readonly unknown[])[] {
  const lists: unknown[][] = [[]];
  let bytes = 0;
  for (const one of list) {
    const own = Buffer.byteLength(JSON.stringify(one)) + 1;
    if (bytes > 0 && bytes + own > valueBytesMax) {
      lists.push([]);
      bytes = 0;
    }
    lists.at(-1)?.push(one);
    bytes += own;
  }
  return lists;
}

type Plain = string | number | readonly Plain[];

function isPlain(value: unknown): value is Plain {
  if (Array.isArray(value)) return value.every(isPlain);
  return typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));
}

/** A value as ClickHouse reads parameters: https://clickhouse.com/docs/interfaces/http#escape-sequences-in-query-parameters */
function textOf(value: Plain): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escaped(value);
  return `[${value.map((one) => (typeof one === 'string' ? `'${escaped(one)}'` : textOf(one))).join(',')}]`;
}

function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('\t', '\\t')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll("'", "\\'")
    .replaceAll('\0', '\\0');
}
