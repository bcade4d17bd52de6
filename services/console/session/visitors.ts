import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '#libs/runtime/clock.js';
import { refused } from '../answer/answer.js';
import type { User, Users } from '../users/users.js';
import { isOwnPage } from './same-origin.js';
import { type SessionSeal, sessionMsMax } from './sealed-session.js';

export interface VisitorTools {
  readonly users: Users;
  readonly seal: SessionSeal;
  /** Whether browsers come by HTTPS: the cookie is for it alone then. */
  readonly secure: boolean;
  readonly clock: Clock;
}

/** What a page sends along while its person does something: what it asks by itself prolongs nothing. */
const activeHeader = 'vigie-active';

/** Time after which activity is written into the cookie, in milliseconds. */
const renewMs = 60_000;

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whose request it is: of the user whose token it bears, or whose session its cookie holds. */
export class Visitors {
  /** By the headers of a request, which are one object as long as it is answered. */
  readonly #known = new WeakMap<object, User>();
  readonly #cookie: string;

  constructor(private readonly tools: VisitorTools) {
    this.#cookie = tools.secure ? '__Host-vigie' : 'vigie';
  }

  /** Before the application listens: sessions are opened before anything else is asked. */
  install(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (request, reply) => this.#beforeHandling(request, reply));
  }

  of(headers: Pick<IncomingHttpHeaders, 'authorization'>): User | undefined {
    return this.tools.users.of(headers.authorization) ?? this.#known.get(headers);
  }

  /** Begins a session; the answer that is under way is this user's already. */
  async enter(headers: IncomingHttpHeaders, reply: FastifyReply, user: User): Promise<void> {
    const now = this.tools.clock.now();
    this.#known.set(headers, user);
    await this.#write(reply, user.id, now);
  }

  leave(reply: FastifyReply): void {
    void reply.header('set-cookie', this.#line('', 0));
  }

  async #beforeHandling({ headers, method }: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    if (headers.authorization !== undefined) return undefined;
    const { seal, users, clock } = this.tools;
    const sealed = cookieOf(headers.cookie, this.#cookie);
    const now = clock.now();
    const session = sealed === undefined ? undefined : await seal.open(sealed, now);
    const user = session && users.named(session.user);
    if (user && session) {
      this.#known.set(headers, user);
      if (headers[activeHeader] !== undefined && now - session.activeAt >= renewMs) await this.#write(reply, user.id, session.beganAt);
    }
    const changes = !safeMethods.has(method);
    if (!changes || isOwnPage(headers, method !== 'DELETE') || (!user && !isOfBrowser(headers))) return undefined;
    const { status, body } = refused(403, 'not_our_page', 'this was not sent by a page of this console: open it, and do it there');
    return reply.status(status).header('cache-control', 'no-store').send(body);
  } // prettier-ignore

  async #write(reply: FastifyReply, user: string, beganAt: number): Promise<void> {
    const sealed = await this.tools.seal.seal({ user, beganAt, activeAt: this.tools.clock.now() });
    void reply.header('set-cookie', this.#line(sealed, sessionMsMax / 1_000));
  }

  #line(value: string, seconds: number): string {
    return `${this.#cookie}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${this.tools.secure ? '; Secure' : ''}`;
  }
}

/** A form of another site must not log somebody in as somebody else either. */
function isOfBrowser(headers: IncomingHttpHeaders): boolean {
  return headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
}

function cookieOf(header: string | undefined, name: string): string | undefined {
  const found = header
    ?.split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}
