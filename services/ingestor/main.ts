import { runService } from '#libs/runtime/run-service.js';
import { readIngestorConfig } from './config.js';
import { ingestorAdapter } from './http-adapter.js';
import { IngestorModule } from './ingestor.module.js';

/** Beyond the time for a body and for the log's answer, both of which answer by themselves. */
const spareMs = 10_000;

await runService({
  name: 'ingestor',
  readConfig: () => readIngestorConfig(),
  module: (config) => IngestorModule.forConfig(config),
  adapter: (config) => ingestorAdapter((config.VIGIE_INGEST_BODY_SECONDS + config.VIGIE_INGEST_ACK_SECONDS) * 1000 + spareMs),
});
