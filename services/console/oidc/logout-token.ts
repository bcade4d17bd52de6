import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';

/** The member of `events` that makes a token one of logout (OpenID Connect Back-Channel Logout 1.0, section 2.4). */
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';

/** Signed by a key that the provider publishes; a secret that both have proves nothing here. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** What was made so long ago is not taken any more, and clocks may differ by so much, in seconds. */
const oldSecondsMax = 300;
const skewSeconds = 60;

/** Characters of a token at most. */
export const logoutTokenMax = 16_000;

const shape = z.object({
  sub: z.string().min(1).max(200).optional(),
  sid: z.string().min(1).max(1_000).optional(),
  iat: z.number(),
  jti: z.string().min(1),
  events: z.object({ [logoutEvent]: z.object({}) }),
});

export interface LogoutTools {
  readonly issuer: string;
  readonly clientId: string;
  readonly keys: ReturnType<typeof createRemoteJWKSet>;
  /** Wall clock, milliseconds. */
  readonly now: number;
}

/** What the provider says that it has ended: a session of its own, or somebody. */
export interface LoggedOut {
  /** Its own name of the person; empty where it named the session alone. */
  readonly subject: string;
  /** Of its session; empty where all of the person's are over. */
  readonly sid: string;
  /** When, in milliseconds of the wall clock. */
  readonly at: number;
}

/** Why a token ends nothing. `away`: the keys of the provider cannot be had at the moment. */
export type LogoutRefusal = 'away' | 'not_believed';

/** What a logout token ends, by the rules of section 2.6: signed, ours, of now, with the event, without a nonce, naming a person or a session. */
export async function readLogoutToken(
  token: string,
  { issuer, clientId, keys, now }: LogoutTools,
): Promise<LoggedOut | LogoutRefusal> {
  if (token.length > logoutTokenMax) return 'not_believed';
  try {
    const options = {
      issuer,
      audience: clientId,
      algorithms,
      maxTokenAge: oldSecondsMax,
      clockTolerance: skewSeconds,
      currentDate: new Date(now),
    };
    const { payload } = await jwtVerify(token, keys, options);
    return endedBy(payload, now);
  } catch (cause) {
    return isOfToken(cause) ? 'not_believed' : 'away';
  }
}

/** Whether the token is at fault. That the keys were not answered with is an error of no kind of its own, or of time. */
function isOfToken(cause: unknown): boolean {
  return cause instanceof errors.JOSEError && cause.code !== errors.JOSEError.code && !(cause instanceof errors.JWKSTimeout);
}

function endedBy(payload: JWTPayload, now: number): LoggedOut | 'not_believed' {
  const read = shape.safeParse(payload);
  // A token with a nonce is one of login: who got hold of such a one must not log people out by it.
  if (!read.success || payload['nonce'] !== undefined) return 'not_believed';
  const { sub = '', sid = '', iat } = read.data;
  if (sub === '' && sid === '') return 'not_believed';
  // Seconds: what began within the one in which it was made is over too.
  return { subject: sub, sid, at: Math.min(now, iat * 1_000 + 999) };
}
