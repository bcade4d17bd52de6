import { printable, printableLines } from '#libs/contracts/visible-text.js';
import { addressOf } from '#libs/formats/address.js';
import { groupsWithKeys } from '#libs/pseudonyms/key-file.js';
import { ConfigError } from '#libs/runtime/config.js';
import { addressesOf, type CommandConfig, readCommandConfig } from '../config.js';
import { type Asked, askScorers } from '#libs/scorer-views/ask-scorers.js';
import { everyScorer } from '#libs/scorer-views/scorer-addresses.js';
import type { ExplainOptions } from './command.js';
import { textOf } from './view-text.js';

/** `vigie explain`. Throws `ConfigError` where it does not know which group is meant, another error where no scorer has an answer. */
export async function explainCommand(
  actorId: string,
  options: ExplainOptions,
  stdout: NodeJS.WritableStream,
  config: CommandConfig = readCommandConfig(),
): Promise<void> {
  const groups = options.group === undefined ? groupsOf(config) : [options.group];
  if (groups.length === 0)
    throw new ConfigError(
      'which hospital group is the account of? give --group, since VIGIE_INGEST_TOKENS names none, and no group has a key on this machine',
    );
  const urls = options.scorer ?? config.VIGIE_SCORER_URLS ?? addressesOf(config, 'scorer');
  for (const url of urls)
    if (!/^https?:\/\/./.test(url) || !URL.canParse(url))
      throw new ConfigError(`${url} is no address such as http://127.0.0.1:7411`);
  const named = options.subject === 'source_ip' ? (addressOf(actorId) ?? actorId) : actorId; // as accesses have it
  const { found, asked } = await askScorers(
    await everyScorer(urls),
    groups.map((groupId) => ({ groupId, actorId: named, ...(options.subject && { subject: options.subject }) })),
  );
  if (found.length === 0) throw new Error(nobodyKnows(printable(named), groups, asked));
  const answers = found.map(({ answer }) => answer);
  stdout.write(
    options.format === 'json'
      ? printableLines(`${JSON.stringify(answers.length === 1 ? answers[0] : answers, null, 1)}\n`)
      : answers.map((answer) => textOf(printable(answer))).join('\n'),
  );
}

/** `source@group=token`, comma-separated: the groups, each once. Tokens are not looked at. */
function groupsOf({ VIGIE_INGEST_TOKENS: tokens = '', VIGIE_DATA_DIR: dataDir }: CommandConfig): readonly string[] {
  const groups = tokens.split(',').flatMap((entry) => /^\s*[^@=]+@([^=]+)=/.exec(entry)?.[1]?.trim() ?? []);
  return groups.length > 0 ? [...new Set(groups)] : groupsWithKeys(dataDir);
}

function nobodyKnows(actorId: string, groups: readonly string[], asked: readonly Asked[]): string {
  const where = groups.length === 1 ? `group ${groups[0]}` : `the groups ${groups.join(', ')}`;
  const lines = [...new Set(asked.filter(({ reason }) => reason === 'away').map(({ url, message }) => `  ${url}: ${message}`))];
  if (asked.every(({ reason }) => reason === 'away'))
    return `no scorer answered, so that nothing can be said of ${actorId}:\n${lines.join('\n')}\n  Is the system running? --scorer or VIGIE_SCORER_URLS say where scorers are.`;
  const away = lines.length > 0 ? `\nThese did not answer, and one of them may hold it:\n${lines.join('\n')}` : '';
  if (asked.some(({ reason }) => reason === 'unknown_account'))
    return (
      `${actorId} of ${where} is not in the windows: since the longest window began, it has made no access that a rule looks at. ` +
      `Is the name written as in the events, and is it the right group? The past is in ClickHouse (vigie.accesses).${away}`
    );
  const others =
    away || '\nGive all scorers by --scorer or VIGIE_SCORER_URLS, and ask again in a few seconds if one is just starting.';
  return `none of the ${new Set(asked.map(({ url }) => url)).size} scorer(s) asked holds the partition of ${actorId} of ${where}.${others}`;
}
