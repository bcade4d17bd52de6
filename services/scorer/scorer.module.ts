import { type DynamicModule, Module } from '@nestjs/common';
import { AccountsController } from './accounts.controller.js';
import type { ScorerConfig } from './config.js';
import { SCORER_CONFIG, ScorerService } from './scorer.service.js';

@Module({})
export class ScorerModule {
  static forConfig(config: ScorerConfig): DynamicModule {
    return {
      module: ScorerModule,
      controllers: [AccountsController],
      providers: [{ provide: SCORER_CONFIG, useValue: config }, ScorerService],
    };
  }
}
