import ipaddr from 'ipaddr.js';
import { parse } from 'yaml';
import { z } from 'zod';
import { levels } from '#libs/contracts/incident.js';
import { ConfigError } from '#libs/runtime/config.js';
import { type SecretReach, weaknessOfBytes } from '#libs/runtime/secret-strength.js';
import { parseSecret } from './signature.js';
import type { WebhookEndpoint } from './webhook-channel.js';

/** Receivers that one notifier serves. */
export const endpointsMax = 50;

const secretFor = (reach: SecretReach) =>
  z.string().transform((text, context) => {
    const bytes = parseSecret(text);
    const weakness = bytes && weaknessOfBytes(bytes, reach);
    if (bytes && !weakness) return bytes;
    context.addIssue(
      weakness
        ? `is ${weakness}; whoever guesses it can send false alerts: make one with echo "whsec_$(openssl rand -base64 32)"`
        : 'must be whsec_ and 16 to 64 bytes in base64',
    );
    return z.NEVER;
  });

/**
 * http or https, without a user and password: they would end up in logs, and the signature already proves who sends. Private addresses
 * are allowed, because a hospital's receivers are inside; addresses that nobody's receiver has, such as the metadata of a cloud, are not.
 */
const url = z
  .url({ protocol: /^https?$/ })
  .refine((text) => {
    const { username, password } = new URL(text);
    return !username && !password;
  }, 'must not hold a user or password; the receiver checks the signature instead')
  .refine(
    (text) => !isNobodys(new URL(text).hostname),
    'is an address that no receiver has (link-local, such as the metadata of a cloud, or none at all)',
  );

/** Addresses of the kind that names are resolved to, not names: those are the resolver's, and redirects are never followed. */
function isNobodys(host: string): boolean {
  const bare = host.replaceAll(/[[\]]/g, '');
  if (!ipaddr.isValid(bare)) return false;
  const address = ipaddr.process(bare);
  return ['linkLocal', 'unspecified', 'multicast', 'broadcast'].includes(address.range()) || address.toString() === metadataOfAws;
}

/** Of the unique local addresses, which a hospital may use itself. */
const metadataOfAws = 'fd00:ec2::254';

const endpointFor = (reach: SecretReach) =>
  z.strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/, 'must be 1 to 40 of a-z, 0-9 and -')
      .refine((name) => name !== 'log', 'log is taken'),
    url,
    /** The newest first; several while they rotate. */
    secrets: z.array(secretFor(reach)).min(1).max(5),
    level_min: z.enum(levels).default('informational'),
  });

const endpointsFor = (reach: SecretReach) =>
  z
    .array(endpointFor(reach))
    .max(endpointsMax)
    .refine((list) => new Set(list.map(({ name }) => name)).size === list.length, 'two endpoints have the same name');

/** What the environment says of webhooks, the file already read. Throws `ConfigError`, which quotes no value. */
export function readEndpoints(
  given: {
    readonly url?: string | undefined;
    readonly secret?: string | undefined;
    readonly fileText?: string | undefined;
  },
  reach: SecretReach = 'network',
): readonly WebhookEndpoint[] {
  if (Boolean(given.url) !== Boolean(given.secret))
    throw new ConfigError('VIGIE_WEBHOOK_URL and VIGIE_WEBHOOK_SECRET belong together: give both or neither');
  const list: unknown[] = given.url
    ? [{ name: 'webhook', url: given.url, secrets: given.secret?.split(/[\s,]+/).filter(Boolean) }]
    : [];
  const parsed = endpointsFor(reach).safeParse([...list, ...parseFile(given.fileText)]);
  if (parsed.success)
    return parsed.data.map(({ name, url, secrets, level_min }) => ({ name, url, secrets, levelMin: level_min }));
  const mistakes = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the list'}: ${issue.message}`);
  throw new ConfigError(`the webhook endpoints have ${mistakes.length} mistake(s):\n  ${mistakes.join('\n  ')}`);
}

function parseFile(text: string | undefined): readonly unknown[] {
  if (!text) return [];
  let parsed: unknown;
  try {
    parsed = parse(text);
  } catch {
    // The message of the parser quotes the text, which holds secrets.
    throw new ConfigError('VIGIE_WEBHOOKS_FILE is neither YAML nor JSON');
  }
  if (!Array.isArray(parsed)) throw new ConfigError('VIGIE_WEBHOOKS_FILE must hold a list of {name, url, secrets, level_min?}');
  return parsed;
}
