import { resolve } from 'node:path';
import { z } from 'zod';
import { pseudonymConfig } from '#libs/pseudonyms/config.js';
import { commonConfig, ConfigError, readConfig } from '#libs/runtime/config.js';

const replayConfig = { ...commonConfig, ...pseudonymConfig, VIGIE_SOURCES_FILE: z.string().optional() };

/** The environment of a replay, and its file of sources. Throws `ConfigError`. */
export function readReplayConfig(environment: NodeJS.ProcessEnv = process.env) {
  const config = readConfig(replayConfig, environment);
  if (config.VIGIE_SOURCES_FILE === undefined)
    throw new ConfigError('VIGIE_SOURCES_FILE is needed: a dry run reads records by the configuration of their sources');
  return { config, environment, path: resolve(config.VIGIE_SOURCES_FILE) };
}
