import type { IncomingHttpHeaders } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { BrokenRequests } from './broken-requests.js';
import { Connections } from './receive/connections.js';

/** Time for the headers of a request: what says nothing, or comes one byte every ten seconds, is cut here. */
const headersMsMax = 10_000;
/**
 * Connections that idle between two requests. Proxies and balancers keep theirs for 60 or 75 s, and must be who closes: what is sent on a connection that is being closed
 * here is answered 502 by them, and some senders take that for good.
 */
const keepAliveMs = 90_000;
/** Some hundred shippers with a handful each; idle ones beyond it make room. */
const connectionsMax = 4096;

/** `type/subtype`, perhaps with parameters; RFC 9110, section 8.3.1. */
const mediaType = /^\s*[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(?:;.*)?$/;

/** What is no media type becomes one that nobody takes: the server would refuse it by itself, and not as its door does. One that is empty says nothing. */
function ownMediaType(headers: IncomingHttpHeaders): void {
  const given = headers['content-type'];
  if (given === undefined || mediaType.test(given)) return;
  if (given.trim()) headers['content-type'] = 'application/x-unknown';
  else delete headers['content-type'];
}

/**
 * The HTTP server of the ingestor: bodies are left alone, because `receive/read-body.ts` reads them as streams under its own limits.
 * `requestMs` is the last resort for a whole request.
 */
export function ingestorAdapter(requestMs: number): FastifyAdapter {
  const broken = new BrokenRequests();
  const adapter = new FastifyAdapter({
    clientErrorHandler: broken.handle,
    http: {
      headersTimeout: Math.min(headersMsMax, requestMs),
      requestTimeout: requestMs,
      connectionsCheckingInterval: 1000,
      maxHeaderSize: 16 * 1024,
    },
    keepAliveTimeout: keepAliveMs,
    requestTimeout: requestMs,
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: true },
  });
  const fastify = adapter.getInstance();
  fastify.addHook('onRequest', (request, _reply, done) => {
    ownMediaType(request.raw.headers);
    done();
  });
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request: unknown, _payload: unknown, done: (cause: Error | null) => void) => done(null));
  new Connections(connectionsMax).watch(fastify.server);
  broken.watch(fastify.server);
  return adapter;
}
