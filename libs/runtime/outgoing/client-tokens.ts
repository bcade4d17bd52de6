import type { Clock } from '../clock.js';
import { isError, messageOf } from '../outcome.js';
import { reasonOfFetch } from './reason-of-fetch.js';

/** An endpoint answers within so long, or counts as away, in seconds. */
const answerSecondsMax = 10;
/** A new token is asked for when a fifth of the life of the one before is left. */
const renewAtShare = 5;
/** Where nobody says how long a token counts, in seconds. */
const lifeSecondsIfSilent = 300;
/** An endpoint that has refused, or not answered, is asked again after so long, in milliseconds: whoever waits tries several times. */
const againAfterMs = 5000;
/** Characters of what an endpoint says that are handed on. */
const saidMax = 300;

/** Where a client gets tokens in its own name, by the grant of client credentials (RFC 6749, section 4.4). */
export interface TokenSource {
  /** `https:`, or on this machine `http:`, as whoever reads the settings has seen to. */
  readonly endpoint: string;
  readonly clientId: string;
  /** Asked for with each token, since secrets are renewed. */
  readonly secret: () => string;
  readonly scope?: string | undefined;
}

/** There is no token at the moment. The message says who was asked and what was answered, and holds no secret. */
export class NoToken extends Error {
  override readonly name = 'NoToken';
  /** As kafkajs asks it. */
  readonly retriable = true;

  constructor(
    message: string,
    /** The endpoint refused, and more attempts will hardly change it; else it may pass. */
    readonly isRefused: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

interface Held {
  readonly value: string;
  /** Monotonic milliseconds. */
  readonly renewAt: number;
  readonly endsAt: number;
}

/** The token of a client, the same for all who ask until it is about to end. */
export class ClientTokens {
  #held: Held | undefined;
  #asking: Promise<string> | undefined;
  #failed: { readonly cause: unknown; readonly until: number } | undefined;

  constructor(
    private readonly source: TokenSource,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  /** Whether the next token was held before. */
  get isHeld(): boolean {
    return this.#held !== undefined && this.clock.monotonic() < this.#held.renewAt;
  }

  /** Rejects with `NoToken`. A token that has not ended is given on while the endpoint is away. */
  async now(): Promise<string> {
    const held = this.#held;
    if (held && this.isHeld) return held.value;
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    try {
      return await this.#asking;
    } catch (cause) {
      if (held && this.clock.monotonic() < held.endsAt) return held.value;
      throw cause;
    }
  }

  /** Whoever was shown the token takes it no more, or not yet: what it allows is in it, and may have been given since. */
  forget(): void {
    this.#held = undefined;
  }

  async #ask(): Promise<string> {
    const { endpoint, clientId, secret, scope } = this.source;
    if (this.#failed && this.clock.monotonic() < this.#failed.until) throw this.#failed.cause;
    const { allowInsecureRequests, clientCredentialsGrant, ClientSecretPost, Configuration } = await import('openid-client');
    const server = { issuer: new URL(endpoint).origin, token_endpoint: endpoint };
    const client = new Configuration(server, clientId, undefined, ClientSecretPost(secret()));
    client.timeout = answerSecondsMax;
    if (endpoint.startsWith('http:')) allowInsecureRequests(client);
    const askedAt = this.clock.monotonic();
    try {
      const given = await clientCredentialsGrant(client, scope ? { scope } : {});
      const lifeMs = (given.expires_in ?? lifeSecondsIfSilent) * 1000;
      this.#held = { value: given.access_token, renewAt: askedAt + lifeMs - lifeMs / renewAtShare, endsAt: askedAt + lifeMs };
      return given.access_token;
    } catch (cause) {
      const status = statusOf(cause);
      const said = `no token from ${endpoint}: ${wordsOf(cause, status)}`.replaceAll(/\p{C}/gu, ' ').slice(0, saidMax);
      const why = new NoToken(said, status >= 400 && status < 500 && status !== 408 && status !== 429, { cause });
      this.#failed = { cause: why, until: this.clock.monotonic() + againAfterMs };
      throw why;
    }
  }
}

/** What the endpoint answered; 0 where it did not. */
function statusOf(cause: unknown): number {
  for (const one of isError(cause) ? [cause, cause.cause] : [])
    if (typeof one === 'object' && one !== null && 'status' in one && typeof one.status === 'number') return one.status;
  return 0;
}

/** The words of the protocol (`invalid_client`) and what goes with them, or why the endpoint could not be asked. */
function wordsOf(cause: unknown, status: number): string {
  if (!isError(cause)) return messageOf(cause);
  const { error, error_description: more } = cause as { readonly error?: unknown; readonly error_description?: unknown };
  if (typeof error === 'string') return typeof more === 'string' ? `${error}: ${more}` : error;
  return status === 0 ? reasonOfFetch(cause) : `${messageOf(cause)}, status ${status}`;
}
