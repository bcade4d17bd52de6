import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { defaultRouting } from '#libs/routing/default-routing.js';
import { readRouting } from '#libs/routing/read-routing.js';
import type { Routing } from '#libs/routing/routing.js';
import { ConfigError, secretReachOf } from '#libs/runtime/config.js';
import { operatorFileText } from '#libs/runtime/files/operator-file.js';
import { messageOf } from '#libs/runtime/outcome.js';
import { readCommandConfig } from '../config.js';

/** The file of routing that the environment names, else what comes with Vigie. Throws `ConfigError`. */
export function routingOfEnvironment(env: NodeJS.ProcessEnv = process.env): Routing {
  const named = env['VIGIE_ROUTING_FILE'];
  if (!named) return defaultRouting([]);
  const path = resolve(named);
  const readFile = (name: string) => readFileSync(resolve(dirname(path), name), 'utf8');
  return readRouting(path, textOf(path), { readFile, reach: secretReachOf(readCommandConfig(env)) });
}

function textOf(path: string): string {
  try {
    return operatorFileText(path);
  } catch (cause) {
    throw new ConfigError(`VIGIE_ROUTING_FILE: ${path} cannot be read (${messageOf(cause)})`);
  }
}
