import { type PostTools, post } from '#libs/channels/http/attempt.js';
import { signedHeaders, signingKeys } from '#libs/channels/http/signature.js';
import type { Verdict } from '#libs/channels/http/verdict.js';
import { hex128Of } from '#libs/contracts/hex128.js';
import { type EndpointPaused, webhookBodyOf } from '#libs/contracts/webhook-body.js';
import type { Channel, Level, ToldChange } from './channel.js';

export interface WebhookEndpoint {
  readonly name: string;
  readonly url: string;
  /** The newest first; several while they rotate. */
  readonly secrets: readonly Buffer[];
  readonly levelMin: Level;
  /** Whether it is told every change of an incident, and whether what is told of cases. */
  readonly takesIncidents: boolean;
  readonly takesCases: boolean;
}

/** Requests at a time at one endpoint. */
export const parallelRequestsMax = 8;

/** One endpoint of the Standard Webhooks scheme. */
export class WebhookChannel implements Channel {
  readonly name: string;
  readonly levelMin: Level;
  readonly parallelMax = parallelRequestsMax;
  readonly #keys: ReturnType<typeof signingKeys>;

  constructor(
    private readonly endpoint: Omit<WebhookEndpoint, 'takesIncidents' | 'takesCases'>,
    private readonly tools: PostTools,
  ) {
    this.name = endpoint.name;
    this.levelMin = endpoint.levelMin;
    this.#keys = signingKeys(endpoint.secrets);
  }

  send(change: ToldChange, signal: AbortSignal): Promise<Verdict> {
    return this.#post(change.change_id, JSON.stringify(webhookBodyOf(change)), signal);
  }

  announce(notice: EndpointPaused, signal: AbortSignal): Promise<Verdict> {
    const body = JSON.stringify(notice);
    return this.#post(hex128Of(body), body, signal);
  }

  #post(id: string, body: string, signal: AbortSignal): Promise<Verdict> {
    const headers = signedHeaders(id, this.tools.clock.now(), body, this.#keys);
    return post(this.tools, { url: this.endpoint.url, headers, body }, signal);
  }
}
