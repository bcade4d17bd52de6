import { Controller, type DynamicModule, Get, Global, Inject, Module, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type Clock, systemClock } from './clock.js';
import { Fatal } from './fatal.js';
import { Health, type HealthReport } from './health.js';
import { createLog, type Log } from './log.js';
import { Metrics } from './metrics.js';
import { ExtraAuthorities } from './renewal/extra-authorities.js';
import { EndWatch } from './renewal/end-watch.js';
import { Shutdown } from './shutdown.js';
import type { Worker } from './supervised/worker.js';

/** Injection tokens for what has no class at run time. */
export const CLOCK = Symbol('clock');
export const LOG = Symbol('log');

/** `/health/live`, `/health/ready` (200 or 503, with each check's answer) and `/metrics`, the same on every service. */
@Controller()
export class RuntimeController {
  constructor(
    @Inject(Health) private readonly health: Health,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  @Get('health/live')
  live(@Res({ passthrough: true }) reply: FastifyReply): HealthReport {
    return this.#answer('live', reply);
  }

  @Get('health/ready')
  ready(@Res({ passthrough: true }) reply: FastifyReply): HealthReport {
    return this.#answer('ready', reply);
  }

  @Get('metrics')
  async scrape(@Res() reply: FastifyReply): Promise<void> {
    for (const [part, away] of this.health.parts()) this.metrics.set('vigie_part_away', away ? 1 : 0, { part });
    const text = await this.metrics.registry.metrics();
    await reply.header('content-type', this.metrics.registry.contentType).send(text);
  }

  #answer(kind: 'live' | 'ready', reply: FastifyReply): HealthReport {
    const report = this.health.report(kind);
    reply.status(report.ok ? 200 : 503);
    return report;
  }
}

/** Clock, log, metrics, health, ordered shutdown and where to report what cannot be survived, for one service. */
@Global()
@Module({})
export class RuntimeModule {
  static forService(service: string, logLevel: string, worker?: Worker): DynamicModule {
    const log = createLog(service, logLevel, undefined, worker?.number);
    const providers = [
      { provide: CLOCK, useValue: systemClock },
      { provide: LOG, useValue: log },
      { provide: Metrics, useValue: new Metrics(service, { process: true }) },
      { provide: Health, useValue: new Health() },
      { provide: Fatal, useValue: new Fatal() },
      {
        provide: EndWatch,
        useFactory: (clock: Clock, own: Log, metrics: Metrics, shutdown: Shutdown) => {
          const watch = new EndWatch({ clock, log: own, metrics });
          const extra = process.env['NODE_EXTRA_CA_CERTS'];
          if (extra) {
            const authorities = new ExtraAuthorities(extra);
            void watch.add(() => authorities.look());
          }
          shutdown.add('watch of ends', async () => watch.close());
          return watch;
        },
        inject: [CLOCK, LOG, Metrics, Shutdown],
      },
      { provide: Shutdown, useFactory: (clock: Clock, own: Log) => new Shutdown(clock, own), inject: [CLOCK, LOG] },
    ];
    return { module: RuntimeModule, controllers: [RuntimeController], providers, exports: providers };
  }
}
