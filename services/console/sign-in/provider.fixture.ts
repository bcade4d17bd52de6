import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { SignJWT } from 'jose';
import { Provider } from 'oidc-provider';
import type { Visitor } from './visitor.fixture.js';

/** Somebody whom the provider knows. */
export interface Person {
  readonly id: string;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly acr?: string;
}

export interface ProviderOptions {
  readonly port: number;
  readonly consoleUrl: string;
  /** Whether claims stand in the token itself; by the endpoint of user information alone otherwise. */
  readonly claimsInToken?: boolean;
  /** Whether what it ends is one session of its own; somebody as a whole otherwise. */
  readonly namesSessions?: boolean;
  /** A public client, without a secret. */
  readonly isPublic?: boolean;
  /** The one way in which this client may show its secret, as strict providers have it; the provider itself names both. */
  readonly secretBy?: 'basic' | 'post';
  /** A client that signs what it asks with this key, which the provider knows by this name. */
  readonly clientKey?: { readonly key: KeyObject; readonly kid: string; readonly alg: string };
  /** Whether what is said beside the token is signed too. */
  readonly signsUserInfo?: boolean;
  /** Whether this client must push what it asks; the provider itself asks nobody for it. */
  readonly wantsPushed?: boolean;
  /** Whether tokens of identity are signed with the secret of the client. */
  readonly signsBySecret?: boolean;
}

export const clientId = 'vigie';
export const clientSecret = 'a-secret-of-tests-8f1d37c0b2a94e65';

/** A real OpenID provider in this process, at which one person sits: whoever `person` is logs in without being asked for anything. */
export class RunningProvider {
  person: Person | undefined;
  /** Refuses whoever comes. */
  refuses = false;
  #server: Server | undefined;
  #key = aKey();
  #kid = '';
  #provider: Provider;

  constructor(private readonly options: ProviderOptions) {
    this.#provider = this.#make();
  }

  get issuer(): string {
    return `http://127.0.0.1:${this.options.port}`;
  }

  async start(): Promise<void> {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    await new Promise<void>((resolve) => this.#server?.listen(this.options.port, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise<void>((resolve) => (this.#server ? this.#server.close(() => resolve()) : resolve()));
    this.#server = undefined;
  }

  /** Signs with another key from now on, and knows nobody's session any more. */
  rotateKeys(): void {
    this.#provider = this.#make();
  }

  /** What it sends to the console when it ends sessions, as it was answered: the status, or why it could not be sent. */
  readonly told: string[] = [];

  /** Ends what it has of a browser, as somebody does who logs out at the provider itself. */
  async end(browser: Visitor): Promise<void> {
    const { text } = await browser.go(`${this.issuer}/session/end`);
    const xsrf = /name="xsrf" value="(\w+)"/.exec(text)?.[1] ?? '';
    await browser.send(`${this.issuer}/session/end/confirm`, { xsrf, logout: 'yes' });
  }

  /** A token as it signs them, which says of itself what a test wants; of `typ` logout as RFC 8417 has it. */
  async sign(claims: Readonly<Record<string, unknown>>, key = this.#key): Promise<string> {
    return new SignJWT({ iss: this.issuer, aud: clientId, ...claims })
      .setProtectedHeader({ alg: 'RS256', typ: 'logout+jwt', kid: this.#kid })
      .sign(key);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { secretBy } = this.options;
    if (
      secretBy !== undefined &&
      ['/token', '/request'].includes(request.url ?? '') &&
      (request.headers.authorization ? 'basic' : 'post') !== secretBy
    )
      return void response
        .writeHead(401, { 'content-type': 'application/json' })
        .end(JSON.stringify({ error: 'invalid_client', error_description: 'this way is not that of the client' }));
    if (!request.url?.startsWith('/interaction/')) return void this.#provider.callback()(request, response);
    const { person } = this;
    const result =
      this.refuses || !person
        ? { error: 'access_denied' }
        : { login: { accountId: person.id, ...(person.acr && { acr: person.acr }) } };
    await this.#provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }

  #make(): Provider {
    const { options } = this;
    this.#key = aKey();
    this.#kid = randomBytes(8).toString('hex');
    const key = { kid: this.#kid, ...this.#key.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' };
    const client = {
      client_id: clientId,
      redirect_uris: [`${options.consoleUrl}/auth/callback`],
      post_logout_redirect_uris: [`${options.consoleUrl}/login`],
      backchannel_logout_uri: `${options.consoleUrl}/auth/backchannel-logout`,
      backchannel_logout_session_required: options.namesSessions !== false,
      ...(options.signsUserInfo && { userinfo_signed_response_alg: 'RS256' }),
      ...(options.wantsPushed && { require_pushed_authorization_requests: true }),
      ...(options.signsBySecret && { id_token_signed_response_alg: 'HS256' }),
      ...authOf(options),
    };
    const provider = new Provider(this.issuer, {
      clients: [client],
      jwks: { keys: [key] },
      acrValues: ['urn:one', 'urn:two'],
      scopes: ['openid', 'profile', 'email', 'groups'],
      claims: {
        openid: ['sub', '_claim_names'],
        profile: ['preferred_username'],
        email: ['email', 'email_verified'],
        groups: ['groups', 'realm_access'],
      },
      enabledJWA: { idTokenSigningAlgValues: ['RS256', 'HS256'] },
      conformIdTokenClaims: options.claimsInToken === false,
      cookies: { keys: ['cookies of tests'] },
      features: {
        devInteractions: { enabled: false },
        rpInitiatedLogout: { enabled: true },
        backchannelLogout: { enabled: true },
        jwtUserinfo: { enabled: options.signsUserInfo === true },
      },
      interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
      pkce: { required: () => true },
      // By itself it speaks to nobody on a special-use address, and the console of a test is on loopback.
      fetch: (url: string | URL, options: object) => fetch(url, { ...options, dispatcher: undefined } as RequestInit),
      ttl: { AuthorizationCode: 60, Session: 3_600, Grant: 3_600, Interaction: 600, AccessToken: 600, IdToken: 600 },
      findAccount: async (_context: unknown, id: string) => ({
        accountId: id,
        claims: async () => ({ sub: id, ...(this.person?.id === id ? this.person.claims : {}) }),
      }),
      // Nobody is asked whether the console may know who they are.
      loadExistingGrant: async ({ oidc }: GrantContext) => {
        const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
        grant.addOIDCScope('openid profile email groups');
        await grant.save();
        return grant;
      },
    });
    provider.on('backchannel.success', () => void this.told.push('ended'));
    provider.on('backchannel.error', (_context: unknown, { message }: Error) => void this.told.push(message));
    return provider;
  }
}

function authOf({ isPublic, clientKey }: ProviderOptions): object {
  if (isPublic) return { token_endpoint_auth_method: 'none' };
  if (!clientKey) return { client_secret: clientSecret };
  const { key, kid, alg } = clientKey;
  const jwk = { ...createPublicKey(key).export({ format: 'jwk' }), kid, use: 'sig' };
  return { token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: alg, jwks: { keys: [jwk] } };
}

function aKey(): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
}

interface GrantContext {
  readonly oidc: {
    readonly provider: Provider;
    readonly client: { readonly clientId: string };
    readonly session: { readonly accountId: string };
  };
}
