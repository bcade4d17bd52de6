import { join } from 'node:path';
import { z } from 'zod';
import { type CommonConfig, commonConfig, readConfig } from '#libs/runtime/config.js';
import { projectRoot } from '#libs/runtime/paths.js';

export const archiverConfig = {
  ...commonConfig,
  VIGIE_RULES_DIR: z.string().default(join(projectRoot, 'rules')),
};
export type ArchiverConfig = CommonConfig & z.infer<z.ZodObject<typeof archiverConfig>>;

export function readArchiverConfig(): ArchiverConfig {
  return readConfig(archiverConfig);
}
