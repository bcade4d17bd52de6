import { z } from 'zod';
import { judgingConfig } from '#libs/detection/rules/load/judging-config.js';
import { rulesConfig } from '#libs/detection/rules/load/config.js';
import { pseudonymConfig, readKeyRing } from '#libs/pseudonyms/config.js';
import { quarantineConfig, readQuarantineKeys } from '#libs/quarantine/config.js';
import type { QuarantineKeys } from '#libs/quarantine/quarantine-keys.js';
import { type CommonConfig, commonConfig, ConfigError, filePath, readConfig, secretReachOf } from '#libs/runtime/config.js';
import { developmentGroup, developmentSource, developmentToken } from './development-token.js';
import { failpoints } from './receive/failpoint.js';
import { Credentials, parseTokens } from '#libs/sources/credentials.js';
import { noSources, readSources } from '#libs/sources/read-sources.js';
import type { SourcesInUse } from '#libs/sources/sources-in-use.js';

const mebibyte = 1024 * 1024;

export const ingestorConfig = {
  ...commonConfig,
  ...pseudonymConfig,
  ...quarantineConfig,
  /** `source@group=token[;authority=...]` entries, see `parseTokens`. */
  VIGIE_INGEST_TOKENS: z.string().optional(),
  /** Sources with their credentials, formats and listeners, see `readSources`; read again when it changes. */
  VIGIE_SOURCES_FILE: filePath().optional(),
  /** A body as it comes over the wire. */
  VIGIE_INGEST_BODY_BYTES: z.coerce
    .number()
    .int()
    .min(1024)
    .max(256 * mebibyte)
    .default(16 * mebibyte),
  /** A body after decompression. */
  VIGIE_INGEST_INFLATED_BYTES: z.coerce
    .number()
    .int()
    .min(1024)
    .max(512 * mebibyte)
    .default(32 * mebibyte),
  /** A file that is uploaded, after decompression. */
  VIGIE_INGEST_FILE_BYTES: z.coerce
    .number()
    .int()
    .min(1024)
    .max(65_536 * mebibyte)
    .default(1024 * mebibyte),
  /** Bytes of all requests being worked on; beyond it 503. One source may hold half of it; beyond that 429. */
  VIGIE_INGEST_QUEUE_BYTES: z.coerce
    .number()
    .int()
    .min(mebibyte)
    .max(8192 * mebibyte)
    .default(256 * mebibyte),
  /** Items of one request. */
  VIGIE_INGEST_ITEMS: z.coerce.number().int().min(1).max(1_000_000).default(100_000),
  /** The zone whose midnights part the days of what is known of accounts. */
  VIGIE_ZONE: judgingConfig.VIGIE_ZONE,
  /** `off`: rows come without `care_link`, and which patients an account met is not written down; `none`: they come as versions of before this knew them, while those may still read. */
  VIGIE_CARE_LINK: z.enum(['on', 'off', 'none']).default('on'),
  /** Folder of the list `service_accounts`. */
  VIGIE_LISTS_DIR: rulesConfig.VIGIE_LISTS_DIR,
  /** Time for a whole body to come in. */
  VIGIE_INGEST_BODY_SECONDS: z.coerce.number().positive().max(600).default(30),
  /** Time for the log to acknowledge, after which the sender is told to come again. */
  VIGIE_INGEST_ACK_SECONDS: z.coerce.number().positive().max(120).default(10),
  /** For tests only: where the process kills itself. */
  VIGIE_FAILPOINT: z.enum(failpoints).optional(),
};
type Environment = CommonConfig & z.infer<z.ZodObject<typeof ingestorConfig>>;

export type IngestorConfig = Environment & {
  readonly sources: SourcesInUse;
  readonly quarantineKeys: QuarantineKeys;
  /** Reads the file of sources again, and the secrets that it names. Throws `ConfigError`. */
  readonly loadSources: () => SourcesInUse;
  /** The files that say who may send, and under which keys: of sources, of tokens, of pseudonym keys, where they are named. */
  readonly sourcesFiles: readonly string[];
};

/** Injection token of the configuration. */
export const INGESTOR_CONFIG = Symbol('ingestor configuration');

/**
 * The environment, with its sources and keys read. On the embedded default a development token and the groups' keys are made where
 * none are given. Throws `ConfigError`.
 */
export function readIngestorConfig(env: NodeJS.ProcessEnv = process.env): IngestorConfig {
  const config = readConfig(ingestorConfig, env);
  // Tokens and keys of a file are renewed as the sources are: by another content.
  const tokensOf = () =>
    readCredentials({ ...config, ...readConfig({ VIGIE_INGEST_TOKENS: ingestorConfig.VIGIE_INGEST_TOKENS }, env) });
  const keysOf = () => readConfig({ VIGIE_PSEUDONYM_KEYS: ingestorConfig.VIGIE_PSEUDONYM_KEYS }, env);
  const loadSources = () => sourcesInUse({ ...config, ...keysOf() }, tokensOf(), env);
  return {
    ...config,
    sources: loadSources(),
    loadSources,
    sourcesFiles: filesOf(config, env),
    quarantineKeys: readQuarantineKeys(config),
  };
}

function filesOf({ VIGIE_SOURCES_FILE: sources }: Environment, env: NodeJS.ProcessEnv): readonly string[] {
  const tokens = env['VIGIE_INGEST_TOKENS'] ? undefined : env['VIGIE_INGEST_TOKENS_FILE'];
  const keys = env['VIGIE_PSEUDONYM_KEYS'] ? undefined : env['VIGIE_PSEUDONYM_KEYS_FILE'];
  return [sources, tokens, keys].flatMap((path) => path || []);
}

function sourcesInUse(config: Environment, tokens: Credentials, environment: NodeJS.ProcessEnv): SourcesInUse {
  const path = config.VIGIE_SOURCES_FILE;
  const file = path === undefined ? noSources : readSources(path, { environment, reach: secretReachOf(config) });
  const both = file.credentials.some(({ digest }) => tokens.has(digest));
  if (both)
    throw new ConfigError(
      `${path} has 1 mistake(s):\n  a token of it stands in VIGIE_INGEST_TOKENS too; leave it in one of them`,
    );
  const credentials = tokens.with(file.credentials);
  const groupIds = [...new Set([...credentials.groupIds(), ...file.sources.map(({ groupId }) => groupId)])];
  return { credentials, keys: readKeyRing(config, groupIds), file };
}

function readCredentials(config: Environment): Credentials {
  if (!config.VIGIE_INGEST_TOKENS && config.KAFKA_BROKERS) {
    if (config.VIGIE_SOURCES_FILE) return new Credentials([]);
    throw new ConfigError(
      'VIGIE_INGEST_TOKENS (or VIGIE_INGEST_TOKENS_FILE) is needed with KAFKA_BROKERS: source@group=token; or VIGIE_SOURCES_FILE',
    );
  }
  const own = () => `${developmentSource}@${developmentGroup}=${developmentToken(config.VIGIE_DATA_DIR)}`;
  const parsed = parseTokens(config.VIGIE_INGEST_TOKENS ?? own(), secretReachOf(config));
  if ('mistakes' in parsed) throw new ConfigError(`VIGIE_INGEST_TOKENS: ${parsed.mistakes.join('; ')}`);
  if (parsed.weak.length)
    throw new ConfigError(
      `VIGIE_INGEST_TOKENS: ${parsed.weak.join('; ')}. Make each with openssl rand -hex 32, and give it to its sender`,
    );
  return parsed.credentials;
}
