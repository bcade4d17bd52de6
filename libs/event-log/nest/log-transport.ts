import type { FactoryProvider, Type } from '@nestjs/common';
import type { Clock } from '#libs/runtime/clock.js';
import { Fatal } from '#libs/runtime/fatal.js';
import { CLOCK } from '#libs/runtime/runtime.module.js';
import type { EventLog } from '../port.js';
import { EVENT_LOG } from './event-log.module.js';
import { LogStrategy, type LogStrategyOptions } from './log-strategy.js';

/** The provider of a service's transport: `reading` begins and ends it, and `text` says what ends when reading cannot go on. */
export function logTransport(
  reading: Type<Pick<LogStrategyOptions, 'start' | 'stop'>>,
  text: string,
): FactoryProvider<LogStrategy> {
  return {
    provide: LogStrategy,
    inject: [EVENT_LOG, reading, Fatal, CLOCK],
    useFactory: (log: EventLog, service: Pick<LogStrategyOptions, 'start' | 'stop'>, fatal: Fatal, clock: Clock) =>
      new LogStrategy({
        log,
        clock,
        start: (joining) => service.start(joining),
        stop: () => service.stop(),
        failed: (cause) => fatal.report(text, cause),
      }),
  };
}
