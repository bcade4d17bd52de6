import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { maskConfig } from '#libs/channels/told/mask-key.js';
import { rulesConfig } from '#libs/detection/rules/load/config.js';
import { keysDir } from '#libs/pseudonyms/key-file.js';
import {
  type CommonConfig,
  commaList,
  commonConfig,
  ConfigError,
  filePath,
  flag,
  isPrivateKey,
  password,
  readConfig,
} from '#libs/runtime/config.js';
import { isLoopback } from '#libs/runtime/host-check.js';
import { trustedProxies } from '#libs/runtime/proxies/trusted-proxies.js';
import { readPatientPatterns } from './act/patient-like.js';
import { developmentConsoleToken, developmentUser } from './users/development-token.js';
import { ShownKey } from './oidc/shown-key.js';
import { readGrantsFile } from './oidc/grants-file.js';
import type { Grants } from './oidc/grants.js';
import type { ProviderSettings } from './oidc/identity-provider.js';
import type { AssistantTokens } from './mcp/tokens.js';
import { readTokensFile } from './mcp/tokens-file.js';
import { tokenDigest, Users } from './users/users.js';
import { localSessionKey, readSessionKeys } from './session/session-keys.js';
import { sessionKeyBytes } from './session/sealed-session.js';
import { readUsersFile } from './users/users-file.js';

/** The most that VIGIE_CONSOLE_ACK_SECONDS may be: whoever asks the console to act waits longer than this. */
export const ackSecondsMax = 120;

export const consoleConfig = {
  ...commonConfig,
  /** The rules in use, as assistants are told of them, and the key by which accounts are masked for them. */
  ...rulesConfig,
  ...maskConfig,
  /** Tokens of assistants, see `readTokensFile`; none is answered where it is left out. */
  VIGIE_MCP_TOKENS_FILE: filePath().optional(),
  /** Calls of one assistant in a minute. */
  VIGIE_MCP_CALLS_PER_MINUTE: z.coerce.number().int().positive().default(60),
  /** Who may see cases and act on them, see `readUsersFile`. */
  VIGIE_CONSOLE_USERS_FILE: filePath().optional(),
  /** Who logs in with a password and a code, see `AccountFile`; below the data folder on the embedded default where it is left out. */
  VIGIE_CONSOLE_ACCOUNTS_FILE: filePath().optional(),
  /** The hospital's identity provider (OpenID Connect); with it nobody logs in to a page by anything else. */
  VIGIE_OIDC_ISSUER: z
    .url({ protocol: /^https?$/ })
    .refine(isSafeIssuer, 'is not https: on this machine alone it need not be')
    .optional(),
  VIGIE_OIDC_CLIENT_ID: z.string().optional(),
  /** None for a public client. */
  VIGIE_OIDC_CLIENT_SECRET: password().optional(),
  /** In its place: a private key of the console's own, and its certificate, see `ShownKey`. */
  VIGIE_OIDC_CLIENT_KEY: z.string().refine(isPrivateKey, 'is no private key in PEM').optional(),
  /** The name under which the provider knows that key. */
  VIGIE_OIDC_CLIENT_KEY_ID: z.string().optional(),
  VIGIE_OIDC_SCOPES: z
    .string()
    .regex(/(^|\s)openid(\s|$)/, 'does not hold openid')
    .default('openid'),
  /** Whether requests are pushed to the provider (RFC 9126); they are without it where it says that all must be. */
  VIGIE_OIDC_PAR: flag(),
  /** The claim that names a person here: one that the provider gives to nobody else later. */
  VIGIE_OIDC_USER_CLAIM: z.string().default('sub'),
  /** The claim that lists somebody's groups; may lead into an object, `realm_access.roles`. */
  VIGIE_OIDC_GROUPS_CLAIM: z.string().default('groups'),
  /** What each group of the identity provider allows, see `readGrantsFile`. */
  VIGIE_ROLES_FILE: filePath().optional(),
  /** Regular expressions of what an identifier of a patient looks like, a line each; free text that holds one is refused. */
  VIGIE_PATIENT_PATTERNS: z.string().optional(),
  /** Who is told of cases, as the notifier's: who is on call by it. Receivers, and secrets that it names, are not read. */
  VIGIE_ROUTING_FILE: filePath().optional(),
  /** Lengths of the clocks of a breach; those that come with Vigie where it is left out. */
  VIGIE_DEADLINES_FILE: filePath().optional(),
  /** Where scorers answer what the windows of an account hold; the one of this machine where it is left out. */
  VIGIE_SCORER_URLS: commaList().optional(),
  /** What seals the sessions of browsers: keys of 32 bytes in base64, the newest first. */
  VIGIE_CONSOLE_KEY: z.string().optional(),
  /** Where browsers find the pages. Behind `https` the cookie of a session is for HTTPS alone. */
  VIGIE_CONSOLE_URL: z
    .url({ protocol: /^https?$/ })
    .refine(
      isWithoutPath,
      'has a path: the console is at the root of a name of its own, since its pages ask there for their files',
    )
    .optional(),
  /** Proxies before the console, which say from which address somebody comes. */
  VIGIE_CONSOLE_PROXIES: trustedProxies().optional(),
  /** Time for the log to acknowledge an action and to give it back, after which the client is told to ask again. */
  VIGIE_CONSOLE_ACK_SECONDS: z.coerce.number().positive().max(ackSecondsMax).default(10),
};
type Environment = CommonConfig & z.infer<z.ZodObject<typeof consoleConfig>>;
export type ConsoleConfig = Environment & {
  readonly users: Users;
  readonly assistants?: AssistantTokens | undefined;
  readonly patientPatterns: readonly RegExp[];
  /** What a process that this one starts finds the store by. */
  readonly environment: Readonly<Record<string, string | undefined>>;
} & SessionConfig;

interface SessionConfig {
  /** Where accounts are kept; undefined where nobody has one. */
  readonly accountsFile: string | undefined;
  /** Whether analysts and officers may do without a second factor: nobody but this machine reaches the console. */
  readonly codesAreOptional: boolean;
  readonly oidc: { readonly settings: ProviderSettings; readonly grants: Grants } | undefined;
  /** Whether the only user is the one that Vigie made for this machine. */
  readonly isDevelopment: boolean;
  readonly sessionKeys: readonly Uint8Array[];
}

/** Injection token of the configuration. */
export const CONSOLE_CONFIG = Symbol('console configuration');

/** The environment with its users read. Throws `ConfigError`. */
export function readConsoleConfig(env: NodeJS.ProcessEnv = process.env): ConsoleConfig {
  const config = readConfig(consoleConfig, env);
  const { VIGIE_MCP_TOKENS_FILE: tokens, VIGIE_PATIENT_PATTERNS: patterns = '' } = config;
  const assistants = tokens === undefined ? undefined : readTokensFile(tokens);
  const patientPatterns = readPatientPatterns(patterns);
  return {
    ...config,
    VIGIE_HOSTS: namesOf(config),
    users: usersOf(config),
    assistants,
    patientPatterns,
    environment: env,
    ...sessionConfig(config),
  };
}

/** Where names are asked for, the one by which people open the console is one of them: a proxy passes it on. */
export function namesOf({
  VIGIE_HOST: host,
  VIGIE_HOSTS: names,
  VIGIE_CONSOLE_URL: url,
}: Pick<Environment, 'VIGIE_HOST' | 'VIGIE_HOSTS' | 'VIGIE_CONSOLE_URL'>): string[] | undefined {
  if (url === undefined || (names === undefined && !isLoopback(host))) return names;
  return [...(names ?? []), new URL(url).hostname];
}

/** Without a key on a network, sessions are of this process alone: they end with it, and no other console knows them. Throws `ConfigError`. */
export function sessionConfig(config: Environment): SessionConfig {
  const { VIGIE_CONSOLE_KEY: given, KAFKA_BROKERS: brokers, VIGIE_CONSOLE_USERS_FILE: file, VIGIE_DATA_DIR: dataDir } = config;
  const oidc = oidcOf(config);
  const accountsFile = oidc
    ? undefined
    : (config.VIGIE_CONSOLE_ACCOUNTS_FILE ?? (brokers ? undefined : localAccountsFile(dataDir)));
  if (accountsFile !== undefined && brokers && given === undefined)
    throw new ConfigError(
      'VIGIE_CONSOLE_ACCOUNTS_FILE: VIGIE_CONSOLE_KEY is needed with it, which seals the second factors: openssl rand -base64 32 makes one',
    );
  const text = given ?? (brokers ? randomBytes(sessionKeyBytes).toString('base64') : localSessionKey(dataDir));
  return {
    isDevelopment: !brokers && !file,
    sessionKeys: readSessionKeys(text),
    accountsFile,
    codesAreOptional: isOfThisMachine(config),
    oidc,
  };
}

/** Where accounts are on the embedded default, beside the keys: what copies these copies them. */
export function localAccountsFile(dataDir: string): string {
  return join(keysDir(dataDir), 'console-accounts.db');
}

function isOfThisMachine({ VIGIE_HOST: host, VIGIE_CONSOLE_URL: url }: Environment): boolean {
  return isLoopback(host) && (url === undefined || isLoopback(new URL(url).hostname));
}

function oidcOf(config: Environment): SessionConfig['oidc'] {
  const { VIGIE_OIDC_ISSUER: issuer, VIGIE_OIDC_CLIENT_ID: clientId, VIGIE_ROLES_FILE: file, VIGIE_CONSOLE_URL: url } = config;
  if (issuer === undefined) return undefined;
  if (clientId === undefined || file === undefined || url === undefined)
    throw new ConfigError(
      'VIGIE_OIDC_ISSUER: VIGIE_OIDC_CLIENT_ID, VIGIE_ROLES_FILE and VIGIE_CONSOLE_URL are needed with it: see docs/console.md',
    );
  const { VIGIE_OIDC_CLIENT_SECRET: clientSecret, VIGIE_OIDC_CLIENT_KEY: key } = config;
  if (clientSecret !== undefined && key !== undefined)
    throw new ConfigError('VIGIE_OIDC_CLIENT_KEY and VIGIE_OIDC_CLIENT_SECRET are both set: the console shows one of them');
  const claims = { user: config.VIGIE_OIDC_USER_CLAIM, groups: config.VIGIE_OIDC_GROUPS_CLAIM };
  const settings = {
    issuer,
    clientId,
    clientSecret,
    clientKey: key === undefined ? undefined : new ShownKey(key, config.VIGIE_OIDC_CLIENT_KEY_ID),
    scopes: config.VIGIE_OIDC_SCOPES,
    claims,
    consoleUrl: url.replace(/\/+$/, ''),
    pushes: config.VIGIE_OIDC_PAR,
  };
  return { settings, grants: readGrantsFile(file) };
}

function isWithoutPath(url: string): boolean {
  const { pathname, search, hash } = new URL(url);
  return /^\/*$/.test(pathname) && search === '' && hash === '';
}

function isSafeIssuer(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || isLoopback(hostname);
}

function usersOf(config: Environment): Users {
  if (config.VIGIE_CONSOLE_USERS_FILE) return readUsersFile(config.VIGIE_CONSOLE_USERS_FILE);
  // Nobody is let in then; what others need of this process (cases in the store) goes on.
  if (config.KAFKA_BROKERS) return new Users([]);
  const digest = tokenDigest(developmentConsoleToken(config.VIGIE_DATA_DIR));
  return new Users([
    { id: developmentUser, roles: ['analyst', 'dpo', 'operator', 'reader'], clinics: undefined, digests: [digest] },
  ]);
}
