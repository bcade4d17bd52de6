import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '#libs/runtime/clock.js';
import { refused } from '../answer/answer.js';
import type { User } from '../users/users.js';
import { type Directory, stillSees } from './directory.js';
import { isLedByOthers, isOwnPage } from './same-origin.js';
import {
  confirmedMsMax,
  endOf,
  type Session,
  type SessionSeal,
  sessionMsMax,
  type Vouched,
  type WayIn,
} from './sealed-session.js';

export interface VisitorTools {
  readonly directory: Pick<Directory, 'of' | 'ofSession' | 'confirmedBy'>;
  readonly seal: SessionSeal;
  /** Where people open the console; undefined where nobody has said so. */
  readonly url?: string | undefined;
  /** Whether browsers come by HTTPS: the cookie is for it alone then. */
  readonly secure: boolean;
  readonly clock: Clock;
  /** Whether the identity provider has ended what a session came in by. */
  readonly isEnded: (session: Session) => boolean;
}

interface Visitor {
  readonly user: User;
  readonly session: Session;
}

/** What a page sends along while its person does something: what it asks by itself prolongs nothing. */
const activeHeader = 'vigie-active';

/** Time after which activity is written into the cookie, in milliseconds. */
const renewMs = 60_000;

/** What was under way when somebody proved again who they are still comes with the cookie of before for so long, in milliseconds. */
const graceMs = 10_000;

/** How somebody came in. */
export interface Entry {
  readonly how: WayIn;
  /** When they proved who they are, in milliseconds; now where it is left out. */
  readonly provedAt?: number;
  readonly vouched?: Vouched;
}

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whose request it is: of the user whose token it bears, or whose session its cookie holds. */
export class Visitors {
  /** By the headers of a request, which are one object as long as it is answered. */
  readonly #known = new WeakMap<object, Visitor>();
  /** Sessions that their person has left, each until it would have ended anyway: a copy of the cookie opens nothing at this console. */
  readonly #left = new Map<string, number>();
  /** The last turn of sessions, since when it is known here, and when they end: cookies of earlier turns are over, whichever console made the last. */
  readonly #turns = new Map<string, { readonly turn: number; readonly since: number; readonly end: number }>();
  readonly #cookie: string;

  constructor(private readonly tools: VisitorTools) {
    this.#cookie = tools.secure ? '__Host-vigie' : 'vigie';
  }

  /** Before the application listens: sessions are opened before anything else is asked. */
  install(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (request, reply) => this.#beforeHandling(request, reply));
  }

  of(headers: Pick<IncomingHttpHeaders, 'authorization'>): User | undefined {
    return this.tools.directory.of(headers.authorization) ?? this.#known.get(headers)?.user;
  }

  /** Whether a browser asks, with its session. */
  hasSession(headers: object): boolean {
    return this.#known.has(headers);
  }

  /** The session of a browser that asks, with what its person proves again who they are by. */
  sessionOf(
    headers: object,
  ): (Pick<Session, 'user' | 'how' | 'vouched'> & { readonly confirmedBy: ReturnType<Directory['confirmedBy']> }) | undefined {
    const found = this.#known.get(headers);
    return found && { ...found.session, confirmedBy: this.tools.directory.confirmedBy(found.session) };
  }

  /** Until when lists are given to a session; undefined for who bears a token, and proves with each request who they are. */
  confirmedUntil(headers: object): number | undefined {
    const found = this.#known.get(headers);
    return found && found.session.confirmedAt + confirmedMsMax;
  }

  /**
   * Says, as often as it is asked, whether who began a long answer may still be given more of it: until their session is over, they leave, or are taken
   * away or see less.
   */
  stands(headers: object): () => boolean {
    const found = this.#known.get(headers);
    if (!found) return () => true;
    const { session, user } = found;
    const end = endOf(session);
    return () =>
      this.tools.clock.now() < end && !this.#isOver(session) && stillSees(this.tools.directory.ofSession(session), user);
  }

  /** Begins a session; the answer that is under way is this user's already. A session that was there before is over. */
  async enter(headers: object, reply: FastifyReply, user: User, { how, provedAt, vouched }: Entry): Promise<void> {
    const now = this.tools.clock.now();
    this.#end(headers);
    const confirmedAt = Math.min(provedAt ?? now, now);
    const id = randomBytes(16).toString('hex');
    const session = { id, user: user.id, beganAt: now, activeAt: now, confirmedAt, turn: 0, how, ...(vouched && { vouched }) };
    await this.#write(headers, reply, { user, session });
  }

  /** Writes down that who has this session has just proved who they are, and ends the cookies of before; false where there is none. */
  async confirm(headers: object, reply: FastifyReply, provedAt?: number, vouched?: Vouched): Promise<boolean> {
    const found = this.#known.get(headers);
    const now = this.tools.clock.now();
    if (!found) return false;
    const session = {
      ...found.session,
      turn: found.session.turn + 1,
      activeAt: now,
      confirmedAt: Math.min(provedAt ?? now, now),
      ...(vouched && { vouched }),
    };
    this.#notice(session);
    await this.#write(headers, reply, { ...found, session });
    return true;
  }

  leave(headers: object, reply: FastifyReply): void {
    this.#end(headers);
    void reply.header('set-cookie', this.#line('', 0));
  }

  #end(headers: object): void {
    const now = this.tools.clock.now();
    for (const [id, end] of this.#left) if (end <= now) this.#left.delete(id);
    const found = this.#known.get(headers);
    if (found) this.#left.set(found.session.id, found.session.beganAt + sessionMsMax);
  }

  /** Remembers the last turn of a session. */
  #notice({ id, turn, beganAt }: Session): void {
    if (turn <= (this.#turns.get(id)?.turn ?? 0)) return;
    const now = this.tools.clock.now();
    for (const [other, { end }] of this.#turns) if (end <= now) this.#turns.delete(other);
    this.#turns.set(id, { turn, since: now, end: beganAt + sessionMsMax });
  }

  #isOld({ id, turn }: Session): boolean {
    return turn < (this.#turns.get(id)?.turn ?? 0);
  }

  #isOver(session: Session): boolean {
    const { since = 0 } = this.#turns.get(session.id) ?? {};
    return (
      this.#left.has(session.id) ||
      this.tools.isEnded(session) ||
      (this.#isOld(session) && this.tools.clock.now() >= since + graceMs)
    );
  }

  async #beforeHandling({ headers, method, url }: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    if (this.tools.directory.of(headers.authorization)) return undefined;
    const found = await this.#visitorOf(headers);
    // A proxy that asks for a password or a provider of its own hands that on: beside a session it says nothing here.
    if (!found && bearer.test(headers.authorization ?? '')) return undefined;
    if (found) this.#known.set(headers, found);
    const now = this.tools.clock.now();
    // A cookie of before does not take the place of the last one.
    if (found && headers[activeHeader] !== undefined && now - found.session.activeAt >= renewMs && !this.#isOld(found.session))
      await this.#write(headers, reply, { ...found, session: { ...found.session, activeAt: now } });
    const isOurs = safeMethods.has(method)
      ? !url.startsWith('/v1/') || !found || !isLedByOthers(headers)
      : isOwnPage(headers, method !== 'DELETE', this.tools.url) || (!found && !isOfBrowser(headers));
    if (isOurs) return undefined;
    const { status, body } = refused(
      403,
      'not_our_page',
      'this was not sent by a page of this console: open it, and do it there',
    );
    return reply.status(status).header('cache-control', 'no-store').send(body);
  }

  async #visitorOf(headers: IncomingHttpHeaders): Promise<Visitor | undefined> {
    const { seal, directory, clock } = this.tools;
    const sealed = cookieOf(headers.cookie, this.#cookie);
    const session = sealed === undefined ? undefined : await seal.open(sealed, clock.now());
    const user = session && !this.#isOver(session) ? directory.ofSession(session) : undefined;
    if (user && session) this.#notice(session);
    return user && session && { user, session };
  }

  async #write(headers: object, reply: FastifyReply, visitor: Visitor): Promise<void> {
    this.#known.set(headers, visitor);
    void reply.header('set-cookie', this.#line(await this.tools.seal.seal(visitor.session), sessionMsMax / 1_000));
  }

  #line(value: string, seconds: number): string {
    return `${this.#cookie}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${this.tools.secure ? '; Secure' : ''}`;
  }
}

/** A program, which has no cookies; any other scheme is of a proxy, and comes along by itself as a cookie does. */
const bearer = /^Bearer /i;

/** A form of another site must not log somebody in as somebody else either. */
function isOfBrowser(headers: IncomingHttpHeaders): boolean {
  return headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
}

export function cookieOf(header: string | undefined, name: string): string | undefined {
  const found = header
    ?.split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}

/** Names of cookies that begin so, in the order in which they came. */
export function cookieNames(header: string | undefined, beginning: string): readonly string[] {
  const names = (header ?? '').split(';').map((part) => part.slice(0, Math.max(0, part.indexOf('='))).trim());
  return names.filter((name) => name.startsWith(beginning));
}
