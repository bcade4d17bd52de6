import { z } from 'zod';
import { isoTime } from '#libs/contracts/access-row.js';
import { ConfigError } from '#libs/runtime/config.js';
import { readLinedYaml } from '#libs/sources/yaml-lines.js';
import { operatorFileText } from '#libs/runtime/files/operator-file.js';
import { messageOf } from '#libs/runtime/outcome.js';
import { roles } from '../users/users.js';
import { AssistantTokens } from './tokens.js';

const text = z.string().min(1).max(200);
const everyClinic = '*';

/** `VIGIE_MCP_TOKENS_FILE`: `tokens: [...]`, YAML or JSON. */
export const tokensSchema = z.strictObject({
  tokens: z
    .array(
      z.strictObject({
        name: text,
        /** `printf %s "$token" | sha256sum`; a token has at least 32 random characters. */
        sha256: z.string().regex(/^[0-9a-f]{64}$/, 'is not 64 hexadecimal digits of a SHA-256'),
        /** The person who answers for it. */
        owner: text,
        role: z.enum(roles),
        group_id: text,
        /** `["*"]` for all of the group. */
        clinics: z.array(text).min(1),
        actor: z.enum(['full', 'masked']).default('masked'),
        expires: isoTime,
      }),
    )
    .min(1),
});

/** Reads the tokens of assistants. Throws `ConfigError` that lists every mistake with its line and quotes no value. */
export function readTokensFile(path: string): AssistantTokens {
  const yaml = readLinedYaml(textOf(path));
  if ('reason' in yaml) throw mistaken(`${path}:${yaml.line}: ${yaml.reason}`);
  const parsed = tokensSchema.safeParse(yaml.value);
  if (!parsed.success)
    throw mistaken(
      parsed.error.issues.map(({ path: at, message }) => `${path}:${yaml.lineOf(at)}: ${at.join('.')}: ${message}`).join('\n  '),
    );
  const { tokens } = parsed.data;
  const twice = tokens.findIndex(({ sha256 }, at) => tokens.findIndex((other) => other.sha256 === sha256) !== at);
  if (twice !== -1) throw mistaken(`${path}:${yaml.lineOf(['tokens', twice])}: the token is given twice`);
  return new AssistantTokens(
    tokens.map(({ name, sha256, owner, role, group_id, clinics, actor, expires }) => ({
      name,
      user: { id: owner, roles: [role], clinics: clinics.includes(everyClinic) ? undefined : clinics },
      groupId: group_id,
      accounts: actor,
      digest: Buffer.from(sha256, 'hex'),
      expiresMs: Date.parse(expires),
    })),
  );
}

function mistaken(what: string): ConfigError {
  return new ConfigError(`VIGIE_MCP_TOKENS_FILE: ${what}`);
}

function textOf(path: string): string {
  try {
    return operatorFileText(path);
  } catch (cause) {
    throw mistaken(`${path} cannot be read (${messageOf(cause)})`);
  }
}
