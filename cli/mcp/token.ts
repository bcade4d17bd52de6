import { hash, randomBytes } from 'node:crypto';
import { dump } from 'js-yaml';
import { type Clock, isoOf, systemClock } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import { tokensSchema } from '#services/console/mcp/tokens-file.js';

export interface TokenOptions {
  readonly name: string;
  readonly owner: string;
  readonly group: string;
  readonly role: string;
  readonly clinics?: readonly string[];
  readonly actor: string;
  readonly days: string;
}

const dayMs = 86_400_000;
/** A token is a secret of one machine; whoever needs it longer makes another. */
const daysMax = 366;

/** `vigie mcp token`: the token, which is told once, and its entry of the file. Throws `ConfigError`. */
export function tokenCommand(
  options: TokenOptions,
  stdout: NodeJS.WritableStream = process.stdout,
  clock: Pick<Clock, 'now'> = systemClock,
): void {
  const { name, owner, group: group_id, role, clinics = ['*'], actor } = options;
  const days = Number(options.days);
  if (!Number.isInteger(days) || days < 1 || days > daysMax)
    throw new ConfigError(`--days is a whole number from 1 to ${daysMax}`);
  const token = randomBytes(32).toString('base64url');
  const entry = {
    name,
    sha256: hash('sha256', token, 'hex'),
    owner,
    role,
    group_id,
    clinics: [...clinics],
    actor,
    expires: isoOf(clock.now() + days * dayMs),
  };
  const file = tokensSchema.safeParse({ tokens: [entry] });
  if (!file.success)
    throw new ConfigError(
      `no token is made: ${file.error.issues.map(({ path, message }) => `${String(path.at(-1))} ${message}`).join('; ')}`,
    );
  stdout.write(
    `# For the assistant, told once: VIGIE_MCP_TOKEN=${token}\n# For the file that VIGIE_MCP_TOKENS_FILE names:\n${dump(file.data)}`,
  );
}
