// image/: the image of the services, run as docker-compose.yml runs it, with a real Kafka, and what must hold of it.
// For `npm run image:test`, by hand and at night: it needs docker or podman and an image.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { projectRoot } from '#libs/runtime/paths.js';

const service = z.object({
  command: z.array(z.string()),
  stop_grace_period: z.string().default('10s'),
  read_only: z.boolean().default(false),
  tmpfs: z.array(z.string()).default([]),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  secrets: z.array(z.string()).default([]),
  deploy: z.object({ resources: z.object({ limits: z.object({ cpus: z.string(), memory: z.string() }) }) }),
});
const composeFile = z.object({
  services: z.record(z.string(), z.unknown()),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
});

export interface Surroundings {
  /** Where files of secrets lie: those that `deploy/secrets.mjs` makes. */
  readonly secrets: string;
  /** What the names of volumes begin with: each container keeps its /data in one of its own. */
  readonly run: string;
  /** Variables that are others here than in the compose file, such as addresses. */
  readonly environment: Readonly<Record<string, string>>;
  /** Files of secrets that are others here. */
  readonly secretFiles: Readonly<Record<string, string>>;
}

export interface ComposeService {
  readonly name: string;
  /** What `docker run` takes before the image: root, rights, limits, variables, secrets and volume as the compose file has them. */
  readonly options: readonly string[];
  readonly command: readonly string[];
  /** Milliseconds from SIGTERM until it would be killed. */
  readonly graceMs: number;
}

/** A service of the compose file as words of `docker run` and `podman run`. Throws for a name that it does not have. */
export function composeService(name: string, { secrets, run, environment, secretFiles }: Surroundings): ComposeService {
  const file = composeFile.parse(parse(readFileSync(join(projectRoot, 'docker-compose.yml'), 'utf8'), { merge: true }));
  const one = service.parse(file.services[name]);
  const variables = {
    ...Object.fromEntries(Object.entries(one.environment).map(([key, text]) => [key, withDefaults(text)])),
    ...environment,
  };
  const fileOf = (secret: string) =>
    secretFiles[secret] ?? join(secrets, (file.secrets[secret]?.file ?? secret).split('/').at(-1) ?? secret);
  const { cpus, memory } = one.deploy.resources.limits;
  return {
    name,
    command: one.command.map(withDefaults),
    graceMs: Number.parseInt(one.stop_grace_period, 10) * 1000,
    options: [
      ...(one.read_only ? ['--read-only'] : []),
      ...one.tmpfs.flatMap((path) => ['--tmpfs', path]),
      ...one.cap_drop.flatMap((right) => ['--cap-drop', right]),
      // podman writes it without the value that Docker's own syntax has.
      ...one.security_opt.flatMap((option) => ['--security-opt', option.replace(/:true$/, '')]),
      '--cpus',
      cpus,
      '--memory',
      memory,
      '--network',
      'host',
      ...Object.entries(variables).flatMap(([key, text]) => (text === '' ? [] : ['--env', `${key}=${text}`])),
      ...one.secrets.flatMap((secret) => ['--volume', `${fileOf(secret)}:/run/secrets/${secret}:ro`]),
      '--volume',
      `${run}-${name}:/data`,
    ],
  };
}

/** Variables of a service or a job of the compose file, for a process of this machine: its secrets are files of a folder. Those that are empty are left out. */
export function composeVariables(name: string, secrets: string): Readonly<Record<string, string>> {
  const file = composeFile.parse(parse(readFileSync(join(projectRoot, 'docker-compose.yml'), 'utf8'), { merge: true }));
  const { environment } = service.parse(file.services[name]);
  const fileOf = (secret: string) => join(secrets, (file.secrets[secret]?.file ?? secret).split('/').at(-1) ?? secret);
  const placed = Object.entries(environment).map(([key, text]) => {
    const secret = /^\/run\/secrets\/(.+)$/.exec(text)?.[1];
    return [key, secret === undefined ? withDefaults(text) : fileOf(secret)] as const;
  });
  return Object.fromEntries(placed.filter(([, text]) => text !== ''));
}

/** `${NAME:-default}` as Compose reads it where the variable is not set. */
function withDefaults(text: string): string {
  return text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');
}
