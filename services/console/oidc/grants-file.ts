// oidc/: people who log in at the hospital's own identity provider, and what their groups there allow here.
// Nothing is kept of them but what their session holds.

import { z } from 'zod';
import { ConfigError } from '#libs/runtime/config.js';
import { operatorFileText } from '#libs/runtime/files/operator-file.js';
import { messageOf } from '#libs/runtime/outcome.js';
import { readLinedYaml } from '#libs/sources/yaml-lines.js';
import { roles } from '../users/users.js';
import { Grants } from './grants.js';

const text = z.string().min(1).max(200);
const everyClinic = '*';

/** `VIGIE_ROLES_FILE`: YAML or JSON, the first entry that fits counts. */
const grantsSchema = z.strictObject({
  roles: z
    .array(
      z.strictObject({
        /** As the provider names it in the claim of groups. */
        group: text,
        roles: z.array(z.enum(roles)).min(1),
        /** `["*"]` for all of them: nobody gets all by leaving something out. */
        clinics: z.array(text).min(1),
        /** The entry counts only where the provider says one of these of how they logged in. */
        acr: z.array(text).min(1).optional(),
      }),
    )
    .min(1),
});

/** Reads what groups allow. Throws `ConfigError` that lists every mistake with its line and quotes no value. */
export function readGrantsFile(path: string): Grants {
  return readGrants(path, grantsTextOf(path));
}

/** As `readGrantsFile`, of a text; `path` is only for mistakes. */
export function readGrants(path: string, content: string): Grants {
  const yaml = readLinedYaml(content);
  if ('reason' in yaml) throw mistaken(`${path}:${yaml.line}: ${yaml.reason}`);
  const parsed = grantsSchema.safeParse(yaml.value);
  if (!parsed.success)
    throw mistaken(
      parsed.error.issues.map(({ path: at, message }) => `${path}:${yaml.lineOf(at)}: ${at.join('.')}: ${message}`).join('\n  '),
    );
  return new Grants(
    parsed.data.roles.map(({ group, roles: given, clinics, acr }) => ({
      group,
      roles: given,
      clinics: clinics.includes(everyClinic) ? undefined : clinics,
      acr,
    })),
  );
}

/** Throws `ConfigError` when the file cannot be read. */
export function grantsTextOf(path: string): string {
  try {
    return operatorFileText(path);
  } catch (cause) {
    throw mistaken(`${path} cannot be read (${messageOf(cause)})`);
  }
}

function mistaken(what: string): ConfigError {
  return new ConfigError(`VIGIE_ROLES_FILE: ${what}`);
}
