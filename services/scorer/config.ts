import { z } from 'zod';
import { defaultListsDir, rulesConfig } from '#libs/detection/rules/config.js';
import { type CommonConfig, commonConfig, readConfig } from '#libs/runtime/config.js';

export const scorerConfig = {
  ...commonConfig,
  ...rulesConfig,
  /** Event time without any rule holding after which an incident closes. */
  VIGIE_QUIET_HOURS: z.coerce.number().positive().max(720).default(24),
  /** Lateness inside which results are exact from memory alone, whatever the order. */
  VIGIE_ALLOWED_LATENESS_MINUTES: z.coerce.number().nonnegative().max(1440).default(15),
  /** Time between two snapshots of a partition: how much is read again after a crash. */
  VIGIE_SNAPSHOT_SECONDS: z.coerce.number().positive().max(3600).default(10),
};
export type ScorerConfig = CommonConfig & z.infer<z.ZodObject<typeof scorerConfig>>;

export function readScorerConfig(): ScorerConfig {
  return readConfig(scorerConfig);
}

/** Files and folders that decide what the rules are. */
export function rulePathsOf(config: ScorerConfig): readonly string[] {
  const register = config.VIGIE_CLINICS_FILE === undefined ? [] : [config.VIGIE_CLINICS_FILE];
  return [config.VIGIE_RULES_DIR, defaultListsDir, config.VIGIE_LISTS_DIR, ...register];
}
