import { z } from 'zod';
import { judgingConfig } from '#libs/detection/rules/load/judging-config.js';
import { defaultListsDir, rulesConfig } from '#libs/detection/rules/load/config.js';
import { type CommonConfig, commonConfig, readConfig } from '#libs/runtime/config.js';

export const scorerConfig = {
  ...commonConfig,
  ...rulesConfig,
  ...judgingConfig,
  /** Time between two snapshots of a partition: how much is read again after a crash. */
  VIGIE_SNAPSHOT_SECONDS: z.coerce.number().positive().max(3600).default(10),
};
export type ScorerConfig = CommonConfig & z.infer<z.ZodObject<typeof scorerConfig>>;

/** Injection token of the configuration. */
export const SCORER_CONFIG = Symbol('scorer configuration');

export function readScorerConfig(): ScorerConfig {
  return readConfig(scorerConfig);
}

/** Files and folders that decide what the rules are. */
export function rulePathsOf(config: ScorerConfig): readonly string[] {
  const register = config.VIGIE_CLINICS_FILE === undefined ? [] : [config.VIGIE_CLINICS_FILE];
  return [config.VIGIE_RULES_DIR, defaultListsDir, config.VIGIE_LISTS_DIR, ...register];
}
