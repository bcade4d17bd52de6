import type { IncomingHttpHeaders } from 'node:http';
import { Controller, Get, Headers, Inject, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { refused } from '../answer/answer.js';
import { hasPages, sendRefusal } from '../pages/built-pages.js';
import { Visitors } from '../session/visitors.js';
import { type Next, OidcDoor, statusOf } from './oidc-door.js';

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
  async begin(@Query('to') to: unknown, @Res() reply: FastifyReply): Promise<void> {
    if (!this.oidc) return void reply.status(noProvider.status).send(noProvider.body);
    go(reply, await this.oidc.begin(reply, to, ''), 302);
  }

  /** Who is logged in proves again who they are. */
  @Get('oidc/confirm')
  async confirm(@Headers() headers: IncomingHttpHeaders, @Query('to') to: unknown, @Res() reply: FastifyReply): Promise<void> {
    if (!this.oidc) return void reply.status(noProvider.status).send(noProvider.body);
    const session = this.visitors.sessionOf(headers);
    if (session?.how !== 'oidc') return void reply.status(noSession.status).send(noSession.body);
    go(reply, await this.oidc.begin(reply, to, session.user), 302);
  }

  @Get('callback')
  async back(@Headers() headers: IncomingHttpHeaders, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (!this.oidc) return void reply.status(noProvider.status).send(noProvider.body);
    go(reply, await this.oidc.finish(headers, reply, request.url), 303);
  }
}

function go(reply: FastifyReply, next: Next, status: 302 | 303): void {
  void reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer');
  if ('to' in next) return void reply.status(status).header('location', next.to).send();
  const word = next.refused;
  void reply.status(statusOf[word]);
  if (hasPages()) return sendRefusal(reply, word);
  void reply.send(refused(statusOf[word], word, 'the identity provider lets nobody in by this: begin again at /login').body);
}
