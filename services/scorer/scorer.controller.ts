import { Inject } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { judgedTopics } from '#libs/contracts/topics.js';
import type { LogContext } from '#libs/event-log/nest/log-context.js';
import { LogController } from '#libs/event-log/nest/log-controller.js';
import { assigned, poison, revoked } from '#libs/event-log/nest/log-patterns.js';
import type { Frame } from '#libs/event-log/port.js';
import { ScorerPipeline } from './pipeline.js';

/** Accesses, and those that belong to other subjects than accounts, as they come from the log: many frames in one call, each partition in order. */
@LogController()
export class ScorerController {
  constructor(@Inject(ScorerPipeline) private readonly pipeline: ScorerPipeline) {}

  @MessagePattern(judgedTopics.map(assigned))
  assigned(@Ctx() { at, held }: LogContext): Promise<number | 'earliest'> {
    return this.pipeline.assigned(at, held);
  }

  @EventPattern(judgedTopics)
  frames(@Payload() frames: readonly Frame[], @Ctx() { at }: LogContext): Promise<void> {
    return this.pipeline.frames(at, frames);
  }

  @EventPattern(judgedTopics.map(poison))
  poison(@Payload() frame: Frame, @Ctx() { at, cause }: LogContext): Promise<void> {
    return this.pipeline.poison(at, frame, cause);
  }

  @EventPattern(judgedTopics.map(revoked))
  revoked(@Ctx() { at }: LogContext): Promise<void> {
    return this.pipeline.revoked(at);
  }
}
