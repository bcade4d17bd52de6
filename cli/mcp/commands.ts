import { type Command, Option } from 'commander';
import { roles } from '#services/console/users/users.js';
import type { TokenOptions } from './token.js';

/** `vigie mcp`: tools for assistants. */
export function addMcpCommands(program: Command): void {
  const mcp = program
    .command('mcp')
    .description("the console's tools for assistants, over standard input and output: VIGIE_MCP_TOKEN is the token")
    .option('--url <url>', 'where the console answers; VIGIE_CONSOLE_URL, or this machine, where it is left out')
    .action(async (options: { url?: string }) => (await import('./mcp.js')).mcpCommand(options));
  mcp
    .command('token')
    .description('make a token, and the entry of VIGIE_MCP_TOKENS_FILE that lets its bearer in')
    .requiredOption('--name <name>', 'what the assistant is called')
    .requiredOption('--owner <user>', 'the person who answers for what it asks')
    .requiredOption('--group <group_id>', 'the hospital group that it sees')
    .addOption(new Option('--role <role>', 'what it may ask, as of people').choices(roles).default('reader'))
    .option('--clinics <clinic...>', 'the clinics that it sees; all of the group where they are left out')
    .addOption(new Option('--actor <how>', 'whether it is told names of accounts').choices(['masked', 'full']).default('masked'))
    .option('--days <number>', 'how long it holds', '30')
    .action(async (options: TokenOptions) => (await import('./token.js')).tokenCommand(options));
}
