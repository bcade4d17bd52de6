import { ConfigError } from '#libs/runtime/config.js';
import { addressOf, readCommandConfig } from '../config.js';
import { bridge } from './bridge.js';

/** `vigie mcp`. Nothing but messages may go to standard output. Throws `ConfigError` without a token. */
export async function mcpCommand({ url }: { readonly url?: string }): Promise<void> {
  const config = readCommandConfig();
  const { VIGIE_MCP_TOKEN: token } = config;
  if (!token)
    throw new ConfigError('VIGIE_MCP_TOKEN (or VIGIE_MCP_TOKEN_FILE) is missing: vigie mcp token makes one, see docs/mcp.md');
  const at = url ?? config.VIGIE_CONSOLE_URL ?? addressOf(config, 'console');
  if (!/^https?:\/\/./.test(at) || !URL.canParse(at)) throw new ConfigError(`${at} is no address such as http://127.0.0.1:7414`);
  await bridge({ url: at, token, stdin: process.stdin, stdout: process.stdout });
}
