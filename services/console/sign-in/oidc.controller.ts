import type { IncomingHttpHeaders } from 'node:http';
import { Body, Controller, Get, Headers, Inject, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { refused } from '../answer/answer.js';
import { logoutTokenMax } from '../oidc/logout-token.js';
import { hasPages, sendRefusal } from '../pages/built-pages.js';
import { Visitors } from '../session/visitors.js';
import { type Next, OidcDoor, statusOf } from './oidc-door.js';

const logoutForm = z.object({ logout_token: z.string().min(1).max(logoutTokenMax) });

const noProvider = refused(404, 'no_provider', 'VIGIE_OIDC_ISSUER names no identity provider');
const noSession = refused(401, 'no_session', 'nobody is logged in here by the identity provider: log in first');

/** Where browsers go to the identity provider, and where it sends them back. Refusals are pages, for they are read by people. */
@Controller('auth')
export class OidcController {
  constructor(
    @Inject(OidcDoor) private readonly oidc: OidcDoor | undefined,
    @Inject(Visitors) private readonly visitors: Visitors,
  ) {}

  @Get('oidc')
  async begin(@Headers() headers: IncomingHttpHeaders, @Query('to') to: unknown, @Res() reply: FastifyReply): Promise<void> {
    if (!this.oidc) return void reply.status(noProvider.status).send(noProvider.body);
    go(reply, await this.oidc.begin(headers, reply, to, ''), 302);
  }

  /** Who is logged in proves again who they are. */
  @Get('oidc/confirm')
  async confirm(@Headers() headers: IncomingHttpHeaders, @Query('to') to: unknown, @Res() reply: FastifyReply): Promise<void> {
    if (!this.oidc) return void reply.status(noProvider.status).send(noProvider.body);
    const session = this.visitors.sessionOf(headers);
    if (session?.how !== 'oidc') return void reply.status(noSession.status).send(noSession.body);
    go(reply, await this.oidc.begin(headers, reply, to, session.user), 302);
  }

  /** The provider itself says that somebody is logged out (OpenID Connect Back-Channel Logout 1.0). */
  @Post('backchannel-logout')
  async ended(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    void reply.header('cache-control', 'no-store');
    if (!this.oidc) return void reply.status(noProvider.status).send(noProvider.body);
    const given = logoutForm.safeParse(body);
    const answer = given.success ? logoutAnswers[await this.oidc.endedThere(given.data.logout_token, request.ip)] : unfitLogout;
    void reply.status(answer.status).send(answer.body);
  }

  @Get('callback')
  async back(@Headers() headers: IncomingHttpHeaders, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (!this.oidc) return void reply.status(noProvider.status).send(noProvider.body);
    go(reply, await this.oidc.finish(headers, reply, request.url), 303);
  }
}

const unfitLogout = refused(400, 'unfit_logout', 'a logout token is sent as a form: logout_token=...');

const logoutAnswers = {
  ended: { status: 200, body: {} },
  not_believed: refused(
    400,
    'not_believed',
    'this is no logout token of the identity provider for this client, made within the last minutes',
  ),
  not_written: refused(
    503,
    'not_audited',
    'the session is over at this console, and the log has not said that it has written that down: send it again',
  ),
  away: refused(503, 'away', 'the keys of the identity provider cannot be had: send it again'),
} as const;

function go(reply: FastifyReply, next: Next, status: 302 | 303): void {
  void reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer');
  if ('to' in next) return void reply.status(status).header('location', next.to).send();
  const word = next.refused;
  void reply.status(statusOf[word]);
  if (hasPages()) return sendRefusal(reply, word);
  void reply.send(refused(statusOf[word], word, 'the identity provider lets nobody in by this: begin again at /login').body);
}
