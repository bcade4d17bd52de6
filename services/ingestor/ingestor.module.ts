import { type DynamicModule, Module } from '@nestjs/common';
import type { IngestorConfig } from './config.js';
import { INGESTOR_CONFIG, IngestService, OPEN_LOG, type OpenLog } from './ingest.service.js';
import { IngestController } from './ingest.controller.js';

@Module({})
export class IngestorModule {
  static forConfig(config: IngestorConfig, openLog: OpenLog): DynamicModule {
    return {
      module: IngestorModule,
      controllers: [IngestController],
      providers: [{ provide: INGESTOR_CONFIG, useValue: config }, { provide: OPEN_LOG, useValue: openLog }, IngestService],
    };
  }
}
