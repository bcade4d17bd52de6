import { z } from 'zod';
import { rulesConfig } from '#libs/detection/rules/config.js';
import { type CommonConfig, commonConfig, readConfig } from '#libs/runtime/config.js';

export const archiverConfig = {
  ...commonConfig,
  ...rulesConfig,
};
export type ArchiverConfig = CommonConfig & z.infer<z.ZodObject<typeof archiverConfig>>;

export function readArchiverConfig(): ArchiverConfig {
  return readConfig(archiverConfig);
}
