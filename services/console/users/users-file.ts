import { z } from 'zod';
import { ConfigError } from '#libs/runtime/config.js';
import { messageOf } from '#libs/runtime/outcome.js';
import { operatorFileText } from '#libs/runtime/files/operator-file.js';
import { weaknessOfDigest } from '#libs/runtime/secret-strength.js';
import { readLinedYaml } from '#libs/sources/yaml-lines.js';
import { roles, Users } from './users.js';

const text = z.string().min(1).max(200);
const tokenSha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'is not 64 hexadecimal digits of a SHA-256')
  .superRefine((hex, context) => {
    const weakness = weaknessOfDigest(hex);
    if (weakness)
      context.addIssue(
        `is ${weakness}; make a token with openssl rand -hex 32, and its digest with printf %s "$token" | sha256sum`,
      );
  });
const usersSchema = z.strictObject({
  users: z
    .array(
      z.strictObject({
        id: text,
        roles: z.array(z.enum(roles)).min(1),
        /** `printf %s "$token" | sha256sum`; a token has at least 32 random characters. */
        token_sha256: z.array(tokenSha256).min(1),
        clinics: z.array(text).min(1).optional(),
      }),
    )
    .min(1),
});

/**
 * Reads `users: [{id, roles, token_sha256, clinics?}]`, YAML or JSON: tokens as digests only. Throws `ConfigError` that lists every mistake with
 * its line and quotes no value.
 */
export function readUsersFile(path: string): Users {
  return readUsers(path, usersTextOf(path));
}

/** As `readUsersFile`, of a text; `path` is only for mistakes. */
export function readUsers(path: string, content: string): Users {
  const yaml = readLinedYaml(content);
  if ('reason' in yaml) throw new ConfigError(`VIGIE_CONSOLE_USERS_FILE: ${path}:${yaml.line}: ${yaml.reason}`);
  const parsed = usersSchema.safeParse(yaml.value);
  const mistakes = parsed.success
    ? doubled(parsed.data.users)
    : parsed.error.issues.map(({ path: at, message }) => ({ path: at, reason: `${at.join('.')}: ${message}` }));
  if (!parsed.success || mistakes.length > 0)
    throw new ConfigError(
      `VIGIE_CONSOLE_USERS_FILE: ${mistakes.map(({ path: at, reason }) => `${path}:${yaml.lineOf(at)}: ${reason}`).join('\n  ')}`,
    );
  return new Users(
    parsed.data.users.map(({ id, roles: own, token_sha256, clinics }) => ({
      id,
      roles: own,
      clinics,
      digests: token_sha256.map((digest) => Buffer.from(digest, 'hex')),
    })),
  );
}

function doubled(users: z.infer<typeof usersSchema>['users']): readonly { path: PropertyKey[]; reason: string }[] {
  const ids = new Set<string>();
  const digests = new Set<string>();
  return users.flatMap(({ id, token_sha256 }, index) => {
    const twice = ids.has(id)
      ? 'the id is given twice'
      : token_sha256.some((one) => digests.has(one))
        ? 'a token is given to two users'
        : '';
    ids.add(id);
    for (const one of token_sha256) digests.add(one);
    return twice ? [{ path: ['users', index], reason: twice }] : [];
  });
}

/** Throws `ConfigError` when the file cannot be read. */
export function usersTextOf(path: string): string {
  try {
    return operatorFileText(path);
  } catch (cause) {
    throw new ConfigError(`VIGIE_CONSOLE_USERS_FILE: ${path} cannot be read (${messageOf(cause)})`);
  }
}
