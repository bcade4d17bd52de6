import { BadRequestException, Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { subjectKinds } from '#libs/contracts/vocabulary.js';
import type { Clock } from '#libs/runtime/clock.js';
import { CLOCK } from '#libs/runtime/runtime.module.js';
import { type AccountAnswer, accountAnswer, type NotHere } from './accounts/accounts.js';
import { ScorerPipeline } from './pipeline.js';
import { ScorerService } from './scorer.service.js';

/**
 * `GET /v1/accounts/{group_id}/{actor_id}`, both URL-encoded: what the windows of an account hold; with `?subject=source_ip`, `device` or
 * `session_id` those of an address, a device, a session. 404 where they are not here, 400 for another subject.
 */
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
    @Query('subject') asked: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): AccountAnswer | NotHere {
    const subject = subjectKinds.find((kind) => kind === (asked ?? 'account'));
    if (!subject) throw new BadRequestException(`subject is one of ${subjectKinds.join(', ')}; without it an account is meant`);
    const answer: AccountAnswer | NotHere = this.scorer.judges
      ? accountAnswer(this.pipeline, this.clock, group, actor, subject)
      : { error: 'not_held_here', message: 'this scorer is still starting: ask again in a few seconds' };
    if ('error' in answer) reply.status(404);
    return answer;
  }
}
