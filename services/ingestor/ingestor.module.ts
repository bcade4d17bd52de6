import { type DynamicModule, Module } from '@nestjs/common';
import { topics } from '#libs/contracts/topics.js';
import { EventLogModule } from '#libs/event-log/nest/event-log.module.js';
import { INGESTOR_CONFIG, type IngestorConfig } from './config.js';
import { IngestService } from './ingest.service.js';
import { IngestController } from './ingest.controller.js';

@Module({})
export class IngestorModule {
  static forConfig(config: IngestorConfig): DynamicModule {
    return {
      module: IngestorModule,
      imports: [EventLogModule.forService(config, { name: 'ingestor', topics: [topics.accesses, topics.quarantine] })],
      controllers: [IngestController],
      providers: [{ provide: INGESTOR_CONFIG, useValue: config }, IngestService],
    };
  }
}
