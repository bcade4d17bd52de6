import { LogStrategy } from '#libs/event-log/nest/log-strategy.js';
import { runService } from '#libs/runtime/run-service.js';
import { readConsoleConfig } from './config.js';
import { ConsoleModule } from './console.module.js';

await runService({
  name: 'console',
  readConfig: readConsoleConfig,
  module: (config) => ConsoleModule.forConfig(config),
  proxies: ({ VIGIE_CONSOLE_PROXIES }) => VIGIE_CONSOLE_PROXIES,
  transport: LogStrategy,
});
