import { operatorFileText } from './files/operator-file.js';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { resolve } from 'node:path';
import { z } from 'zod';
import { messageOf } from './outcome.js';
import { isLoopback, type OwnHosts } from './host-check.js';
import { isPlaceholder, type SecretReach } from './secret-strength.js';
import { workerOf } from './supervised/worker.js';

/** What every process of Vigie reads from its environment. Services extend this shape with their own variables. */
export const commonConfig = {
  VIGIE_HOST: z.string().default('127.0.0.1'),
  /** Names by which requests may come. */
  VIGIE_HOSTS: commaList().optional(),
  VIGIE_PORT_BASE: z.coerce.number().int().min(1).max(65_000).default(7410),
  VIGIE_DATA_DIR: filePath().prefault('data'),
  /** Which of several processes of its service on this machine a process is, as `2/3`. */
  VIGIE_WORKER: z
    .string()
    .transform((text, context) => {
      const worker = workerOf(text);
      if (!worker) context.addIssue({ code: 'custom', message: 'is set by npm start, as 2/3; leave it out' });
      return worker ?? z.NEVER;
    })
    .optional(),
  VIGIE_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  KAFKA_BROKERS: brokerList().optional(),
  /** What the names of topics and groups begin with, where several installations share a cluster. */
  KAFKA_PREFIX: z
    .string()
    .regex(/^[\w.-]{1,60}$/, 'is letters, digits, _, - and ., at most 60')
    .optional(),
  /** `topic=count`: the number that a topic goes on by although it has more partitions now. */
  KAFKA_PARTITIONS_KEPT: commaList().optional(),
  /** How long a service waits for those of another version that must be replaced before it. */
  VIGIE_UPGRADE_WAIT_MINUTES: z.coerce.number().min(0).max(1440).default(10),
  KAFKA_TLS: flag(),
  KAFKA_TLS_CA: z.string().refine(isPem, 'is no certificate in PEM').optional(),
  /** Where it stands, so that a renewed one is taken up at the next connection. */
  KAFKA_TLS_CA_FILE: z.string().optional(),
  /** What this process shows of itself to brokers that ask for it, and its private key, both PEM; each connection takes what is in their files then. */
  KAFKA_TLS_CERT: z.string().refine(isPem, 'is no certificate in PEM').optional(),
  KAFKA_TLS_CERT_FILE: z.string().optional(),
  KAFKA_TLS_KEY: z.string().refine(isPrivateKey, 'is no private key in PEM').optional(),
  KAFKA_TLS_KEY_FILE: z.string().optional(),
  KAFKA_SASL_MECHANISM: z.enum(['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer']).optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: password().optional(),
  KAFKA_SASL_PASSWORD_FILE: z.string().optional(),
  /** With `oauthbearer`: where tokens are had for the name and the password. */
  KAFKA_OAUTH_TOKEN_URL: z
    .url({ protocol: /^https?$/ })
    .refine(
      (text) => text.startsWith('https:') || isLoopback(new URL(text).hostname.replace(/^\[(.*)\]$/, '$1')),
      'must be https',
    )
    .optional(),
  KAFKA_OAUTH_SCOPE: z.string().optional(),
  /** `name=value`: what brokers are told beside the token. */
  KAFKA_OAUTH_EXTENSIONS: commaList().optional(),
  /** `key_id=base64` of those who write the log: the first signs frames, all are believed. */
  VIGIE_FRAME_KEYS: z.string().optional(),
  VIGIE_FRAME_KEYS_FILE: z.string().optional(),
  /** From when on frames on Kafka are signed, milliseconds. */
  VIGIE_FRAMES_SIGNED_SINCE: z.iso
    .datetime({ offset: true })
    .transform((text) => Date.parse(text))
    .optional(),
  CLICKHOUSE_URL: z.url({ protocol: /^https?$/ }).optional(),
  CLICKHOUSE_USER: z.string().default('default'),
  CLICKHOUSE_PASSWORD: password().default(''),
  CLICKHOUSE_PASSWORD_FILE: z.string().optional(),
  /** What this process shows of itself to a ClickHouse, or a proxy before it, that asks for it, as for the brokers. Without a password it is who the user is. */
  CLICKHOUSE_TLS_CERT: z.string().refine(isPem, 'is no certificate in PEM').optional(),
  CLICKHOUSE_TLS_CERT_FILE: z.string().optional(),
  CLICKHOUSE_TLS_KEY: z.string().refine(isPrivateKey, 'is no private key in PEM').optional(),
  CLICKHOUSE_TLS_KEY_FILE: z.string().optional(),
};
export type CommonConfig = z.infer<z.ZodObject<typeof commonConfig>>;

/** Who can try the secrets of a process: one machine alone, behind loopback and with the embedded log, or a network. */
export function secretReachOf({ VIGIE_HOST, KAFKA_BROKERS }: Pick<CommonConfig, 'VIGIE_HOST' | 'KAFKA_BROKERS'>): SecretReach {
  return isLoopback(VIGIE_HOST) && !KAFKA_BROKERS ? 'machine' : 'network';
}

/** What requests may come by, for `isOwnHost`. */
export function ownHostsOf({ VIGIE_HOST, VIGIE_HOSTS }: Pick<CommonConfig, 'VIGIE_HOST' | 'VIGIE_HOSTS'>): OwnHosts {
  return { bound: VIGIE_HOST, names: VIGIE_HOSTS };
}

/** The environment does not fit: every mistake at once, values never quoted because some are secrets. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads a configuration. Every variable may also be given as `<NAME>_FILE`, a path whose content (without the last newline) is the
 * value: that is how secrets are mounted. An empty variable counts as absent. Throws `ConfigError` that lists all mistakes.
 */
export function readConfig<S extends z.ZodRawShape>(shape: S, env: NodeJS.ProcessEnv = process.env): z.infer<z.ZodObject<S>> {
  const mistakes: string[] = [];
  const given: Record<string, string> = {};
  for (const name of Object.keys(shape)) {
    const value = env[name] || readSecretFile(name, env, mistakes);
    if (value) given[name] = value;
  }
  const parsed = z.object(shape).safeParse(given);
  if (!parsed.success) mistakes.push(...parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  if (mistakes.length || !parsed.success)
    throw new ConfigError(`the environment has ${mistakes.length} mistake(s):\n  ${mistakes.join('\n  ')}`);
  return parsed.data;
}

function readSecretFile(name: string, env: NodeJS.ProcessEnv, mistakes: string[]): string | undefined {
  const path = env[`${name}_FILE`];
  if (!path) return undefined;
  try {
    return operatorFileText(path).replace(/\r?\n$/, '');
  } catch (cause) {
    mistakes.push(`${name}_FILE: ${path} cannot be read (${messageOf(cause)})`);
    return undefined;
  }
}

/** A password or token that somebody else checks: it may be of any kind, but not what an example left in its place. */
export function password() {
  return z.string().refine((text) => !isPlaceholder(text), 'is a placeholder that was never replaced; put the password there');
}

/** The certificates of a PEM text, one or a bundle of them. Throws where one of them is none. */
export function certificatesOf(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

export function isPem(text: string): boolean {
  try {
    return certificatesOf(text).length > 0;
  } catch {
    return false;
  }
}

export function isPrivateKey(text: string): boolean {
  try {
    createPrivateKey(text);
    return true;
  } catch {
    return false;
  }
}

/** Entries of keys and tokens, separated by commas or line ends; lines that begin with `#` are remarks, whatever is in them. */
export function entriesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .flatMap((line) => line.split(','))
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** A path, from the folder in which the process was started where it does not begin at the root. */
export function filePath() {
  return z.string().transform((path) => resolve(path));
}

/** `a,b, c` as a list without blanks. */
export function commaList() {
  return z.string().transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  );
}

/** A host or an address, one of IPv6 in brackets, and a port: what a broker is reached by. */
const brokerAddress = /^(?:\[[\da-f:.]+(?:%[^\]]+)?\]|[^\s:/[\]]+):\d{1,5}$/i;

/** `host:port,host:port`, without the scheme that brokers write before their listeners. */
function brokerList() {
  return commaList().superRefine((brokers, context) => {
    for (const [index, broker] of brokers.entries())
      if (!brokerAddress.test(broker))
        context.addIssue({
          code: 'custom',
          message: `entry ${index + 1} is not host:port, such as kafka-1.example:9092 or [2001:db8::5]:9092, without SASL_SSL:// or the like before it`,
        });
  });
}

/** `1`, `true`, `yes`, `on` or their opposites; false when absent. */
export function flag(absent = false) {
  return z.stringbool().default(absent);
}
