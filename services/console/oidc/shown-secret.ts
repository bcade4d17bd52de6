import { type ClientAuth, ClientSecretBasic, ClientSecretPost } from 'openid-client';
import { isError } from '#libs/runtime/outcome.js';

type Way = 'basic' | 'post';

/** A provider that says nothing takes the header (RFC 8414, section 2). */
const waysOfSilence: readonly Way[] = ['basic', 'post'];

/**
 * How the console shows its secret where codes are changed for tokens: in the form or in a header. A provider may take both and a client of its own
 * only one of them, which nobody but its refusal says.
 */
export class ShownSecret {
  #ways: readonly Way[] = [];
  #refused = 0;

  constructor(private readonly secret: string) {}

  readonly auth: ClientAuth = (server, client, body, headers) => {
    if (this.#ways.length === 0) this.#ways = waysOf(server.token_endpoint_auth_methods_supported);
    const way = this.#ways[this.#refused % this.#ways.length];
    (way === 'basic' ? ClientSecretBasic : ClientSecretPost)(this.secret)(server, client, body, headers);
  };

  /** Whether another way is worth a try, which is the one from now on. The code is still good then: who asks is looked at before it. */
  mayTryAnother(cause: unknown): boolean {
    if (!isOfClient(cause) || this.#ways.length < 2) return false;
    this.#refused += 1;
    return true;
  }
}

function waysOf(methods: readonly string[] | undefined): readonly Way[] {
  if (methods === undefined) return waysOfSilence;
  const known = (['post', 'basic'] as const).filter((way) => methods.includes(`client_secret_${way}`));
  return known.length > 0 ? known : ['post'];
}

/** Whether the client was refused, and not what it sent: RFC 6749, section 5.2. */
function isOfClient(cause: unknown): boolean {
  if (!isError(cause)) return false;
  return ('error' in cause && cause.error === 'invalid_client') || ('status' in cause && cause.status === 401);
}
