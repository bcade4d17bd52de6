import { Inject } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { topics } from '#libs/contracts/topics.js';
import type { LogContext } from '#libs/event-log/nest/log-context.js';
import { LogController } from '#libs/event-log/nest/log-controller.js';
import { assigned, poison, revoked } from '#libs/event-log/nest/log-patterns.js';
import type { Frame } from '#libs/event-log/port.js';
import { ArchiverPipeline } from './pipeline.js';

const all = Object.values(topics);

/** Frames of every topic as they come from the log: many in one call, each partition in order. */
@LogController()
export class ArchiverController {
  constructor(@Inject(ArchiverPipeline) private readonly pipeline: ArchiverPipeline) {}

  @MessagePattern(all.map(assigned))
  assigned(@Ctx() { at }: LogContext): Promise<'committed' | 'earliest'> {
    return this.pipeline.assigned(at);
  }

  @EventPattern(all)
  frames(@Payload() frames: readonly Frame[], @Ctx() { at, signal }: LogContext): Promise<void> {
    return this.pipeline.frames(at, frames, signal);
  }

  @EventPattern(all.map(poison))
  poison(@Payload() frame: Frame, @Ctx() { at, cause }: LogContext): Promise<void> {
    return this.pipeline.poison(at, frame, cause);
  }

  @EventPattern(all.map(revoked))
  revoked(@Ctx() { at }: LogContext): Promise<void> {
    return this.pipeline.revoked(at);
  }
}
