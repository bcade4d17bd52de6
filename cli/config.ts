import { z } from 'zod';
import { judgingConfig } from '#libs/detection/rules/load/judging-config.js';
import { rulesConfig } from '#libs/detection/rules/load/config.js';
import { portOffsets } from '#libs/contracts/vocabulary.js';
import { workersMax } from '#libs/runtime/supervised/worker.js';
import { readTargets } from '#libs/runtime/supervised/targets.js';
import { type CommonConfig, commaList, commonConfig, password, readConfig } from '#libs/runtime/config.js';

export const commandConfig = {
  ...commonConfig,
  ...rulesConfig,
  ...judgingConfig,
  /** Scorers and ingestors that `npm start` runs, so many of each; as the machine serves where it is left out. */
  VIGIE_WORKERS: z
    .string()
    .refine(
      (text) => /^[1-9]\d?$/.test(text) && Number(text) <= workersMax,
      `must be a whole number from 1 to ${workersMax}: how many scorers, and how many ingestors, run on this machine`,
    )
    .transform(Number)
    .optional(),
  VIGIE_INGEST_TOKENS: z.string().optional(),
  VIGIE_WEBHOOK_URL: z.string().optional(),
  VIGIE_WEBHOOKS_FILE: z.string().optional(),
  /** Where the console answers; the one of this machine where it is left out. */
  VIGIE_CONSOLE_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** The token of a user of the console; on the embedded default the one that Vigie made. */
  VIGIE_CONSOLE_TOKEN: password().optional(),
  /** The token of an assistant, for `vigie mcp`. */
  VIGIE_MCP_TOKEN: password().optional(),
  VIGIE_CONSOLE_USERS_FILE: z.string().optional(),
  /** Who logs in to the pages with a password and a code; below the data folder where it is left out. */
  VIGIE_CONSOLE_ACCOUNTS_FILE: z.string().optional(),
  /** What an identifier of a patient looks like, for texts that people write: see the console. */
  VIGIE_PATIENT_PATTERNS: z.string().optional(),
  /** Where scorers answer; those of this machine where it is left out. */
  VIGIE_SCORER_URLS: commaList().optional(),
};
export type CommandConfig = CommonConfig & z.infer<z.ZodObject<typeof commandConfig>>;

/** The environment of a command; throws `ConfigError`. */
export function readCommandConfig(env: NodeJS.ProcessEnv = process.env): CommandConfig {
  return readConfig(commandConfig, env);
}

/** Where a process of this machine answers. */
export function addressOf(config: CommonConfig, name: keyof typeof portOffsets): string {
  return `http://${config.VIGIE_HOST}:${config.VIGIE_PORT_BASE + portOffsets[name]}`;
}

/** Where each process of a service of this machine answers for itself: several may run, as the newest start over the data folder wrote down. */
export function addressesOf(config: CommonConfig, name: keyof typeof portOffsets): readonly string[] {
  const known = readTargets(config.VIGIE_DATA_DIR, name);
  return known.length > 0 ? known.map((address) => `http://${address}`) : [addressOf(config, name)];
}

export function clickhouseUrl(config: CommonConfig): string {
  return config.CLICKHOUSE_URL ?? addressOf(config, 'clickhouse');
}
