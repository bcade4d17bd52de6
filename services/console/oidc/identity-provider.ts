import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildAuthorizationUrlWithPAR,
  buildEndSessionUrl,
  calculatePKCECodeChallenge,
  clockTolerance,
  type Configuration,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import { createRemoteJWKSet } from 'jose';
import { isLoopback } from '#libs/runtime/host-check.js';
import { codeOf, isError } from '#libs/runtime/outcome.js';
import type { ShownKey } from './shown-key.js';
import { type LoggedOut, type LogoutRefusal, readLogoutToken } from './logout-token.js';
import { ShownSecret } from './shown-secret.js';
import { type ClaimNames, hasGroups, hasGroupsElsewhere, type Identity, identityOf, nobodyBecause } from './identity.js';
import { reasonOf } from './provider-error.js';

/** The provider answers within so long, or counts as away, in seconds. */
const answerSecondsMax = 10;

/** Clocks of provider and console may differ by so much, in seconds: Kerberos allows as much, so that machines of a hospital are nearer than that. */
const skewSecondsMax = 300;

/** Between a proof at the provider and the question for it, which are told in whole seconds, in milliseconds. */
const proofSlackMs = 60_000;

/** Of a proof that a list asks for, at the most, in seconds: the provider is told. */
const proofSecondsMax = 300;

/** Longer ones would not fit into a cookie beside the rest. */
const hintMax = 1_600;

export interface ProviderSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** Neither this nor a key for a client that is public, which PKCE alone protects. */
  readonly clientSecret: string | undefined;
  readonly clientKey?: ShownKey | undefined;
  readonly scopes: string;
  readonly claims: ClaimNames;
  /** Where browsers find the console, without a slash at its end. */
  readonly consoleUrl: string;
  /** Whether what is asked goes to the provider by the console and not by the browser (RFC 9126), also where only this client must do so. */
  readonly pushes: boolean;
}

/** What a browser carries while its person is at the provider. */
export interface RoundTrip {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Milliseconds of the wall clock. */
  readonly beganAt: number;
  /** The page that they came to. */
  readonly to: string;
  /** Who must prove again who they are; empty where somebody logs in. */
  readonly confirms: string;
}

/** Why somebody does not come in by the provider. `away` passes by itself. */
export type ProviderRefusal = 'away' | 'refused' | 'not_believed' | 'not_begun' | 'nobody' | 'not_recent' | 'too_many_groups';

export interface Proved extends Identity {
  /** The provider's own token, for logging out there; empty where it is too long. */
  readonly hint: string;
  /** The provider's own names of the person and of its session; `sid` is empty where it gives none. */
  readonly subject: string;
  readonly sid: string;
}

/** Longer ones would not fit into a cookie beside the rest. */
const sidMax = 200;

/** Of answers in which the provider refuses what it was sent. */
const refusals = new Set(['OAUTH_RESPONSE_BODY_ERROR', 'OAUTH_WWW_AUTHENTICATE_CHALLENGE']);

/** The hospital's identity provider: OpenID Connect Core 1.0, by code with PKCE (RFC 7636), state and nonce. */
export class IdentityProvider {
  #found: Promise<Configuration> | undefined;
  #keys: ReturnType<typeof createRemoteJWKSet> | undefined;
  readonly #secret: ShownSecret | undefined;

  /** `told` hears why the provider was not believed, for who runs the console: people are told a word. */
  constructor(
    private readonly settings: ProviderSettings,
    private readonly told: (refusal: ProviderRefusal, reason: string) => void = () => {},
  ) {
    this.#secret = settings.clientSecret === undefined ? undefined : new ShownSecret(settings.clientSecret);
  }

  get redirectUri(): string {
    return `${this.settings.consoleUrl}/auth/callback`;
  }

  /** Where the browser goes, and what it carries meanwhile; `away` where the provider does not say where that is, `not_believed` where it does not take what is pushed to it. */
  async begin({
    to,
    confirms,
    acrValues,
    now,
  }: {
    to: string;
    confirms: string;
    acrValues: readonly string[];
    now: number;
  }): Promise<{ readonly url: URL; readonly trip: RoundTrip } | ProviderRefusal> {
    const trip: RoundTrip = {
      state: randomState(),
      nonce: randomNonce(),
      verifier: randomPKCECodeVerifier(),
      beganAt: now,
      to,
      confirms,
    };
    try {
      const url = await this.#authorizationUrl({
        redirect_uri: this.redirectUri,
        scope: this.settings.scopes,
        code_challenge: await calculatePKCECodeChallenge(trip.verifier),
        code_challenge_method: 'S256',
        state: trip.state,
        nonce: trip.nonce,
        ...(acrValues.length > 0 && { acr_values: acrValues.join(' ') }),
        ...(confirms !== '' && { prompt: 'login', max_age: `${proofSecondsMax}`, login_hint: confirms }),
      });
      return { url, trip };
    } catch (cause) {
      return this.#refuse(refusals.has(codeOf(cause) ?? '') ? 'not_believed' : 'away', reasonOf(cause));
    }
  }

  /** Who came back, by the path and query that they came back to. `now` in milliseconds of the wall clock. */
  async finish(pathAndQuery: string, trip: RoundTrip | undefined, now: number): Promise<Proved | ProviderRefusal> {
    const url = new URL(pathAndQuery, `${this.settings.consoleUrl}/`);
    if (!trip || url.searchParams.get('state') !== trip.state) return 'not_begun';
    // Keycloak says so of a page of login that was left open for half an hour: nobody has refused anything.
    if (url.searchParams.get('error_description') === 'authentication_expired') return 'not_begun';
    try {
      const configuration = await this.#configurationNow();
      const tokens = await this.#tokens(configuration, url.search, trip);
      const claims = tokens.claims();
      if (!claims) return this.#refuse('not_believed', 'it gave no token of identity');
      const names = this.settings.claims;
      const isWhole = hasGroups(claims, names) && nobodyBecause(claims, names) === undefined;
      const more =
        isWhole || configuration.serverMetadata().userinfo_endpoint === undefined
          ? {}
          : await fetchUserInfo(configuration, tokens.access_token, claims.sub);
      // What the token says, which is signed, goes before what is said beside it.
      const all = { ...more, ...claims };
      const identity = identityOf(all, names);
      if (!identity) return this.#refuse('nobody', nobodyBecause(all, names) ?? '');
      if (hasGroupsElsewhere(all, names))
        return this.#refuse(
          'too_many_groups',
          `it leaves the claim ${names.groups} out because there are too many: let it send those of this application alone, or roles of it`,
        );
      const provedAt = ownTimeOf(identity.provedAt, claims.iat, now);
      if (trip.confirms !== '' && (provedAt ?? 0) < trip.beganAt - proofSlackMs)
        return this.#refuse(
          'not_recent',
          provedAt === undefined
            ? 'the token has no auth_time, which says when somebody proved who they are: let the provider add it'
            : 'its auth_time is of before it was asked: it does not heed prompt=login, or clocks differ by more than five minutes',
        );
      const { id_token: hint = '' } = tokens;
      const { sub: subject, sid } = claims;
      return {
        ...identity,
        provedAt,
        hint: hint.length <= hintMax ? hint : '',
        subject,
        sid: typeof sid === 'string' && sid.length <= sidMax ? sid : '',
      };
    } catch (cause) {
      return this.#refuse(this.#refusalOf(cause), reasonOf(cause));
    }
  }

  async #authorizationUrl(asked: Readonly<Record<string, string>>): Promise<URL> {
    const configuration = await this.#configuration();
    const pushes = this.settings.pushes || configuration.serverMetadata().require_pushed_authorization_requests === true;
    if (!pushes) return buildAuthorizationUrl(configuration, { ...asked });
    return this.#showingSecret(() => buildAuthorizationUrlWithPAR(configuration, { ...asked }));
  }

  /** Changes the code for tokens. The page may be behind a path of a proxy: the address that was registered is the one that counts. */
  #tokens(configuration: Configuration, query: string, trip: RoundTrip): ReturnType<typeof authorizationCodeGrant> {
    return this.#showingSecret(() =>
      authorizationCodeGrant(configuration, new URL(`${this.redirectUri}${query}`), {
        pkceCodeVerifier: trip.verifier,
        expectedState: trip.state,
        expectedNonce: trip.nonce,
        idTokenExpected: true,
      }),
    );
  }

  async #showingSecret<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (cause) {
      if (!this.#secret?.mayTryAnother(cause)) throw cause;
      return ask();
    }
  }

  /** Where somebody logs out at the provider too; undefined where it has no such place, or is away. */
  async leaveUrl(hint: string): Promise<string | undefined> {
    try {
      const configuration = await this.#configuration();
      if (configuration.serverMetadata().end_session_endpoint === undefined) return undefined;
      return buildEndSessionUrl(configuration, {
        post_logout_redirect_uri: `${this.settings.consoleUrl}/login`,
        ...(hint !== '' && { id_token_hint: hint }),
      }).href;
    } catch {
      return undefined;
    }
  }

  /** What a logout token ends; `away` where the keys that it must be signed by cannot be had. */
  async readLogout(token: string, now: number): Promise<LoggedOut | LogoutRefusal> {
    try {
      const { jwks_uri: jwks, issuer } = (await this.#configuration()).serverMetadata();
      if (jwks === undefined) return 'not_believed';
      this.#keys ??= createRemoteJWKSet(new URL(jwks), { timeoutDuration: answerSecondsMax * 1_000 });
      return await readLogoutToken(token, { issuer, clientId: this.settings.clientId, keys: this.#keys, now });
    } catch {
      return 'away';
    }
  }

  /** Asked for at the first use, and again after a failure: a provider that is away when the console starts is found later. */
  #configuration(): Promise<Configuration> {
    this.#found ??= this.#discover().catch((cause: unknown) => {
      this.#found = undefined;
      throw cause;
    });
    return this.#found;
  }

  /**
   * Asked with each login that comes back: a provider may sign with another key from one moment to the next, the library keeps keys for a minute at least
   * with what was found, and a code that was changed for a token cannot be changed again.
   */
  #configurationNow(): Promise<Configuration> {
    this.#found = undefined;
    return this.#configuration();
  }

  #discover(): Promise<Configuration> {
    const { issuer, clientId, clientSecret, clientKey } = this.settings;
    const server = new URL(issuer);
    // Settings let http pass for this machine alone.
    const execute = [
      enableNonRepudiationChecks,
      ...(isLoopback(server.hostname) && server.protocol === 'http:' ? [allowInsecureRequests] : []),
    ];
    const client = { ...(clientSecret !== undefined && { client_secret: clientSecret }), [clockTolerance]: skewSecondsMax };
    const auth = clientKey?.auth ?? this.#secret?.auth ?? None();
    return discovery(server, clientId, client, auth, { execute, timeout: answerSecondsMax });
  }

  #refuse(refusal: ProviderRefusal, reason: string): ProviderRefusal {
    this.told(refusal, reason);
    return refusal;
  }

  #refusalOf(cause: unknown): ProviderRefusal {
    const code = codeOf(cause);
    if (code === 'OAUTH_AUTHORIZATION_RESPONSE_ERROR') return 'refused';
    const isAway =
      !isError(cause) ||
      code === undefined ||
      code === 'OAUTH_TIMEOUT' ||
      code === 'OAUTH_ABORT' ||
      code === 'OAUTH_RESPONSE_IS_NOT_CONFORM';
    return isAway ? 'away' : 'not_believed';
  }
}

/**
 * A time of the provider's clock, in milliseconds, by ours: how far the two are apart is seen by when it says that it made the token, which was just
 * now. As it is where that is too far away to be a clock that is wrong.
 */
function ownTimeOf(provedAt: number | undefined, madeAt: number, now: number): number | undefined {
  const ahead = now - madeAt * 1_000;
  return provedAt !== undefined && Math.abs(ahead) <= skewSecondsMax * 1_000 ? provedAt + ahead : provedAt;
}
