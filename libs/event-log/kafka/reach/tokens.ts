import { createRequire } from 'node:module';
import type { SASLOptions } from 'kafkajs';
import type { Clock } from '#libs/runtime/clock.js';
import { messageOf } from '#libs/runtime/outcome.js';
import { ClientTokens, type TokenSource } from '#libs/runtime/outgoing/client-tokens.js';

/** Ends a part of what the mechanism sends, and is the answer to its refusal (RFC 7628, section 3.1). */
const separator = '\u0001';
const saidMax = 300;

/** Where tokens for brokers come from. */
export interface BrokerTokenSource extends TokenSource {
  /** What the mechanism tells the brokers beside the token: `logicalCluster`, `identityPoolId`. */
  readonly extensions?: Readonly<Record<string, string>>;
  readonly clock: Pick<Clock, 'monotonic'>;
}

/** A broker does not take the token: one of those that `isForbidden` knows, by the client's own name. */
class TokenRefused extends Error {
  override readonly name = 'KafkaJSSASLAuthenticationError';
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
export function oauthBearer(source: BrokerTokenSource): SASLOptions {
  const tokens = new ClientTokens(source, source.clock);
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
