import { runService } from '#libs/runtime/run-service.js';
import { readIngestorConfig } from './config.js';
import { ingestorAdapter } from './http-adapter.js';
import { IngestorModule } from './ingestor.module.js';

/** Of an upload that keeps coming; other bodies have their own, much shorter time. */
const requestMsMax = 3_600_000;

await runService({
  name: 'ingestor',
  readConfig: () => readIngestorConfig(),
  module: (config) => IngestorModule.forConfig(config),
  adapter: () => ingestorAdapter(requestMsMax),
});
