import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { AuditFact } from '#libs/contracts/audit-row.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import { endedRouteOf, type EndedSessions, sessionDigestOf } from '../session/ended-sessions.js';
import type { Grants } from '../oidc/grants.js';
import type { IdentityProvider, Proved, ProviderRefusal } from '../oidc/identity-provider.js';
import type { LogoutRefusal } from '../oidc/logout-token.js';
import { ownPath, type RoundTrips, tripMsMax } from '../oidc/round-trips.js';
import type { Directory } from '../session/directory.js';
import type { Vouched } from '../session/sealed-session.js';
import { cookieNames, cookieOf, type Visitors } from '../session/visitors.js';

export interface OidcDoorTools {
  readonly provider: Pick<IdentityProvider, 'begin' | 'finish' | 'leaveUrl' | 'readLogout'>;
  readonly grants: Grants;
  readonly trips: RoundTrips;
  readonly visitors: Visitors;
  readonly directory: Directory;
  /** Whether browsers come by HTTPS: the cookie is for it alone then. */
  readonly secure: boolean;
  readonly clock: Pick<Clock, 'now'>;
  readonly ended: EndedSessions;
  /** Hears why somebody is not let in, for who runs the console. */
  readonly told: (refusal: OidcRefusal, reason: string) => void;
  /** Rejects where it is not known to be written down. */
  readonly record: (fact: AuditFact) => Promise<void>;
}

/** Why somebody does not come in: what the provider's answer came to, that their groups allow nothing, or that somebody else came back. */
export type OidcRefusal = ProviderRefusal | 'no_role' | 'other_person';

export const statusOf: Readonly<Record<OidcRefusal, number>> = {
  away: 503,
  refused: 403,
  not_believed: 401,
  not_begun: 403,
  nobody: 403,
  not_recent: 401,
  too_many_groups: 403,
  no_role: 403,
  other_person: 403,
};

/** Where the browser goes next, or why it does not. */
export type Next = { readonly to: string } | { readonly refused: OidcRefusal };

/**
 * Bytes of what the provider said that a session holds. Sealed they are a third longer, and an answer with them and its other headers stays below the
 * 4,096 that a browser keeps of a cookie and that proxies take of the headers of an answer where nobody has told them otherwise.
 */
const vouchedMax = 2_000;
const groupsBytesMax = 1_000;
const acrMax = 200;

/** Groups go before what is for logging out there, and the first ones, by which somebody is let in, before others. */
function vouchedOf(groups: readonly string[], { id, acr, hint, subject, sid }: Proved): Vouched {
  const kept = [...groups];
  while (bytesOf(kept) > groupsBytesMax) kept.pop();
  const vouched = { groups: kept, acr: acr.length <= acrMax ? acr : '', hint, subject, sid };
  return bytesOf([id, vouched]) <= vouchedMax ? vouched : { ...vouched, hint: '' };
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** Round trips of one browser that are under way at once, as by several tabs: the oldest are given up for new ones. */
const tripsMax = 3;

/** By the identity provider: there, back, and to prove again who one is. */
export class OidcDoor {
  readonly #cookie: string;

  constructor(private readonly tools: OidcDoorTools) {
    this.#cookie = tools.secure ? '__Host-vigie-trip' : 'vigie-trip';
  }

  /** To the provider. `confirms` is who must prove again who they are, empty for who logs in. */
  async begin(headers: IncomingHttpHeaders, reply: FastifyReply, to: unknown, confirms: string): Promise<Next> {
    const { provider, trips, grants, clock } = this.tools;
    const begun = await provider.begin({ to: ownPath(to), confirms, acrValues: grants.acrValues, now: clock.now() });
    if (typeof begun === 'string') return { refused: begun };
    // A browser sends the oldest first.
    const others = cookieNames(headers.cookie, `${this.#cookie}-`);
    for (const name of others.slice(0, Math.max(0, others.length - tripsMax + 1)))
      void reply.header('set-cookie', this.#line(name, '', 0));
    void reply.header('set-cookie', this.#line(this.#nameOf(begun.trip.state), await trips.seal(begun.trip), tripMsMax / 1_000));
    return { to: begun.url.href };
  }

  /** Back from it: with a session, or with one that is confirmed. What was carried is used up. */
  async finish(headers: IncomingHttpHeaders, reply: FastifyReply, pathAndQuery: string): Promise<Next> {
    const { provider, trips, visitors, clock } = this.tools;
    const now = clock.now();
    const name = this.#nameOf(new URLSearchParams(pathAndQuery.slice(pathAndQuery.indexOf('?') + 1)).get('state') ?? '');
    const trip = await trips.open(cookieOf(headers.cookie, name), now);
    void reply.header('set-cookie', this.#line(name, '', 0));
    const proved = await provider.finish(pathAndQuery, trip, now);
    // Who goes back in their browser is sent here once more by a provider that knows them: they are in already.
    if (proved === 'not_begun' && visitors.sessionOf(headers)) return { to: '/' };
    if (typeof proved === 'string' || !trip) return { refused: typeof proved === 'string' ? proved : 'not_begun' };
    const refused =
      trip.confirms === ''
        ? await this.#enter(headers, reply, proved)
        : await this.#confirm(headers, reply, proved, trip.confirms);
    return refused ? { refused } : { to: trip.to };
  }

  /** Where who leaves goes to log out at the provider too; undefined where it has no such place. */
  leaveUrl(hint: string): Promise<string | undefined> {
    return this.tools.provider.leaveUrl(hint);
  }

  /** The provider says that a session of its own, or somebody, is over: so are the sessions here that began by it, at every console. */
  async endedThere(token: string, remoteAddress: string): Promise<'ended' | 'not_written' | LogoutRefusal> {
    const { provider, ended, record, clock } = this.tools;
    const now = clock.now();
    const found = await provider.readLogout(token, now);
    if (typeof found === 'string') return found;
    const { subject, sid, at } = found;
    const over = { subject, sessionDigest: sessionDigestOf(sid), at };
    ended.end(over);
    const fact = {
      at: isoOf(now),
      by: subject,
      via: 'api',
      method: 'POST',
      route: endedRouteOf(over),
      case_id: '',
      rows: 0,
      status: 200,
      remote_address: remoteAddress,
    } as const;
    // Here it is over already; others learn of it by the audit, and the provider asks again until it is written down.
    return record(fact).then(
      () => 'ended' as const,
      () => 'not_written' as const,
    );
  }

  async #enter(headers: IncomingHttpHeaders, reply: FastifyReply, proved: Proved): Promise<OidcRefusal | undefined> {
    const { visitors, directory, grants, clock, told } = this.tools;
    const { id, provedAt = 0 } = proved;
    const named = grants.named(proved.groups);
    const vouched = vouchedOf(named, proved);
    const user = directory.ofSession({ user: id, how: 'oidc', beganAt: clock.now(), vouched });
    if (!user) {
      told(
        'no_role',
        proved.saysGroups
          ? `of ${proved.groups.length} groups that it gives of this person none is in VIGIE_ROLES_FILE as it is written there, with a way of logging in that counts`
          : 'neither the token of identity nor the endpoint of user information has the claim that VIGIE_OIDC_GROUPS_CLAIM names: let the provider add it to one of them',
      );
      return 'no_role';
    }
    // Somebody whom the provider knew from this morning has not just said who they are.
    await visitors.enter(headers, reply, user, { how: 'oidc', provedAt, vouched });
    return undefined;
  }

  async #confirm(
    headers: IncomingHttpHeaders,
    reply: FastifyReply,
    proved: Proved,
    expected: string,
  ): Promise<OidcRefusal | undefined> {
    const { visitors } = this.tools;
    const { id, provedAt } = proved;
    const session = visitors.sessionOf(headers);
    if (id !== expected || session?.user !== id || session.how !== 'oidc') return 'other_person';
    // The provider may have begun another session of its own for it.
    await visitors.confirm(
      headers,
      reply,
      provedAt,
      session.vouched && vouchedOf(session.vouched.groups, { ...proved, acr: session.vouched.acr }),
    );
    return undefined;
  }

  /** Each round trip has a cookie of its own: a second tab must not take away what the first one carries. */
  #nameOf(state: string): string {
    return `${this.#cookie}-${/^[\w-]{8}/.exec(state)?.[0] ?? ''}`;
  }

  #line(name: string, value: string, seconds: number): string {
    return `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${this.tools.secure ? '; Secure' : ''}`;
  }
}
