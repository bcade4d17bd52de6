import { LogStrategy } from '#libs/event-log/nest/log-strategy.js';
import { runService } from '#libs/runtime/run-service.js';
import { NotifierModule } from './notifier.module.js';
import { readNotifierConfig } from './config.js';

await runService({
  name: 'notifier',
  readConfig: readNotifierConfig,
  module: (config) => NotifierModule.forConfig(config),
  transport: LogStrategy,
});
