import { type DynamicModule, Module } from '@nestjs/common';
import { careTopic, topics } from '#libs/contracts/topics.js';
import { EventLogModule } from '#libs/event-log/nest/event-log.module.js';
import type { Clock } from '#libs/runtime/clock.js';
import { filesFingerprint } from '#libs/runtime/files/files-fingerprint.js';
import type { Log } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { EndWatch } from '#libs/runtime/renewal/end-watch.js';
import { CLOCK, LOG } from '#libs/runtime/runtime.module.js';
import { INGESTOR_CONFIG, type IngestorConfig } from './config.js';
import { IngestService } from './ingest.service.js';
import { IngestController } from './ingest.controller.js';
import { ShippersController } from './shippers.controller.js';
import { listenerEnds } from './sources/listener-ends.js';
import { SourceRegister } from './sources/source-register.js';

const register = {
  provide: SourceRegister,
  inject: [INGESTOR_CONFIG, CLOCK, LOG, Metrics, EndWatch],
  useFactory: (config: IngestorConfig, clock: Clock, logger: Log, metrics: Metrics, ends: EndWatch) => {
    const { sources, sourcesFiles, loadSources: load } = config;
    const made = new SourceRegister(sources, sourcesFiles, { fingerprint: filesFingerprint, load, clock, logger, metrics });
    void ends.add(() => listenerEnds(made.current.file));
    // A file of a certificate is among those that are watched.
    made.follow(() => void ends.look());
    return made;
  },
};

@Module({})
export class IngestorModule {
  static forConfig(config: IngestorConfig): DynamicModule {
    return {
      module: IngestorModule,
      imports: [
        EventLogModule.forService(config, {
          name: 'ingestor',
          topics: [topics.accesses, topics.quarantine, topics.incidents, careTopic],
        }),
      ],
      controllers: [IngestController, ShippersController],
      providers: [{ provide: INGESTOR_CONFIG, useValue: config }, register, IngestService],
    };
  }
}
