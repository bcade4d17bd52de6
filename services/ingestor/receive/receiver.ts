import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SourceContext } from '#libs/formats/to-rows.js';
import type { KeyRing } from '#libs/pseudonyms/key-ring.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { Failpoint } from './failpoint.js';
import { BodyBuffer, BodyBuffers } from './body-buffers.js';
import { trust } from './connections.js';
import type { Credentials } from './credentials.js';
import { ClientGone, HttpRefusal } from './http-refusal.js';
import type { IntakeBudget } from './intake-budget.js';
import { type BodyLimits, readBody } from './read-body.js';

/** How long a connection stays open after an early answer, so that a sender that is still sending can read it. */
const lingeringCloseMs = 1000;

/** What a route makes of a body. */
export interface Route {
  /** Media types that it takes, beside none at all. */
  readonly mediaTypes: readonly string[];
  /** The body's memory is used again once the answer is there: nothing may keep a view of it. */
  readonly answer: (body: Buffer, source: SourceContext) => Promise<Answer>;
  /** The body of an answer that is no success, and its media type where that is not plain JSON. */
  readonly refusal: (refusal: HttpRefusal) => Pick<Answer, 'body' | 'mediaType'>;
}

export interface Answer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly mediaType?: string;
}

export interface ReceiverTools {
  readonly credentials: Credentials;
  readonly keys: KeyRing;
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

  async handle(request: FastifyRequest, reply: FastifyReply, route: Route): Promise<void> {
    const { clock, metrics, log } = this.tools;
    const startedMs = clock.monotonic();
    let answer: Answer;
    try {
      answer = await this.#work(request, route);
    } catch (cause) {
      if (cause instanceof ClientGone) return void reply.hijack();
      if (!(cause instanceof HttpRefusal)) log.error('a request met a bug', { cause });
      const refusal =
        cause instanceof HttpRefusal ? cause : new HttpRefusal(503, 'the service could not do this; send it again', 5);
      answer = { status: refusal.status, headers: headersOf(refusal), ...route.refusal(refusal) };
    }
    metrics.add('vigie_ingest_requests_total', { status: answer.status });
    metrics.observe('vigie_ingest_request_seconds', (clock.monotonic() - startedMs) / 1000);
    await reply
      .status(answer.status)
      .headers({ ...answer.headers, ...(this.#stopping.signal.aborted ? { connection: 'close' } : {}) })
      .type(answer.mediaType ?? 'application/json; charset=utf-8')
      .send(JSON.stringify(answer.body));
    if (!request.raw.complete) this.#closeSoon(request);
  }

  async #work(request: FastifyRequest, route: Route): Promise<Answer> {
    const { credentials, keys, budget, limits, clock, metrics } = this.tools;
    const source = sourceOf(request.headers, credentials);
    trust(request.raw.socket);
    const groupKeys = keys.group(source.groupId);
    if (!groupKeys)
      throw new HttpRefusal(503, `there is no pseudonym key for the group ${source.groupId}; tell the operator`, 60);
    checkMediaType(request.headers['content-type'], route.mediaTypes);
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > limits.bytesMax)
      throw new HttpRefusal(413, `the body has more than ${limits.bytesMax} bytes; send smaller batches`);
    const lease = budget.lease(source);
    const buffer = new BodyBuffer(this.#buffers, announced, lease);
    try {
      const tools = { limits, clock, buffer, stopping: this.#stopping.signal };
      const body = await readBody(request.raw, request.headers['content-encoding'], tools);
      this.tools.failpoint('after-body');
      metrics.add('vigie_ingest_bytes_total', { group_id: source.groupId, source: source.source }, announced || body.length);
      return await route.answer(body, { ...source, keys: groupKeys });
    } finally {
      buffer.release();
      lease.release();
    }
  }

  #closeSoon(request: FastifyRequest): void {
    const close = () => request.raw.complete || request.raw.socket.destroy();
    this.tools.clock.sleep(lingeringCloseMs).then(close, close);
  }
}

function sourceOf(headers: IncomingHttpHeaders, credentials: Credentials): Omit<SourceContext, 'keys'> {
  const [, token] = /^Bearer +(\S{1,512})$/i.exec(headers.authorization ?? '') ?? [];
  if (!token) throw new HttpRefusal(401, 'a token is needed: Authorization: Bearer <token of the source>');
  const source = credentials.sourceOf(token);
  if (!source) throw new HttpRefusal(403, 'this token is not known here; see VIGIE_INGEST_TOKENS');
  return source;
}

function checkMediaType(given: string | undefined, known: readonly string[]): void {
  const [type = ''] = given?.split(';') ?? [];
  const charset = /charset="?([\w-]+)/i.exec(given ?? '')?.[1]?.toLowerCase() ?? 'utf-8';
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
