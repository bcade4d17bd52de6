import type { IncomingHttpHeaders } from 'node:http';
import { Body, Controller, Get, Headers, HttpCode, Inject, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import { CLOCK } from '#libs/runtime/runtime.module.js';
import { type Answer, refused } from './answer/answer.js';
import { CONSOLE_CONFIG, type ConsoleConfig } from './config.js';
import { developmentUser } from './users/development-token.js';
import { takeLoginSecret } from './session/login-link.js';
import { Visitors } from './session/visitors.js';
import type { User } from './users/users.js';

/** By what somebody logs in: the secret of a link that was made on this machine, or the token of a user. */
const login = z.union([
  z.strictObject({ link: z.string().min(1).max(200) }),
  z.strictObject({ token: z.string().min(1).max(512) }),
]);
type Login = z.infer<typeof login>;
const confirmation = z.strictObject({ token: z.string().min(1).max(512) });

const nobody = refused(401, 'unknown_login', 'nobody is let in by this: a link works once and for an hour, a token is that of a user of this console'); // prettier-ignore
const notThem = refused(401, 'not_confirmed', 'this is not the token of who is logged in');
const noSession = refused(401, 'no_session', 'nobody is logged in by a cookie here: a token proves with each request who asks');
const unfitConfirmation = refused(422, 'unfit_confirmation', 'a confirmation is {"token": ...}');
const unfit = refused(422, 'unfit_login', 'a login is {"link": ...} or {"token": ...}');

/** Sessions of browsers. Who is logged in is asked often, says nothing of a case, and is answered to nobody too. */
@Controller('v1')
export class SessionController {
  constructor(
    @Inject(CONSOLE_CONFIG) private readonly config: ConsoleConfig,
    @Inject(Visitors) private readonly visitors: Visitors,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('me')
  me(@Headers() headers: IncomingHttpHeaders, @Res({ passthrough: true }) reply: FastifyReply): object {
    void reply.header('cache-control', 'no-store');
    const user = this.visitors.of(headers);
    const until = this.visitors.confirmedUntil(headers);
    return { user: user ? shown(user) : null, confirmed_until: until === undefined ? null : isoOf(until) };
  }

  @Post('login')
  @HttpCode(200)
  async login(@Headers() headers: IncomingHttpHeaders, @Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const given = login.safeParse(body);
    const user = given.success ? this.#userOf(given.data) : undefined;
    if (user) await this.visitors.enter(headers, reply, user);
    const answer: Answer = user ? { status: 200, body: { user: shown(user) } } : given.success ? nobody : unfit;
    void reply.status(answer.status).header('cache-control', 'no-store');
    return answer.body;
  } // prettier-ignore

  /** Who is logged in proves again who they are, before lists of patients: whoever sits down at an open page cannot. */
  @Post('confirm')
  @HttpCode(200)
  async confirm(@Headers() headers: IncomingHttpHeaders, @Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const given = confirmation.safeParse(body);
    const user = this.visitors.hasSession(headers) ? this.visitors.of(headers) : undefined;
    const isThem = given.success && user !== undefined && this.config.users.of(`Bearer ${given.data.token}`)?.id === user.id;
    if (isThem) await this.visitors.confirm(headers, reply);
    void reply.header('cache-control', 'no-store');
    if (isThem) return { confirmed_until: isoOf(this.visitors.confirmedUntil(headers) ?? this.clock.now()) };
    const answer = !given.success ? unfitConfirmation : user ? notThem : noSession;
    void reply.status(answer.status);
    return answer.body;
  } // prettier-ignore

  @Post('logout')
  @HttpCode(200)
  logout(@Headers() headers: IncomingHttpHeaders, @Res({ passthrough: true }) reply: FastifyReply): object {
    this.visitors.leave(headers, reply);
    void reply.header('cache-control', 'no-store');
    return { user: null };
  }

  #userOf(given: Login): User | undefined {
    const { users, VIGIE_DATA_DIR: dataDir, isDevelopment } = this.config;
    if ('token' in given) return users.of(`Bearer ${given.token}`);
    // Only who is on this machine gets a link, and only where Vigie made its user itself.
    return isDevelopment && takeLoginSecret(dataDir, given.link, this.clock.now()) ? users.named(developmentUser) : undefined;
  }
}

function shown({ id, roles, clinics }: User): object {
  return { id, roles, clinics: clinics ?? null };
}
