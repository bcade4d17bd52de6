import { z } from 'zod';
import { defaultListsDir, type RulesConfig, rulesConfig } from '#libs/detection/rules/load/config.js';
import { type CommonConfig, commonConfig, readConfig } from '#libs/runtime/config.js';

export const archiverConfig = {
  ...commonConfig,
  ...rulesConfig,
};
export type ArchiverConfig = CommonConfig & z.infer<z.ZodObject<typeof archiverConfig>>;

/** Injection token of the configuration. */
export const ARCHIVER_CONFIG = Symbol('archiver configuration');

export function readArchiverConfig(): ArchiverConfig {
  return readConfig(archiverConfig);
}

/** Files and folders that decide which accesses the rules look at. */
export function rulePathsOf(config: RulesConfig): readonly string[] {
  return [
    config.VIGIE_RULES_DIR,
    defaultListsDir,
    config.VIGIE_LISTS_DIR,
    ...(config.VIGIE_CLINICS_FILE === undefined ? [] : [config.VIGIE_CLINICS_FILE]),
  ];
}
