import { type DynamicModule, Module } from '@nestjs/common';
import type { IngestorConfig } from './config.js';
import { INGESTOR_CONFIG, IngestService } from './ingest.service.js';
import { IngestController } from './receive/ingest.controller.js';

@Module({})
export class IngestorModule {
  static forConfig(config: IngestorConfig): DynamicModule {
    return {
      module: IngestorModule,
      controllers: [IngestController],
      providers: [{ provide: INGESTOR_CONFIG, useValue: config }, IngestService],
    };
  }
}
