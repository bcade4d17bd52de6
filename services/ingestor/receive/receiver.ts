import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { SourcesInUse } from '#libs/sources/sources-in-use.js';
import type { Source } from '#libs/sources/source.js';
import type { Failpoint } from './failpoint.js';
import { keyOfFirehose, tokensIn } from './authorization.js';
import { BodyBuffer, BodyBuffers } from './body-buffers.js';
import { bodyChunks } from './body-chunks.js';
import { trust } from './connections.js';
import { ClientGone, HttpRefusal } from './http-refusal.js';
import type { IntakeBudget } from './intake-budget.js';
import { type BodyLimits, readBody } from './read-body.js';
import type { SendingSource } from './taker.js';

/** How long a connection stays open after an early answer, so that a sender that is still sending can read it. */
const lingeringCloseMs = 1000;

/** What a body takes that is taken while it comes: a chunk, what of it is not complete, a batch of rows. */
const streamBytes = 2 * 1024 * 1024;

/** What a route makes of a body. */
export interface Route {
  /** Media types that it takes from a source, beside none at all; any where nothing is said. */
  readonly mediaTypes?: (source: Source) => readonly string[] | undefined;
  /** The body's memory is used again once the answer is there: nothing may keep a view of it. */
  readonly answer: (body: Buffer, source: SendingSource, asked: Asked) => Promise<Answer>;
  /** The answer that is no success, where it is not plain JSON and the refusal's own status. */
  readonly refusal: (refusal: HttpRefusal, headers: IncomingHttpHeaders) => Partial<Answer>;
}

/** What a route makes of a body that it takes while it comes. */
export interface StreamRoute extends Pick<Route, 'refusal'> {
  readonly answer: (chunks: AsyncIterable<Uint8Array>, source: SendingSource) => Promise<Answer>;
}

/** What a request says beside its body. All of it is the sender's choice. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly params: Readonly<Record<string, unknown>>;
  readonly headers: IncomingHttpHeaders;
  /** Asks for memory beside the body's, before it is taken; given back with the answer. Throws `HttpRefusal` 429 or 503. */
  readonly takeMemory: (bytes: number) => void;
}

export interface Answer {
  readonly status: number;
  /** An object is sent as JSON. */
  readonly body?: object | string | Uint8Array | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly mediaType?: string;
}

export interface ReceiverTools {
  /** Whose sources may change between two requests. */
  readonly register: { readonly current: SourcesInUse };
  readonly budget: IntakeBudget;
  readonly limits: BodyLimits;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly failpoint: Failpoint;
}

/** One request: credential, media type, body under its limits, the route's work, the answer. Nothing is read before the credential. */
export class Receiver {
  readonly #stopping = new AbortController();
  readonly #buffers = new BodyBuffers();

  constructor(private readonly tools: ReceiverTools) {}

  /** Bodies that are still coming in are answered with 503 from now on; what is in hand goes on to its end. */
  stop(): void {
    this.#stopping.abort();
  }

  handle(request: FastifyRequest, reply: FastifyReply, route: Route): Promise<void> {
    return this.#answered(request, reply, route, () => this.#work(request, route));
  }

  /** The same for a body that is taken while it comes. */
  handleStream(request: FastifyRequest, reply: FastifyReply, route: StreamRoute): Promise<void> {
    return this.#answered(request, reply, route, () => this.#stream(request, route));
  }

  async #answered(
    request: FastifyRequest,
    reply: FastifyReply,
    route: Pick<Route, 'refusal'>,
    work: () => Promise<Answer>,
  ): Promise<void> {
    const { clock, metrics, log } = this.tools;
    const startedMs = clock.monotonic();
    let answer: Answer;
    try {
      answer = await work();
    } catch (cause) {
      if (cause instanceof ClientGone) return void reply.hijack();
      if (!(cause instanceof HttpRefusal)) log.error('a request met a bug', { cause });
      const refusal =
        cause instanceof HttpRefusal ? cause : new HttpRefusal(503, 'the service could not do this; send it again', 5);
      const told = route.refusal(refusal, request.headers);
      answer = { status: refusal.status, ...told, headers: { ...headersOf(refusal), ...told.headers } };
    }
    metrics.add('vigie_ingest_requests_total', { status: answer.status });
    metrics.observe('vigie_ingest_request_seconds', (clock.monotonic() - startedMs) / 1000);
    await reply
      .status(answer.status)
      .headers({ ...answer.headers, ...(this.#stopping.signal.aborted ? { connection: 'close' } : {}) })
      .type(answer.mediaType ?? 'application/json; charset=utf-8')
      .send(bytesOf(answer.body));
    if (!request.raw.complete) this.#closeSoon(request);
  }

  async #work(request: FastifyRequest, route: Route): Promise<Answer> {
    const { budget, limits, clock, metrics } = this.tools;
    const source = this.#sender(request);
    checkMediaType(request.headers['content-type'], route.mediaTypes?.(source));
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > limits.bytesMax)
      throw new HttpRefusal(413, `the body has more than ${limits.bytesMax} bytes; send smaller batches`);
    const lease = budget.lease(source);
    const buffer = new BodyBuffer(this.#buffers, announced, lease);
    try {
      const tools = { limits, clock, buffer, lease, announcedBytes: announced, stopping: this.#stopping.signal };
      const body = await readBody(request.raw, request.headers['content-encoding'], tools);
      this.tools.failpoint('after-body');
      metrics.add('vigie_ingest_bytes_total', { group_id: source.groupId, source: source.source }, announced || body.length);
      return await route.answer(
        body,
        source,
        askedOf(request, (bytes) => lease.take(bytes)),
      );
    } finally {
      buffer.release();
      lease.release();
    }
  }

  /** Whose credential came with it. Throws `HttpRefusal` 401, 403 or 503. */
  #sender(request: FastifyRequest): SendingSource {
    const { credentials, keys } = this.tools.register.current;
    const source = sourceOf(request.headers, credentials);
    trust(request.raw.socket);
    const groupKeys = keys.group(source.groupId);
    if (groupKeys) return { ...source, keys: groupKeys };
    throw new HttpRefusal(503, `there is no pseudonym key for the group ${source.groupId}; tell the operator`, 60);
  }

  async #stream(request: FastifyRequest, route: StreamRoute): Promise<Answer> {
    const { budget, limits, metrics } = this.tools;
    const source = this.#sender(request);
    checkMediaType(request.headers['content-type'], undefined);
    const lease = budget.lease(source);
    let bytes = 0;
    try {
      lease.take(streamBytes);
      const counted = (chunk: Uint8Array) => (bytes += chunk.length);
      const chunks = bodyChunks(request.raw, request.headers['content-encoding'], limits.fileBytesMax);
      return await route.answer(this.#watched(chunks, counted), source);
    } catch (cause) {
      if (request.raw.destroyed && !request.raw.complete) throw new ClientGone('the sender closed the connection');
      throw cause;
    } finally {
      metrics.add('vigie_ingest_bytes_total', { group_id: source.groupId, source: source.source }, bytes);
      lease.release();
      if (!request.raw.complete) request.raw.resume();
    }
  }

  /** Ends when the service stops, and with 408 where nothing comes for as long as a whole body may take elsewhere. */
  async *#watched(chunks: AsyncIterable<Uint8Array>, seen: (chunk: Uint8Array) => void): AsyncGenerator<Uint8Array> {
    const { clock, limits } = this.tools;
    const rest = chunks[Symbol.asyncIterator]();
    for (;;) {
      const late = Promise.withResolvers<never>();
      const refusal = () => late.reject(new HttpRefusal(408, `nothing of the file came for ${limits.bodyMs / 1000} s`));
      const stopTimer = clock.every(limits.bodyMs, refusal);
      const next = await Promise.race([rest.next(), late.promise]).finally(stopTimer);
      if (next.done) return;
      if (this.#stopping.signal.aborted) throw new HttpRefusal(503, 'the service is stopping; send this again', 1);
      seen(next.value);
      yield next.value;
    }
  }

  #closeSoon(request: FastifyRequest): void {
    const close = () => request.raw.complete || request.raw.socket.destroy();
    this.tools.clock.sleep(lingeringCloseMs).then(close, close);
  }
}

function sourceOf(headers: IncomingHttpHeaders, credentials: SourcesInUse['credentials']): Source {
  const tokens = tokensIn(headers.authorization) ?? keyOfFirehose(headers);
  if (!tokens) throw new HttpRefusal(401, 'a token is needed: Authorization: Bearer <token of the source>');
  const source = tokens.map((token) => credentials.sourceOf(token)).find((found) => found !== undefined);
  if (!source) throw new HttpRefusal(403, 'this token is not known here; see VIGIE_INGEST_TOKENS and VIGIE_SOURCES_FILE');
  return source;
}

function askedOf({ method, url, query, params, headers }: FastifyRequest, takeMemory: Asked['takeMemory']): Asked {
  const [path = ''] = url.split('?');
  return { method, path, query: recordOf(query), params: recordOf(params), headers, takeMemory };
}

function recordOf(given: unknown): Readonly<Record<string, unknown>> {
  return typeof given === 'object' && given !== null ? { ...given } : {};
}

function bytesOf(body: Answer['body']): string | Buffer | undefined {
  if (body === undefined || typeof body === 'string') return body;
  return body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body);
}

function checkMediaType(given: string | undefined, known: readonly string[] | undefined): void {
  const [type = ''] = given?.split(';') ?? [];
  const charset = /charset="?([\w-]+)/i.exec(given ?? '')?.[1]?.toLowerCase() ?? 'utf-8';
  if (/^\s*multipart\//i.test(type))
    throw new HttpRefusal(415, 'a form is not taken; send the file itself as the body, as curl does with --data-binary @FILE');
  if (!known) return; // each record says its own character set, or is refused
  if (type.trim() && !known.includes(type.trim().toLowerCase()))
    throw new HttpRefusal(415, `this Content-Type is not taken here; send one of ${known.join(', ')}`);
  if (!['utf-8', 'utf8', 'us-ascii'].includes(charset))
    throw new HttpRefusal(415, 'only UTF-8 is taken; convert the body before sending');
}

function headersOf(refusal: HttpRefusal): Record<string, string> {
  return {
    ...(refusal.retryAfterSeconds === undefined ? {} : { 'retry-after': String(refusal.retryAfterSeconds) }),
    ...(refusal.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
  };
}
