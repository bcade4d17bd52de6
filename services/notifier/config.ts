import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type CommonConfig, commonConfig, ConfigError, readConfig, secretReachOf } from '#libs/runtime/config.js';
import { readEndpoints } from './channels/endpoints.js';
import type { WebhookEndpoint } from './channels/webhook-channel.js';

export const notifierConfig = {
  ...commonConfig,
  /** One receiver; for several, VIGIE_WEBHOOKS_FILE. */
  VIGIE_WEBHOOK_URL: z.string().optional(),
  /** `whsec_...`; two, separated by a comma, while it rotates. */
  VIGIE_WEBHOOK_SECRET: z.string().optional(),
};
export type NotifierConfig = CommonConfig &
  z.infer<z.ZodObject<typeof notifierConfig>> & { readonly endpoints: readonly WebhookEndpoint[] };

/** Injection token of the configuration. */
export const NOTIFIER_CONFIG = Symbol('notifier configuration');

/** `VIGIE_WEBHOOKS_FILE` is a path in itself: YAML or JSON, a list of `{name, url, secrets, level_min?}`. */
export function readNotifierConfig(env: NodeJS.ProcessEnv = process.env): NotifierConfig {
  const config = readConfig(notifierConfig, env);
  const fileText = env.VIGIE_WEBHOOKS_FILE ? readEndpointsFile(env.VIGIE_WEBHOOKS_FILE) : undefined;
  return {
    ...config,
    endpoints: readEndpoints(
      { url: config.VIGIE_WEBHOOK_URL, secret: config.VIGIE_WEBHOOK_SECRET, fileText },
      secretReachOf(config),
    ),
  };
}

function readEndpointsFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ConfigError(
      `VIGIE_WEBHOOKS_FILE: ${path} cannot be read (${cause instanceof Error ? cause.message : 'unknown cause'})`,
    );
  }
}
