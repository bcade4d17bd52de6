import type { IncomingHttpHeaders } from 'node:http';
import { Body, Controller, Get, Headers, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import { CLOCK } from '#libs/runtime/runtime.module.js';
import { Accounts } from './accounts/accounts.js';
import { type Answer, refused } from './answer/answer.js';
import { CONSOLE_CONFIG, type ConsoleConfig } from './config.js';
import { developmentUser } from './users/development-token.js';
import { Directory } from './session/directory.js';
import { takeLoginSecret } from './session/login-link.js';
import type { WayIn } from './session/sealed-session.js';
import { Visitors } from './session/visitors.js';
import { OidcDoor } from './sign-in/oidc-door.js';
import { shownUser, type User } from './users/users.js';

const token = z.string().min(1).max(512);
const code = z.string().max(100);
const password = z.string().min(1).max(1_000);

/** By what somebody logs in: the secret of a link that was made on this machine, the token of a user, or the password and code of an account. */
const login = z.union([
  z.strictObject({ link: z.string().min(1).max(200) }),
  z.strictObject({ token }),
  z.strictObject({ user: z.string().min(1).max(200), password, code: code.default('') }),
]);
type Login = z.infer<typeof login>;
const confirmation = z.union([z.strictObject({ token }), z.strictObject({ code: code.min(1) }), z.strictObject({ password })]);
type Confirmation = z.infer<typeof confirmation>;

const nobody = refused(
  401,
  'unknown_login',
  'nobody is let in by this: a link works once and for an hour, a code once, a token is that of a user of this console',
);
const notThem = refused(401, 'not_confirmed', 'this is not what who is logged in proves who they are by');
const tooMany = refused(
  429,
  'too_many_tries',
  'too many tries in a quarter of an hour: wait, or ask who keeps the users for a new link',
);
const noSession = refused(401, 'no_session', 'nobody is logged in by a cookie here: a token proves with each request who asks');
const unfitConfirmation = refused(
  422,
  'unfit_confirmation',
  'a confirmation is {"token": ...}, {"code": ...} or {"password": ...}',
);
const unfit = refused(422, 'unfit_login', 'a login is {"link": ...}, {"token": ...} or {"user", "password", "code"}');

/** Sessions of browsers. Who is logged in is asked often, says nothing of a case, and is answered to nobody too. */
@Controller('v1')
export class SessionController {
  constructor(
    @Inject(CONSOLE_CONFIG) private readonly config: ConsoleConfig,
    @Inject(Visitors) private readonly visitors: Visitors,
    @Inject(Directory) private readonly directory: Directory,
    @Inject(Accounts) private readonly accounts: Accounts | undefined,
    @Inject(OidcDoor) private readonly oidc: OidcDoor | undefined,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('me')
  me(@Headers() headers: IncomingHttpHeaders, @Res({ passthrough: true }) reply: FastifyReply): object {
    void reply.header('cache-control', 'no-store');
    const user = this.visitors.of(headers);
    const until = this.visitors.confirmedUntil(headers);
    const confirmed_until = until === undefined ? null : isoOf(until);
    if (!user) return { user: null, confirmed_until, ways: this.directory.ways };
    return { user: shownUser(user), confirmed_until, confirmed_by: this.visitors.sessionOf(headers)?.confirmedBy ?? null };
  }

  @Post('login')
  @HttpCode(200)
  async login(
    @Headers() headers: IncomingHttpHeaders,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const given = login.safeParse(body);
    const found = given.success ? await this.#entered(given.data, request.ip) : unfit;
    void reply.header('cache-control', 'no-store');
    if (!('how' in found)) {
      void reply.status(found.status);
      return found.body;
    }
    await this.visitors.enter(headers, reply, found.user, { how: found.how });
    return { user: shownUser(found.user) };
  }

  /** Who is logged in proves again who they are, before lists of patients: whoever sits down at an open page cannot. */
  @Post('confirm')
  @HttpCode(200)
  async confirm(
    @Headers() headers: IncomingHttpHeaders,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const given = confirmation.safeParse(body);
    const session = this.visitors.sessionOf(headers);
    const isThem = given.success && session ? await this.#isThem(session, given.data, request.ip) : false;
    void reply.header('cache-control', 'no-store');
    if (isThem === true) {
      await this.visitors.confirm(headers, reply);
      return {
        confirmed_until: isoOf(this.visitors.confirmedUntil(headers) ?? this.clock.now()),
        confirmed_by: session?.confirmedBy,
      };
    }
    const answer = !given.success ? unfitConfirmation : !session ? noSession : isThem === 'too_many' ? tooMany : notThem;
    void reply.status(answer.status);
    return answer.body;
  }

  /** Ends the session here; `leave_at` is where the browser goes to end it at the identity provider too. */
  @Post('logout')
  @HttpCode(200)
  async logout(@Headers() headers: IncomingHttpHeaders, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const session = this.visitors.sessionOf(headers);
    this.visitors.leave(headers, reply);
    void reply.header('cache-control', 'no-store');
    const at = session?.how === 'oidc' ? await this.oidc?.leaveUrl(session.vouched?.hint ?? '') : undefined;
    return { user: null, leave_at: at ?? null };
  }

  async #entered(given: Login, address: string): Promise<{ readonly user: User; readonly how: WayIn } | Answer> {
    if ('password' in given) {
      const entered = (await this.accounts?.enter(given, address)) ?? 'unknown';
      if (entered === 'too_many') return tooMany;
      return entered === 'unknown' ? nobody : { user: entered, how: 'password' };
    }
    const user = 'token' in given ? this.directory.byToken(given.token) : this.#byLink(given.link);
    return user ? { user, how: 'token' in given ? 'token' : 'link' } : nobody;
  }

  /** Only who is on this machine gets a link, and only where Vigie made its user itself. */
  #byLink(link: string): User | undefined {
    const { VIGIE_DATA_DIR: dataDir, isDevelopment, oidc } = this.config;
    return isDevelopment && !oidc && takeLoginSecret(dataDir, link, this.clock.now())
      ? this.directory.named(developmentUser)
      : undefined;
  }

  async #isThem(
    { user, confirmedBy }: NonNullable<ReturnType<Visitors['sessionOf']>>,
    given: Confirmation,
    address: string,
  ): Promise<boolean | 'too_many'> {
    if (confirmedBy === 'token') return 'token' in given && this.directory.of(`Bearer ${given.token}`)?.id === user;
    if (confirmedBy === 'oidc' || 'token' in given) return false;
    return (await this.accounts?.confirm(user, given, address)) ?? false;
  }
}
