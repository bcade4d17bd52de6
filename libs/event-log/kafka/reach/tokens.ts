import { createRequire } from 'node:module';
import type { SASLOptions } from 'kafkajs';
import type { Clock } from '#libs/runtime/clock.js';
import { isError, messageOf } from '#libs/runtime/outcome.js';

/** A token endpoint answers within so long, or counts as away, in seconds. */
const answerSecondsMax = 10;
/** A new token is asked for when a fifth of the life of the one before is left. */
const renewAtShare = 5;
/** An endpoint that has refused, or not answered, is asked again after so long, in milliseconds: each connection would, and tries several times. */
const againAfterMs = 5000;
/** Ends a part of what the mechanism sends, and is the answer to its refusal (RFC 7628, section 3.1). */
const separator = '\u0001';
const saidMax = 300;

/** Where tokens come from, by the grant of client credentials (RFC 6749, section 4.4). */
export interface TokenSource {
  readonly endpoint: string;
  readonly clientId: string;
  /** Asked for with each token. */
  readonly secret: () => string;
  readonly scope?: string;
  /** What the mechanism tells the brokers beside the token: `logicalCluster`, `identityPoolId`. */
  readonly extensions?: Readonly<Record<string, string>>;
  readonly clock: Pick<Clock, 'monotonic'>;
}

/** There is no token at the moment: waited for as brokers that are away. */
export class NoToken extends Error {
  override readonly name = 'NoToken';
  /** As kafkajs asks it. */
  readonly retriable = true;
}

/** A broker does not take the token: one of those that `isForbidden` knows, by the client's own name. */
class TokenRefused extends Error {
  override readonly name = 'KafkaJSSASLAuthenticationError';
}

/** The token of a process, the same for all its connections until it is about to end. */
export class Tokens {
  #token: { readonly value: string; readonly renewAt: number; readonly endsAt: number } | undefined;
  #asking: Promise<string> | undefined;
  #failed: { readonly cause: unknown; readonly until: number } | undefined;

  constructor(private readonly source: TokenSource) {}

  /** Rejects with `NoToken`, which quotes no secret. One that has not ended is given on while the endpoint is away. */
  async now(): Promise<string> {
    const { clock } = this.source;
    const kept = this.#token;
    if (kept && clock.monotonic() < kept.renewAt) return kept.value;
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    try {
      return await this.#asking;
    } catch (cause) {
      if (kept && clock.monotonic() < kept.endsAt) return kept.value;
      throw cause;
    }
  }

  async #ask(): Promise<string> {
    const { endpoint, clientId, secret, scope, clock } = this.source;
    if (this.#failed && clock.monotonic() < this.#failed.until) throw this.#failed.cause;
    const { allowInsecureRequests, clientCredentialsGrant, ClientSecretPost, Configuration } = await import('openid-client');
    const server = { issuer: new URL(endpoint).origin, token_endpoint: endpoint };
    const client = new Configuration(server, clientId, undefined, ClientSecretPost(secret()));
    client.timeout = answerSecondsMax;
    // Those that are not on this machine are refused with the configuration.
    if (endpoint.startsWith('http:')) allowInsecureRequests(client);
    const askedAt = clock.monotonic();
    try {
      const { access_token: value, expires_in: seconds } = await clientCredentialsGrant(client, { ...(scope && { scope }) });
      const lifeMs = (seconds ?? 0) * 1000;
      this.#token = { value, renewAt: askedAt + lifeMs - lifeMs / renewAtShare, endsAt: askedAt + lifeMs };
      return value;
    } catch (cause) {
      const why = new NoToken(`no token for Kafka from ${endpoint}: ${reasonOf(cause)}`, { cause });
      this.#failed = { cause: why, until: clock.monotonic() + againAfterMs };
      throw why;
    }
  }
}

/** What the endpoint said, by the words of the protocol (`invalid_client`), or why it could not be asked. */
function reasonOf(cause: unknown): string {
  const beside = isError(cause) ? [cause, cause.cause].flatMap((one) => wordsOf(one)) : [];
  return [...new Set([messageOf(cause), ...beside])].join(': ').replaceAll(/\p{C}/gu, ' ').slice(0, saidMax);
}

function wordsOf(one: unknown): readonly string[] {
  if (typeof one !== 'object' || one === null) return [];
  const { message, error, error_description: description, status } = one as Readonly<Record<string, unknown>>;
  const texts = [message, error, description].filter((word) => typeof word === 'string');
  return typeof status === 'number' ? [...texts, `status ${status}`] : texts;
}

interface Talk {
  readonly host: string;
  readonly port: number;
  readonly saslAuthenticate: <T>(step: {
    readonly request: { encode(): Promise<Buffer> };
    readonly response?: { decode(raw: Buffer): Promise<string>; parse(text: string): Promise<T> };
  }) => Promise<T>;
}

/**
 * OAUTHBEARER (RFC 7628) as kafkajs takes a mechanism. Its own passes over what brokers answer: one that does not take the token says so without an error and waits, and whatever was asked
 * next was refused as out of order.
 */
export function oauthBearer(source: TokenSource): SASLOptions {
  const tokens = new Tokens(source);
  const extensions = Object.entries(source.extensions ?? {}).map(([name, value]) => `${name}=${value}${separator}`);
  const authenticationProvider = ({ host, port, saslAuthenticate }: Talk) => ({
    authenticate: async () => {
      const text = `n,,${separator}auth=Bearer ${await tokens.now()}${separator}${extensions.join('')}${separator}`;
      const refusal = await saslAuthenticate({
        request: framed(text),
        response: { decode: textIn, parse: async (said) => said },
      });
      if (refusal === '') return;
      const ended = await saslAuthenticate({ request: framed(separator) }).then(() => '', messageOf);
      throw new TokenRefused(
        `OAUTHBEARER: ${host}:${port} does not take the token of ${source.clientId} from ${source.endpoint}: ${refusal.slice(0, saidMax)}${[refusal, ''].includes(ended) ? '' : ` (${ended})`}`,
      );
    },
  });
  return { mechanism: 'oauthbearer', authenticationProvider, before: () => tokens.now() } as unknown as SASLOptions;
}

interface Authenticator {
  readonly connection: { readonly sasl: { readonly before?: () => Promise<unknown> } };
  authenticate(): Promise<void>;
}

/**
 * A token is had before a broker is told that one comes. kafkajs begins the exchange first: where no token could be had then, whatever was tried next on that connection was out of order,
 * which it calls final, and nobody learned that there was no token.
 */
export function haveTokensFirst(): void {
  const { prototype }: { prototype: Authenticator & { first?: true } } = createRequire(import.meta.url)(
    'kafkajs/src/broker/saslAuthenticator',
  );
  if (prototype.first) return;
  const { authenticate } = prototype;
  prototype.authenticate = async function authenticateWithToken() {
    await this.connection.sasl.before?.();
    return authenticate.call(this);
  };
  prototype.first = true;
}

/** As kafkajs has bytes on their way: behind their length. */
function framed(text: string): { encode(): Promise<Buffer> } {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return { encode: async () => Buffer.concat([length, bytes]) };
}

async function textIn(raw: Buffer): Promise<string> {
  return raw.readInt32BE(0) <= 0 ? '' : raw.toString('utf8', 4);
}
