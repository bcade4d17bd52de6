import { allowInsecureRequests, clientCredentialsGrant, ClientSecretPost, Configuration } from 'openid-client';
import { printable } from '#libs/contracts/visible-text.js';
import type { Clock } from '#libs/runtime/clock.js';
import { isError, messageOf, Transient } from '#libs/runtime/outcome.js';
import { attemptMsMax } from '../http/attempt.js';
import { reasonOfFetch } from '../http/http-post.js';
import { isOnThisMachine } from '../http/receiver-url.js';

/** Where a mail server takes tokens in place of a password: who gives them, and to whom (RFC 6749, section 4.4). */
export interface TokenSource {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string | undefined;
}

/** Who gives tokens has refused one: more attempts will hardly change it. The message is for who runs the notifier, and holds no secret. */
export class TokenRefused extends Error {}

/** A token is not used in its last minutes, in milliseconds: the server may look at it later, and by another clock. */
const lastMs = 2 * 60_000;

/** Where nobody says how long a token counts, in seconds. */
const lifeSecondsIfSilent = 300;

/** Characters of what is said in a refusal. */
const saidMax = 200;

/** Keeps a token for as long as it counts. */
export class AccessTokens {
  readonly #configuration: Configuration;
  #held: { readonly token: string; readonly until: number } | undefined;

  constructor(
    private readonly source: TokenSource,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {
    const { tokenUrl, clientId, clientSecret } = source;
    const url = new URL(tokenUrl);
    const server = { issuer: url.origin, token_endpoint: tokenUrl };
    this.#configuration = new Configuration(server, clientId, {}, ClientSecretPost(clientSecret));
    this.#configuration.timeout = attemptMsMax / 1_000;
    // Settings let http pass for this machine alone.
    if (url.protocol === 'http:' && isOnThisMachine(url.hostname)) allowInsecureRequests(this.#configuration);
  }

  /** Whether the next token was held before. */
  get isHeld(): boolean {
    return this.#held !== undefined && this.clock.monotonic() < this.#held.until;
  }

  /** Rejects with `TokenRefused`, or `Transient` where it may pass. */
  async get(): Promise<string> {
    if (this.#held && this.isHeld) return this.#held.token;
    const { scope } = this.source;
    try {
      const given = await clientCredentialsGrant(this.#configuration, scope === undefined ? {} : { scope });
      const seconds = given.expires_in ?? lifeSecondsIfSilent;
      this.#held = { token: given.access_token, until: this.clock.monotonic() + seconds * 1_000 - lastMs };
      return given.access_token;
    } catch (cause) {
      throw failureOf(cause);
    }
  }

  /** The server takes it no more, or not yet: what the token allows is in it, and may have been given since. */
  forget(): void {
    this.#held = undefined;
  }
}

/** A 4xx is a refusal that says why, but where it asks for patience; anything else may pass. */
function failureOf(cause: unknown): Error {
  const status = isError(cause) && 'status' in cause && typeof cause.status === 'number' ? cause.status : 0;
  const said = printable(`no access token: ${wordsOf(cause)}`).slice(0, saidMax);
  return status >= 400 && status < 500 && status !== 408 && status !== 429
    ? new TokenRefused(said)
    : new Transient(said, { cause });
}

function wordsOf(cause: unknown): string {
  if (!isError(cause)) return messageOf(cause);
  const { error, error_description: more } = cause as { readonly error?: unknown; readonly error_description?: unknown };
  if (typeof error === 'string') return typeof more === 'string' ? `${error}: ${more}` : error;
  return reasonOfFetch(cause);
}
