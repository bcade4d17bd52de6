import type { IncomingHttpHeaders } from 'node:http';
import { Body, Controller, Headers, HttpCode, Inject, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Accounts } from '../accounts/accounts.js';
import { refused } from '../answer/answer.js';
import { Visitors } from '../session/visitors.js';
import { shownUser } from '../users/users.js';

const link = z.string().min(1).max(200);
const setup = z.union([
  z.strictObject({ link }),
  z.strictObject({ link, password: z.string().max(1_000), code: z.string().max(100).default('') }),
]);

const unfit = refused(422, 'unfit_setup', 'a setup is {"link": ...}, or {"link", "password", "code"}');
const noLink = refused(401, 'unknown_link', 'this link is none, or was used, or is over: ask who keeps the users for another');
const wrongCode = refused(422, 'wrong_code', 'this is not the code of now: the clock of the phone must be right');

/** A link by which somebody chooses a password and a code, once. */
@Controller('v1')
export class SetupController {
  constructor(
    @Inject(Accounts) private readonly accounts: Accounts | undefined,
    @Inject(Visitors) private readonly visitors: Visitors,
  ) {}

  @Post('setup')
  @HttpCode(200)
  async setup(
    @Headers() headers: IncomingHttpHeaders,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    void reply.header('cache-control', 'no-store');
    const given = setup.safeParse(body);
    const answer = given.success ? await this.#answer(headers, reply, given.data) : unfit;
    if ('status' in answer) void reply.status(answer.status);
    return 'body' in answer ? answer.body : answer;
  }

  async #answer(headers: IncomingHttpHeaders, reply: FastifyReply, given: z.infer<typeof setup>) {
    if (!('password' in given)) return this.accounts?.setup(given.link) ?? noLink;
    const done = (await this.accounts?.finishSetup(given.link, given.password, given.code)) ?? { wrong: 'link' as const };
    if ('wrong' in done) {
      if (done.wrong === 'password') return refused(422, 'weak_password', `the password ${done.why}`, { why: done.why });
      return done.wrong === 'code' ? wrongCode : noLink;
    }
    await this.visitors.enter(headers, reply, done.user, { how: 'password' });
    return { user: shownUser(done.user), recovery_codes: done.recovery };
  }
}
