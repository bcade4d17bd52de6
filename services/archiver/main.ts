import { LogStrategy } from '#libs/event-log/nest/log-strategy.js';
import { runService } from '#libs/runtime/run-service.js';
import { ArchiverModule } from './archiver.module.js';
import { readArchiverConfig } from './config.js';

await runService({
  name: 'archiver',
  readConfig: readArchiverConfig,
  module: (config) => ArchiverModule.forConfig(config),
  transport: LogStrategy,
});
