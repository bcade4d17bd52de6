import { resolve } from 'node:path';
import { z } from 'zod';
import { pseudonymConfig } from '#libs/pseudonyms/config.js';
import { quarantineConfig } from '#libs/quarantine/config.js';
import { commonConfig, ConfigError, readConfig } from '#libs/runtime/config.js';

const sourcesCommandConfig = {
  ...commonConfig,
  ...pseudonymConfig,
  ...quarantineConfig,
  VIGIE_SOURCES_FILE: z.string().optional(),
};

/** The environment of a command on sources, and the file that it is about. Throws `ConfigError`. */
export function readSourcesCommandConfig(file: string | undefined, environment: NodeJS.ProcessEnv = process.env) {
  const config = readConfig(sourcesCommandConfig, environment);
  const path = file ?? config.VIGIE_SOURCES_FILE;
  if (path === undefined) throw new ConfigError('name a file of sources, or set VIGIE_SOURCES_FILE');
  return { config, environment, path: resolve(path) };
}
