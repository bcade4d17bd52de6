import { hex128Of } from '#libs/contracts/hex128.js';
import { type EndpointPaused, webhookBodyOf } from '#libs/contracts/webhook-body.js';
import type { Clock } from '#libs/runtime/clock.js';
import { Transient } from '#libs/runtime/outcome.js';
import type { Channel, Level, ToldChange } from './channel.js';
import type { HttpAnswer, HttpPost } from './http-post.js';
import { attemptMsMax } from './schedule.js';
import { signedHeaders } from './signature.js';
import { type Verdict, verdictOf } from './verdict.js';

export interface WebhookEndpoint {
  readonly name: string;
  readonly url: string;
  /** The newest first; several while they rotate. */
  readonly secrets: readonly Buffer[];
  readonly levelMin: Level;
}

/** Requests at a time at one endpoint. */
export const parallelRequestsMax = 8;

/** One endpoint of the Standard Webhooks scheme. */
export class WebhookChannel implements Channel {
  readonly name: string;
  readonly levelMin: Level;
  readonly parallelMax = parallelRequestsMax;

  constructor(
    private readonly endpoint: WebhookEndpoint,
    private readonly http: HttpPost,
    private readonly clock: Clock,
  ) {
    this.name = endpoint.name;
    this.levelMin = endpoint.levelMin;
  }

  send(change: ToldChange, signal: AbortSignal): Promise<Verdict> {
    return this.#post(change.change_id, JSON.stringify(webhookBodyOf(change)), signal);
  }

  announce(notice: EndpointPaused, signal: AbortSignal): Promise<Verdict> {
    const body = JSON.stringify(notice);
    return this.#post(hex128Of(body), body, signal);
  }

  async #post(id: string, body: string, signal: AbortSignal): Promise<Verdict> {
    const { url, secrets } = this.endpoint;
    const headers = signedHeaders(id, this.clock.now(), body, secrets);
    try {
      const answer = await this.#withDeadline(signal, (inTime) => this.http.post(url, headers, body, inTime));
      return verdictOf(answer.status, answer.retryAfter, this.clock.now());
    } catch (cause) {
      if (!(cause instanceof Transient)) throw cause;
      return { kind: 'later', status: 0, reason: cause.message };
    }
  }

  /** Our own deadline over connect, headers and body, because a client's is often only over one of them. */
  async #withDeadline(signal: AbortSignal, post: (signal: AbortSignal) => Promise<HttpAnswer>): Promise<HttpAnswer> {
    const ended = new AbortController();
    const attempt = AbortSignal.any([signal, ended.signal]);
    const late = this.clock.sleep(attemptMsMax, attempt).then(
      () => Promise.reject(new Transient(`no whole answer within ${attemptMsMax / 1000} s`)),
      () => Promise.reject(new Transient('the delivery was broken off')),
    );
    const answer = post(attempt);
    answer.catch(() => {}); // when the deadline wins, nobody waits for it any more
    late.catch(() => {});
    try {
      return await Promise.race([answer, late]);
    } finally {
      ended.abort();
    }
  }
}
