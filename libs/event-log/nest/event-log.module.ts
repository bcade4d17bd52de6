import { type DynamicModule, Module } from '@nestjs/common';
import type { Clock } from '#libs/runtime/clock.js';
import type { CommonConfig } from '#libs/runtime/config.js';
import { Health } from '#libs/runtime/health.js';
import type { Log } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { CLOCK, LOG } from '#libs/runtime/runtime.module.js';
import { Shutdown } from '#libs/runtime/shutdown.js';
import { type End, endsOf, EndWatch } from '#libs/runtime/renewal/end-watch.js';
import { seenIn, shownAt } from '#libs/runtime/renewal/certificates-seen.js';
import { openEventLog, tlsOf } from '../open.js';
import { AwaitedLog } from './awaited-log.js';

/** Injection token of the `EventLog`. In tests it is overridden by a log in memory. */
export const EVENT_LOG = Symbol('event log');

export interface EventLogUse {
  /** Named to the brokers, so that an operator sees who is who. */
  readonly name: string;
  /** What the service reads or writes: it waits for these topics, and answers for them alone. */
  readonly topics: readonly string[];
}

/** The log that the configuration asks for, opened at its first use and closed after everything that was made with it. */
@Module({})
export class EventLogModule {
  static forService(config: CommonConfig, use: EventLogUse): DynamicModule {
    const log = {
      provide: EVENT_LOG,
      inject: [CLOCK, LOG, Metrics, Health, Shutdown, EndWatch],
      useFactory: (clock: Clock, logger: Log, metrics: Metrics, health: Health, shutdown: Shutdown, ends: EndWatch) => {
        const opened = new AwaitedLog((signal) => openEventLog(config, { clock, logger, metrics, health, signal, ...use }));
        shutdown.add('event log', () => opened.close());
        if (config.KAFKA_BROKERS && config.KAFKA_TLS) void ends.add(() => brokerEnds(config));
        return opened;
      },
    };
    return { module: EventLogModule, providers: [log], exports: [log] };
  }
}

/** Of the certificates that brokers show, and of the authority that they are compared with. */
async function brokerEnds(config: CommonConfig): Promise<readonly End[]> {
  const tls = tlsOf(config);
  const authority = typeof tls === 'object' && Array.isArray(tls.ca) ? String(tls.ca[0]) : undefined;
  const own = typeof tls === 'object' && tls.cert !== undefined ? () => String(tls.cert) : undefined;
  const brokers = (config.KAFKA_BROKERS ?? []).map((broker) =>
    shownAt(`the certificate of the broker ${broker}`, broker, authority),
  );
  return endsOf([
    ...(authority ? seenIn('KAFKA_TLS_CA', () => authority) : []),
    ...(own ? seenIn('KAFKA_TLS_CERT', own) : []),
    ...(await Promise.all(brokers)),
  ]);
}
