import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { type CommonConfig, commonConfig, ConfigError, filePath, readConfig, secretReachOf } from '#libs/runtime/config.js';
import { maskConfig } from '#libs/channels/told/mask-key.js';
import { defaultRouting } from '#libs/routing/default-routing.js';
import { readRouting } from '#libs/routing/read-routing.js';
import type { Routing } from '#libs/routing/routing.js';
import { operatorFileText } from '#libs/runtime/files/operator-file.js';
import { messageOf } from '#libs/runtime/outcome.js';
import { readEndpoints } from './channels/endpoints.js';
import type { WebhookEndpoint } from './channels/webhook-channel.js';

export const notifierConfig = {
  ...commonConfig,
  /** One receiver; for several, VIGIE_WEBHOOKS_FILE. */
  VIGIE_WEBHOOK_URL: z.string().optional(),
  /** `whsec_...`; two, separated by a comma, while it rotates. */
  VIGIE_WEBHOOK_SECRET: z.string().optional(),
  /** What VIGIE_WEBHOOK_URL is told: `incident`, `case`, or both with a comma between. */
  VIGIE_WEBHOOK_EVENTS: z.string().optional(),
  /** Who is told of cases; what comes with Vigie where it is left out. A path in itself. */
  VIGIE_ROUTING_FILE: filePath().optional(),
  /** Lengths of the clocks of a breach, as the console's. */
  VIGIE_DEADLINES_FILE: filePath().optional(),
  /** Where people open cases, without a slash at its end: messages carry links to it. */
  VIGIE_CONSOLE_URL: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  ...maskConfig,
};

type Environment = CommonConfig & z.infer<z.ZodObject<typeof notifierConfig>>;
export type NotifierConfig = Environment & {
  readonly endpoints: readonly WebhookEndpoint[];
  /** Who is told of cases. */
  readonly routing: RoutingSource;
};

export interface RoutingSource {
  /** The file, and those that it names: when one is another, so may the routing be. */
  readonly paths: () => readonly string[];
  /** As it was at the start. */
  readonly first: Routing;
  /** Reads it again. Throws `ConfigError`. */
  readonly read: () => Routing;
}

/** Injection token of the configuration. */
export const NOTIFIER_CONFIG = Symbol('notifier configuration');

/** `VIGIE_WEBHOOKS_FILE` and `VIGIE_ROUTING_FILE` are paths in themselves: a list of `{name, url, secrets, level_min?}`, and who is told of cases. */
export function readNotifierConfig(env: NodeJS.ProcessEnv = process.env): NotifierConfig {
  const config = readConfig(notifierConfig, env);
  const fileText = env.VIGIE_WEBHOOKS_FILE ? textOf('VIGIE_WEBHOOKS_FILE', env.VIGIE_WEBHOOKS_FILE) : undefined;
  const endpoints = readEndpoints(
    { url: config.VIGIE_WEBHOOK_URL, secret: config.VIGIE_WEBHOOK_SECRET, events: config.VIGIE_WEBHOOK_EVENTS, fileText },
    secretReachOf(config),
  );
  const routingFile = config.VIGIE_ROUTING_FILE;
  if (routingFile && endpoints.some(({ takesCases }) => takesCases))
    throw new ConfigError(
      'VIGIE_ROUTING_FILE says who is told of cases: name the webhook there, as a receiver, and leave case out of its events',
    );
  return { ...config, endpoints, routing: routingFile ? routingSource(routingFile, config) : defaultSource(endpoints) };
}

/** Where no file says who is told of cases: the log, and the webhooks that ask for them. */
export function defaultSource(endpoints: readonly WebhookEndpoint[]): RoutingSource {
  const receivers = endpoints
    .filter(({ takesCases }) => takesCases)
    .map(({ name, url, secrets, levelMin }) => ({
      // A name of its own: what the endpoint is told of incidents goes by its name.
      name: `cases-${name}`.slice(0, 40),
      type: 'webhook' as const,
      url,
      secrets: [...secrets],
      level_min: levelMin,
      actor: 'full' as const,
      locale: 'en' as const,
      timezone: 'Europe/Paris',
    }));
  const first = defaultRouting(receivers);
  return { first, read: () => first, paths: () => [] };
}

/** Paths in the file are relative to its folder. */
export function routingSource(path: string, config: CommonConfig): RoutingSource {
  let named: string[] = [];
  const read = (): Routing => {
    named = [];
    const readFile = (name: string): string => {
      const full = resolve(dirname(path), name);
      named.push(full);
      return operatorFileText(full);
    };
    return readRouting(path, textOf('VIGIE_ROUTING_FILE', path), { readFile, reach: secretReachOf(config) });
  };
  return { first: read(), read, paths: () => [path, ...named] };
}

function textOf(variable: string, path: string): string {
  try {
    return operatorFileText(path);
  } catch (cause) {
    throw new ConfigError(`${variable}: ${path} cannot be read (${messageOf(cause)})`);
  }
}
