import { STORE_CLIENT, type StoreClient } from '#libs/access-store/nest/store.module.js';
import { portOffsets } from '#libs/contracts/vocabulary.js';
import type { Clock } from '#libs/runtime/clock.js';
import { CLOCK } from '#libs/runtime/runtime.module.js';
import { PartsLook } from './answer/parts-look.js';
import { CONSOLE_CONFIG, type ConsoleConfig } from './config.js';
import { Gauges } from './follow/gauges.js';
import { areReady, ScorerWindows } from './study/windows-now.js';

/** Where scorers answer; the one of this machine on the embedded default. On a network nobody knows where they are unless it is said. */
function scorerUrls({
  VIGIE_SCORER_URLS: urls,
  KAFKA_BROKERS: brokers,
  VIGIE_HOST: host,
  VIGIE_PORT_BASE: base,
}: ConsoleConfig): readonly string[] {
  return urls ?? (brokers ? [] : [`http://${host}:${base + portOffsets.scorer}`]);
}

const windows = {
  provide: ScorerWindows,
  inject: [CONSOLE_CONFIG],
  useFactory: (config: ConsoleConfig) => new ScorerWindows(scorerUrls(config)),
};

const parts = {
  provide: PartsLook,
  inject: [CONSOLE_CONFIG, STORE_CLIENT, Gauges, CLOCK],
  useFactory: (config: ConsoleConfig, client: StoreClient, gauges: Gauges, clock: Clock) =>
    new PartsLook(
      {
        store: async () => [(await client.ping()).success],
        log: async () => [gauges.logAnswers],
        scorers: () => areReady(scorerUrls(config)),
      },
      clock,
    ),
};

/** What the console is made of beside itself, and whether it answers. */
export const partProviders = [windows, parts];
