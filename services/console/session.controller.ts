import type { IncomingHttpHeaders } from 'node:http';
import { Body, Controller, Get, Headers, HttpCode, Inject, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Clock } from '#libs/runtime/clock.js';
import { CLOCK } from '#libs/runtime/runtime.module.js';
import { type Answer, refused } from './answer/answer.js';
import { CONSOLE_CONFIG, type ConsoleConfig } from './config.js';
import { developmentUser } from './development-token.js';
import { takeLoginSecret } from './session/login-link.js';
import { Visitors } from './session/visitors.js';
import type { User } from './users/users.js';

/** By what somebody logs in: the secret of a link that was made on this machine, or the token of a user. */
const login = z.union([
  z.strictObject({ link: z.string().min(1).max(200) }),
  z.strictObject({ token: z.string().min(1).max(512) }),
]);
type Login = z.infer<typeof login>;

const nobody = refused(401, 'unknown_login', 'nobody is let in by this: a link works once and for an hour, a token is that of a user of this console'); // prettier-ignore
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
    return { user: user ? shown(user) : null };
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

  @Post('logout')
  @HttpCode(200)
  logout(@Res({ passthrough: true }) reply: FastifyReply): object {
    this.visitors.leave(reply);
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
