import { z } from 'zod';
import { servicesUser } from '#libs/access-store/clickhouse/services-credential.js';
import { ConfigError } from '#libs/runtime/config.js';
import { readLinedYaml } from '#libs/sources/yaml-lines.js';
import { operatorFileText } from '#libs/runtime/files/operator-file.js';
import { messageOf } from '#libs/runtime/outcome.js';

const usersSchema = z.strictObject({
  users: z
    .array(
      z.strictObject({
        name: z
          .string()
          .min(1)
          .max(200)
          .refine((name) => name !== servicesUser && name !== 'default', 'is a name that ClickHouse or Vigie itself has'),
        /** `printf %s "$password" | sha256sum`. */
        password_sha256: z.string().regex(/^[0-9a-f]{64}$/, 'is not 64 hexadecimal digits of a SHA-256'),
      }),
    )
    .min(1),
});

/** Reads `users: [{name, password_sha256}]`, YAML or JSON. Throws `ConfigError` that lists every mistake with its line and quotes no value. */
export function readClickHouseUsers(path: string): ReadonlyMap<string, Buffer> {
  const setting = 'VIGIE_CLICKHOUSE_USERS_FILE';
  const yaml = readLinedYaml(textOf(path, setting));
  if ('reason' in yaml) throw new ConfigError(`${setting}: ${path}:${yaml.line}: ${yaml.reason}`);
  const parsed = usersSchema.safeParse(yaml.value);
  if (!parsed.success) {
    const mistakes = parsed.error.issues.map(
      ({ path: at, message }) => `${path}:${yaml.lineOf(at)}: ${at.join('.')}: ${message}`,
    );
    throw new ConfigError(`${setting}: ${mistakes.join('\n  ')}`);
  }
  const { users } = parsed.data;
  const twice = users.findIndex(({ name }, at) => users.findIndex((other) => other.name === name) !== at);
  if (twice >= 0) throw new ConfigError(`${setting}: ${path}:${yaml.lineOf(['users', twice])}: the name is given twice`);
  return new Map(users.map(({ name, password_sha256 }) => [name, Buffer.from(password_sha256, 'hex')]));
}

function textOf(path: string, setting: string): string {
  try {
    return operatorFileText(path);
  } catch (cause) {
    throw new ConfigError(`${setting}: ${path} cannot be read (${messageOf(cause)})`);
  }
}
