import { Controller, Get, Inject, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Clock } from '#libs/runtime/clock.js';
import { CLOCK } from '#libs/runtime/runtime.module.js';
import { type AccountAnswer, accountAnswer, type NotHere } from './accounts/accounts.js';
import { ScorerPipeline } from './pipeline.js';
import { ScorerService } from './scorer.service.js';

/** `GET /v1/accounts/{group_id}/{actor_id}`, both URL-encoded: what the windows of an account hold. 404 where they are not here. */
@Controller()
export class AccountsController {
  constructor(
    @Inject(ScorerService) private readonly scorer: ScorerService,
    @Inject(ScorerPipeline) private readonly pipeline: ScorerPipeline,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('v1/accounts/:group/:actor')
  account(
    @Param('group') group: string,
    @Param('actor') actor: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): AccountAnswer | NotHere {
    const answer: AccountAnswer | NotHere = this.scorer.judges
      ? accountAnswer(this.pipeline, this.clock, group, actor)
      : { error: 'not_held_here', message: 'this scorer is still starting: ask again in a few seconds' };
    if ('error' in answer) reply.status(404);
    return answer;
  }
}
