import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { randomUUID } from 'node:crypto';
import type { Clock } from '#libs/runtime/clock.js';
import type { Health } from '#libs/runtime/health.js';
import { isOwnHost, type OwnHosts } from '#libs/runtime/host-check.js';
import type { Log } from '#libs/runtime/log.js';
import type { BodyReader } from './body.js';
import { type ClickHouseException, exception, exceptionOf } from '../engine/exception.js';
import { HttpAnswer } from './http-answer.js';
import type { QueryAudit } from '../audit/query-audit.js';
import { type Credentials, identityOf, nobodyOf } from './identity.js';
import type { ClickHouseMetrics } from './clickhouse-metrics.js';
import type { Answer, QueryRunner } from '../run/query-runner.js';
import type { Asker } from '../run/who-asks.js';
import { header, queryRequestOf } from '../sql/request.js';
import { whenWhole } from './when-whole.js';

export interface ServerParts {
  readonly runner: QueryRunner;
  readonly audit: Pick<QueryAudit, 'refused'>;
  readonly bodies: BodyReader;
  readonly health: Health;
  readonly metrics: ClickHouseMetrics;
  readonly clock: Clock;
  readonly log: Log;
  readonly timezone: string;
  readonly credentials: Credentials;
  readonly hosts: OwnHosts;
}

/**
 * A connection that is silent for this long is closed, in milliseconds. Clients keep theirs some seconds; by far longer here, because a loop that
 * stood still sees that the time is over before it sees the request that came meanwhile.
 */
const keepAliveMs = 60_000;

/** What is held back of an answer whose client wants it whole or not at all, in bytes. */
const heldBytesMax = 16 * 1024 * 1024;

/** ClickHouse's HTTP interface: queries at `/`, and beside it what every process of Vigie answers. */
export function createClickHouseServer(parts: ServerParts): Server {
  const server = createServer(
    { keepAliveTimeout: keepAliveMs, requestTimeout: 0, headersTimeout: 20_000, maxHeaderSize: 1024 * 1024 },
    (message, response) => {
      answer(parts, message, response).catch((cause: unknown) => {
        parts.log.error('a request ended in a bug', { cause });
        response.destroy();
      });
    },
  );
  return server;
}

async function answer(parts: ServerParts, message: IncomingMessage, response: ServerResponse): Promise<void> {
  if (isForeign(message, parts.hosts)) return foreign(response);
  const url = new URL(message.url ?? '/', 'http://localhost');
  switch (url.pathname) {
    case '/ping':
    case '/replicas_status':
      return plain(response, 200, 'Ok.\n');
    case '/health/live':
    case '/health/ready': {
      const report = parts.health.report(url.pathname === '/health/live' ? 'live' : 'ready');
      response.setHeader('Content-Type', 'application/json');
      return plain(response, report.ok ? 200 : 503, JSON.stringify(report));
    }
    case '/metrics':
      response.setHeader('Content-Type', parts.metrics.registry.contentType);
      return plain(response, 200, await parts.metrics.registry.metrics());
    case '/':
      return query(parts, message, response, url);
    default:
      return plain(response, 404, `There is no handle ${url.pathname.slice(0, 100)}. Queries go to /, by GET ?query= or POST.\n`);
  }
}

function foreign(response: ServerResponse): void {
  const { message, status, code } = exception(
    497,
    'ACCESS_DENIED',
    'Requests from pages of another site, or under a name that is not this machine, are refused: use an address or localhost, or add the name to VIGIE_HOSTS',
  );
  response.setHeader('X-ClickHouse-Exception-Code', String(code));
  plain(response, status, `${message}\n`);
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.end(text);
}

async function query(parts: ServerParts, message: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const begun = parts.clock.monotonic();
  if (!['GET', 'HEAD', 'POST'].includes(message.method ?? '')) return plain(response, 405, 'Queries go by GET or POST.\n');
  if (message.method !== 'POST' && !url.searchParams.has('query')) return plain(response, 200, 'Ok.\n');
  const gone = new AbortController();
  response.on('close', () => response.writableFinished || gone.abort(exception(210, 'NETWORK_ERROR', 'The client went away')));
  const queryId = url.searchParams.get('query_id') || randomUUID();
  let reply = new HttpAnswer(response, {
    queryId,
    format: 'TabSeparated',
    timezone: parts.timezone,
    acceptEncoding: undefined,
    elapsedMs: () => 0,
  });
  let [kind, code] = ['unread', 0];
  let asker: Asker | undefined = nobodyOf(message);
  try {
    const identity = identityOf(message, url, parts.credentials);
    asker = identity.asker;
    await parts.bodies.read(message, async (body) => {
      const request = queryRequestOf(message, url, queryId, body);
      kind = request.inspection.statement.kind;
      reply = new HttpAnswer(response, {
        queryId,
        format: request.format,
        timezone: parts.timezone,
        acceptEncoding: request.compressResponse ? header(message, 'accept-encoding') : undefined,
        elapsedMs: () => parts.clock.monotonic() - begun,
      });
      const run = (answer: Answer) => parts.runner.run(request, identity, answer, gone.signal);
      await (request.waitForEnd ? whenWhole(reply, heldBytesMax, run) : run(reply));
    });
    reply.end();
  } catch (cause) {
    const told = await written(parts.audit, asker, exceptionOf(cause));
    code = told.code;
    reply.fail(told);
  }
  parts.metrics.queries.inc({ kind, code: String(code) });
  parts.metrics.seconds.observe({ kind }, (parts.clock.monotonic() - begun) / 1000);
}

/** The codes of refusals by who asks: nobody who is known, and somebody who may not. */
const refusals: ReadonlyMap<number, 401 | 403> = new Map([
  [516, 401],
  [497, 403],
  [164, 403],
]);

/** A refusal that is written down; what takes its place when it cannot be. */
async function written(
  audit: ServerParts['audit'],
  asker: Asker | undefined,
  told: ClickHouseException,
): Promise<ClickHouseException> {
  const status = refusals.get(told.code);
  if (status === undefined || !asker) return told;
  return audit.refused(asker, status).then(() => told, exceptionOf);
}

/**
 * A page in a browser on this machine can send requests to loopback: those that reach us under a foreign name (DNS rebinding), carry
 * another site's origin, or are said by the browser to come from elsewhere, are refused on every path.
 */
function isForeign(message: IncomingMessage, hosts: OwnHosts): boolean {
  const host = header(message, 'host');
  const origin = header(message, 'origin');
  const site = header(message, 'sec-fetch-site');
  if (!isOwnHost(message.headers.host, hosts)) return true;
  return (
    (origin !== undefined && origin !== `http://${host ?? ''}`) ||
    (site !== undefined && site !== 'same-origin' && site !== 'none')
  );
}
