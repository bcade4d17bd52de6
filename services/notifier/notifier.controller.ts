import { Inject } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { topics } from '#libs/contracts/topics.js';
import type { LogContext } from '#libs/event-log/nest/log-context.js';
import { LogController } from '#libs/event-log/nest/log-controller.js';
import { assigned, poison, revoked } from '#libs/event-log/nest/log-patterns.js';
import type { Frame } from '#libs/event-log/port.js';
import { NotifierPipeline } from './pipeline.js';

/** Incident changes and actions as they come from the log, once for each channel, and for the book of cases: the group says for which. */
@LogController()
export class NotifierController {
  constructor(@Inject(NotifierPipeline) private readonly pipeline: NotifierPipeline) {}

  @MessagePattern(assigned(topics.incidents))
  assigned(@Ctx() { group, at, held }: LogContext): Promise<number | 'committed' | 'earliest'> {
    return this.pipeline.readerOf(group).assigned(at, held);
  }

  @EventPattern<string>(topics.incidents)
  frames(@Payload() frames: readonly Frame[], @Ctx() { group, at, signal }: LogContext): Promise<void> {
    return this.pipeline.readerOf(group).frames(at, frames, signal);
  }

  @EventPattern<string>(poison(topics.incidents))
  poison(@Payload() frame: Frame, @Ctx() { group, at, cause }: LogContext): Promise<void> {
    return this.pipeline.readerOf(group).poison(at, frame, cause);
  }

  @EventPattern<string>(revoked(topics.incidents))
  revoked(@Ctx() { group, at }: LogContext): Promise<void> {
    return this.pipeline.readerOf(group).revoked(at);
  }

  @MessagePattern(assigned(topics.actions))
  actionsAssigned(@Ctx() { group, at, held }: LogContext): Promise<number | 'committed' | 'earliest'> {
    return this.pipeline.readerOf(group).assigned(at, held);
  }

  @EventPattern<string>(topics.actions)
  actions(@Payload() frames: readonly Frame[], @Ctx() { group, at, signal }: LogContext): Promise<void> {
    return this.pipeline.readerOf(group).frames(at, frames, signal);
  }

  @EventPattern<string>(poison(topics.actions))
  actionsPoison(@Payload() frame: Frame, @Ctx() { group, at, cause }: LogContext): Promise<void> {
    return this.pipeline.readerOf(group).poison(at, frame, cause);
  }

  @EventPattern<string>(revoked(topics.actions))
  actionsRevoked(@Ctx() { group, at }: LogContext): Promise<void> {
    return this.pipeline.readerOf(group).revoked(at);
  }
}
