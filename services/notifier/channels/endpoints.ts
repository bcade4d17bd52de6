import { parse } from 'yaml';
import { z } from 'zod';
import { receiverUrl, signingSecret } from '#libs/channels/http/receiver-url.js';
import { levels } from '#libs/contracts/incident.js';
import { ConfigError } from '#libs/runtime/config.js';
import type { SecretReach } from '#libs/runtime/secret-strength.js';
import type { WebhookEndpoint } from './webhook-channel.js';

/** Receivers that one notifier serves. */
export const endpointsMax = 50;

const endpointFor = (reach: SecretReach) =>
  z.strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/, 'must be 1 to 40 of a-z, 0-9 and -')
      .refine((name) => name !== 'log', 'log is taken'),
    url: receiverUrl,
    /** The newest first; several while they rotate. */
    secrets: z.array(signingSecret(reach)).min(1).max(5),
    level_min: z.enum(levels).default('informational'),
    /** `incident`: every change of an incident; `case`: what is told of cases and of their clocks where no file of routing says to whom. */
    events: z
      .array(z.enum(['incident', 'case']))
      .min(1)
      .default(['incident']),
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
    /** `VIGIE_WEBHOOK_EVENTS` */
    readonly events?: string | undefined;
  },
  reach: SecretReach = 'network',
): readonly WebhookEndpoint[] {
  if (Boolean(given.url) !== Boolean(given.secret))
    throw new ConfigError('VIGIE_WEBHOOK_URL and VIGIE_WEBHOOK_SECRET belong together: give both or neither');
  const list: unknown[] = given.url
    ? [
        {
          name: 'webhook',
          url: given.url,
          secrets: given.secret?.split(/[\s,]+/).filter(Boolean),
          ...(given.events && { events: given.events.split(/[\s,]+/).filter(Boolean) }),
        },
      ]
    : [];
  const parsed = endpointsFor(reach).safeParse([...list, ...parseFile(given.fileText)]);
  if (parsed.success)
    return parsed.data.map(({ name, url, secrets, level_min, events }) => ({
      name,
      url,
      secrets,
      levelMin: level_min,
      takesIncidents: events.includes('incident'),
      takesCases: events.includes('case'),
    }));
  const mistakes = parsed.error.issues.map(({ path, message }) => `${placeOf(path, list.length)}: ${message}`);
  throw new ConfigError(`the webhook endpoints have ${mistakes.length} mistake(s):\n  ${mistakes.join('\n  ')}`);
}

/** The variable of the receiver that variables say, else the place in the list of the file. */
function placeOf([index, field, ...rest]: readonly PropertyKey[], ofVariables: number): string {
  if (typeof index !== 'number') return 'the list';
  if (index >= ofVariables)
    return ['VIGIE_WEBHOOKS_FILE', index - ofVariables, field, ...rest]
      .filter((one) => one !== undefined)
      .map(String)
      .join('.');
  return { secrets: 'VIGIE_WEBHOOK_SECRET', events: 'VIGIE_WEBHOOK_EVENTS' }[String(field)] ?? 'VIGIE_WEBHOOK_URL';
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
  if (!Array.isArray(parsed))
    throw new ConfigError('VIGIE_WEBHOOKS_FILE must hold a list of {name, url, secrets, level_min?, events?}');
  return parsed;
}
