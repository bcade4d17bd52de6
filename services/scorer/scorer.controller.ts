import { Inject } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { topics } from '#libs/contracts/topics.js';
import type { LogContext } from '#libs/event-log/nest/log-context.js';
import { LogController } from '#libs/event-log/nest/log-controller.js';
import { assigned, poison, revoked } from '#libs/event-log/nest/log-patterns.js';
import type { Frame } from '#libs/event-log/port.js';
import { ScorerPipeline } from './pipeline.js';

/** Accesses as they come from the log: many frames in one call, each partition in order. */
@LogController()
export class ScorerController {
  constructor(@Inject(ScorerPipeline) private readonly pipeline: ScorerPipeline) {}

  @MessagePattern(assigned(topics.accesses))
  assigned(@Ctx() { at, held }: LogContext): Promise<number | 'earliest'> {
    return this.pipeline.assigned(at, held);
  }

  @EventPattern<string>(topics.accesses)
  frames(@Payload() frames: readonly Frame[], @Ctx() { at }: LogContext): Promise<void> {
    return this.pipeline.frames(at, frames);
  }

  @EventPattern<string>(poison(topics.accesses))
  poison(@Payload() frame: Frame, @Ctx() { at, cause }: LogContext): Promise<void> {
    return this.pipeline.poison(at, frame, cause);
  }

  @EventPattern<string>(revoked(topics.accesses))
  revoked(@Ctx() { at }: LogContext): Promise<void> {
    return this.pipeline.revoked(at);
  }
}
