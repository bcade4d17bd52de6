import { z } from 'zod';
import { pseudonymConfig, readKeyRing } from '#libs/pseudonyms/config.js';
import type { KeyRing } from '#libs/pseudonyms/key-ring.js';
import { type CommonConfig, commonConfig, ConfigError, readConfig, secretReachOf } from '#libs/runtime/config.js';
import { developmentGroup, developmentSource, developmentToken } from './development-token.js';
import { failpoints } from './receive/failpoint.js';
import { type Credentials, parseTokens } from './receive/credentials.js';

const mebibyte = 1024 * 1024;

export const ingestorConfig = {
  ...commonConfig,
  ...pseudonymConfig,
  /** `source@group=token[;authority=...]` entries, see `parseTokens`. */
  VIGIE_INGEST_TOKENS: z.string().optional(),
  /** A body as it comes over the wire. */
  VIGIE_INGEST_BODY_BYTES: z.coerce.number().int().min(1024).max(256 * mebibyte).default(16 * mebibyte),
  /** A body after decompression. */
  VIGIE_INGEST_INFLATED_BYTES: z.coerce.number().int().min(1024).max(512 * mebibyte).default(32 * mebibyte),
  /** Bytes of all requests being worked on; beyond it 503. One source may hold half of it; beyond that 429. */
  VIGIE_INGEST_QUEUE_BYTES: z.coerce.number().int().min(mebibyte).max(8192 * mebibyte).default(256 * mebibyte),
  /** Items of one request. */
  VIGIE_INGEST_ITEMS: z.coerce.number().int().min(1).max(1_000_000).default(100_000),
  /** Time for a whole body to come in. */
  VIGIE_INGEST_BODY_SECONDS: z.coerce.number().positive().max(600).default(30),
  /** Time for the log to acknowledge, after which the sender is told to come again. */
  VIGIE_INGEST_ACK_SECONDS: z.coerce.number().positive().max(120).default(10),
  /** For tests only: where the process kills itself. */
  VIGIE_FAILPOINT: z.enum(failpoints).optional(),
}; // prettier-ignore
type Environment = CommonConfig & z.infer<z.ZodObject<typeof ingestorConfig>>;

export type IngestorConfig = Environment & { readonly credentials: Credentials; readonly keys: KeyRing };

/** Injection token of the configuration. */
export const INGESTOR_CONFIG = Symbol('ingestor configuration');

/**
 * The environment, with its credentials and keys read. On the embedded default a development token and the groups' keys are made where
 * none are given. Throws `ConfigError`.
 */
export function readIngestorConfig(env?: NodeJS.ProcessEnv): IngestorConfig {
  const config = readConfig(ingestorConfig, env);
  const credentials = readCredentials(config);
  return { ...config, credentials, keys: readKeyRing(config, credentials.groupIds()) };
}

function readCredentials(config: Environment): Credentials {
  if (!config.VIGIE_INGEST_TOKENS && config.KAFKA_BROKERS)
    throw new ConfigError('VIGIE_INGEST_TOKENS (or VIGIE_INGEST_TOKENS_FILE) is needed with KAFKA_BROKERS: source@group=token');
  const own = () => `${developmentSource}@${developmentGroup}=${developmentToken(config.VIGIE_DATA_DIR)}`;
  const parsed = parseTokens(config.VIGIE_INGEST_TOKENS ?? own(), secretReachOf(config));
  if ('mistakes' in parsed) throw new ConfigError(`VIGIE_INGEST_TOKENS: ${parsed.mistakes.join('; ')}`);
  if (parsed.weak.length)
    throw new ConfigError(
      `VIGIE_INGEST_TOKENS: ${parsed.weak.join('; ')}. Make each with openssl rand -hex 32, and give it to its sender`,
    );
  return parsed.credentials;
}
