import { runService } from '#libs/runtime/run-service.js';
import { readNotifierConfig } from './config.js';
import { NotifierModule } from './notifier.module.js';

await runService({
  name: 'notifier',
  readConfig: () => readNotifierConfig(),
  module: (config) => NotifierModule.forConfig(config),
});
