import { Inject } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import type { LogContext } from '#libs/event-log/nest/log-context.js';
import { LogController } from '#libs/event-log/nest/log-controller.js';
import { assigned, poison, revoked } from '#libs/event-log/nest/log-patterns.js';
import type { Frame } from '#libs/event-log/port.js';
import { caseTopics, ConsolePipeline } from './follow/pipeline.js';

const all = [...caseTopics];

/** Changes of the scorer and actions of people as they come from the log. */
@LogController()
export class ConsoleController {
  constructor(@Inject(ConsolePipeline) private readonly pipeline: ConsolePipeline) {}

  @MessagePattern(all.map(assigned))
  assigned(@Ctx() { at, held }: LogContext): Promise<'earliest'> {
    return this.pipeline.reader.assigned(at, held);
  }

  @EventPattern(all)
  frames(@Payload() frames: readonly Frame[], @Ctx() { at }: LogContext): Promise<void> {
    return this.pipeline.reader.frames(at, frames);
  }

  @EventPattern(all.map(poison))
  poison(@Payload() frame: Frame, @Ctx() { at, cause }: LogContext): Promise<void> {
    return this.pipeline.reader.poison(at, frame, cause);
  }

  @EventPattern(all.map(revoked))
  revoked(): Promise<void> {
    return this.pipeline.reader.revoked();
  }
}
