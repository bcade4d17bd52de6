import { createHash } from 'node:crypto';
import { type Session, sessionMsMax } from './sealed-session.js';

/** Where the identity provider says that it has ended a session, as audit rows name it. */
export const endedRoute = '/auth/backchannel-logout';

/** What the provider ended: one session of its own, or all of somebody's that had begun by then. */
export interface Ended {
  /** Whose: the provider's `sub`; empty where it named the session alone. */
  readonly subject: string;
  /** The beginning of the digest of the provider's `sid`; empty where all sessions of the person are over. */
  readonly sessionDigest: string;
  /** When, in milliseconds of the wall clock. */
  readonly at: number;
}

/** 64 bits of a digest, so that what is written down of a session opens nothing. */
export function sessionDigestOf(sid: string): string {
  return sid === '' ? '' : createHash('sha256').update('vigie provider session ').update(sid).digest('hex').slice(0, 16);
}

/** The route of the audit row by which other consoles learn of it. */
export function endedRouteOf({ sessionDigest }: Pick<Ended, 'sessionDigest'>): string {
  return sessionDigest === '' ? endedRoute : `${endedRoute} ${sessionDigest}`;
}

/** What a row of the audit says was ended; undefined where it is of something else. */
export function endedOf({
  route,
  by,
  at,
}: {
  readonly route: string;
  readonly by: string;
  readonly at: string;
}): Ended | undefined {
  const [path, sessionDigest = '', ...rest] = route.split(' ');
  if (path !== endedRoute || rest.length > 0 || !/^([0-9a-f]{16})?$/.test(sessionDigest)) return undefined;
  return by === '' && sessionDigest === '' ? undefined : { subject: by, sessionDigest, at: Date.parse(at) };
}

/** What the provider has ended as long as a session of ours could still be of it: by sessions of the provider, and by people. */
export class EndedSessions {
  /** The instant of the last end, and until when it is remembered. */
  readonly #ended = new Map<string, number>();

  /** The same again changes nothing. */
  end({ subject, sessionDigest, at }: Ended): void {
    const key = sessionDigest === '' ? `subject ${subject}` : `session ${sessionDigest}`;
    this.#ended.set(key, Math.max(at, this.#ended.get(key) ?? 0));
  }

  /** Whether the provider has ended what somebody came in by. */
  has({ beganAt, vouched }: Pick<Session, 'beganAt' | 'vouched'>): boolean {
    if (!vouched) return false;
    const { subject = '', sid = '' } = vouched;
    if (sid !== '' && this.#ended.has(`session ${sessionDigestOf(sid)}`)) return true;
    return subject !== '' && beganAt <= (this.#ended.get(`subject ${subject}`) ?? -Infinity);
  }

  /** What no session can be of any more. */
  forgetBefore(now: number): void {
    for (const [key, at] of this.#ended) if (at + sessionMsMax < now) this.#ended.delete(key);
  }
}
