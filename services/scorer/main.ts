import { LogStrategy } from '#libs/event-log/nest/log-strategy.js';
import { runService } from '#libs/runtime/run-service.js';
import { readScorerConfig } from './config.js';
import { ScorerModule } from './scorer.module.js';

await runService({
  name: 'scorer',
  readConfig: readScorerConfig,
  module: (config) => ScorerModule.forConfig(config),
  transport: LogStrategy,
});
