import { Command, type CommanderError, Option } from 'commander';
import { printableLines } from '#libs/contracts/visible-text.js';
import { ConfigError } from '#libs/runtime/config.js';
import { systemClock } from '#libs/runtime/clock.js';
import { outliveHangUp } from '#libs/runtime/environment/hang-up.js';
import { keepMemoryInside } from '#libs/runtime/environment/memory-dumps.js';
import { codeOf } from '#libs/runtime/outcome.js';
import { failureText } from './failure-text.js';
import { namesUnknown } from './syntax/named-command.js';
import { endsWithItsReader } from './reader.js';
import { ownVersion } from '#libs/runtime/paths.js';
import { makePrivateFiles } from '#libs/runtime/private-files.js';
import { addAuditCommands } from './audit/commands.js';
import { addBackupCommands } from './backup/commands.js';
import { addCaseCommands } from './case/commands.js';
import { addConsoleCommands } from './console/commands.js';
import { addJudgingCommands } from './judging-commands.js';
import { addListCommands } from './list-commands.js';
import { addDossierCommands } from './dossier/commands.js';
import { addControllerCommands } from './dossier/controller-commands.js';
import { addMcpCommands } from './mcp/commands.js';
import { addNotifyCommands } from './notify/commands.js';
import { addQuarantineCommands } from './quarantine/commands.js';
import { addSizingCommand } from './sizing/command.js';
import { addTopicCommands } from './topic-commands.js';
import { addDoctorCommand } from './doctor/commands.js';
import { addEraseCommand } from './erase/commands.js';
import { tableKinds } from '#libs/access-store/tables/table-engines.js';
import type { MigrateOptions } from './migrate.js';
import type { LeakcheckOptions } from './leakcheck/leakcheck.js';
import type { PseudonymiseCommandOptions } from './pseudonymise.js';
import type { ScorecardOptions } from './scorecard/scorecard.js';
import { indexEncodings } from './resolve/encodings.js';
import type { ResolveOptions } from './resolve/resolve.js';
import type { HealthOptions } from './sources/health.js';
import type { TryOptions } from './sources/try.js';
import type { WhyOptions } from './why/why.js';

const program = new Command('vigie')
  .description('Detects the mass exfiltration of patient records while it happens.')
  .version(ownVersion(), '--version', 'say which version this is')
  .exitOverride(wrongUsage)
  .configureHelp({ showGlobalOptions: true })
  .addHelpText('after', '\nEvery command reads the environment; docs/operations.md lists its variables.');

program
  .command('start')
  .description('run the whole system on this machine, and keep it running')
  .option('--demo', 'play a simulated hospital day with one usurped privileged account into it')
  .option('--speed <factor>', 'how many times faster than real time the demonstration plays', positive, 1200)
  .option('--seed <number>', 'which simulated day', wholeNumber, 7)
  .option('--exit', 'end after the summary of the demonstration')
  .action(async (options: { demo?: boolean; speed: number; seed: number; exit?: boolean }) => {
    const { start } = await import('./start/start.js').catch(notInThisImage);
    await start(options);
  });

program
  .command('migrate')
  .description('bring the tables and views of ClickHouse up to date')
  .addOption(
    new Option(
      '--tables <kind>',
      'how tables are kept: on one node, on the replicas of a cluster, or as ClickHouse Cloud shares them',
    )
      .choices(tableKinds)
      .default('single'),
  )
  .option('--cluster <name>', "the cluster whose replicas keep them, as the servers' remote_servers names it")
  .action(async (options: MigrateOptions) => (await import('./migrate.js')).migrateCommand(options));

addTopicCommands(program);
addBackupCommands(program, notInThisImage, wholeNumber);

const rules = program.command('rules').description('detection rules');
rules
  .command('check')
  .argument('[paths...]', 'rule files or folders; the default pack where none is given')
  .description('say what each rule means, and every mistake with file and line')
  .action(async (paths: string[]) => (await import('./rules.js')).checkRulesCommand(paths));
rules
  .command('test')
  .argument('[paths...]', 'rule files or folders; the default pack where none is given')
  .description('run the cases that stand in the rules')
  .action(async (paths: string[]) => (await import('./rules.js')).testRulesCommand(paths));
rules
  .command('scorecard')
  .description('what people found of the cases of each rule: true, authorised, false')
  .option('--weeks <number>', 'cases that were first told in the last so many weeks', wholeNumber, 12)
  .option('--group <group_id>', 'of one group')
  .option('--json', 'for programs, with the figures of each week')
  .action(async (options: ScorecardOptions) => (await import('./scorecard/scorecard.js')).scorecardCommand(options, systemClock));

const sources = program.command('sources').description('who sends, and how what they send is read');
namesUnknown(sources.command('health', { isDefault: true }))
  .description(
    'how each feed is beside its own habit: last receipt, rate, shares without patient and without human, delay, what was set aside',
  )
  .option('--group <group_id>', 'of one group')
  .addOption(new Option('--format <format>', 'how').choices(['table', 'json']).default('table'))
  .action(async (options: HealthOptions) => (await import('./sources/health.js')).sourcesCommand(options));
sources
  .command('check')
  .argument('[file]', 'a file of sources; VIGIE_SOURCES_FILE where it is left out')
  .description('say what each source means, and every mistake with file, line and field')
  .action(async (file?: string) => (await import('./sources/check.js')).checkSourcesCommand(file));
sources
  .command('try')
  .argument('<file>', 'what the source would send: a file, or - for standard input')
  .description(
    'show what it would become, row by row, and why what is refused is refused; stores nothing, shows no patient identifier',
  )
  .requiredOption('--source <name>', 'the source, or source@group')
  .option('--file <path>', 'the file of sources; VIGIE_SOURCES_FILE where it is left out')
  .option('--limit <number>', 'records', wholeNumber, 20)
  .action(async (file: string, options: TryOptions) => (await import('./sources/try.js')).trySourceCommand(file, options));

addQuarantineCommands(program);

program
  .command('pseudonymise')
  .description("derive the pseudonyms of identifiers on standard input, one a line, with the group's own key")
  .requiredOption('--group <group_id>', 'whose key')
  .option('--authority <authority>', "assigning authority of the identifiers; the group's own where it is left out")
  .option('--key <key_id>', 'a key other than the one in use, for rows of before a rotation')
  .option('--every-key', "one line for each of the group's keys")
  .action(async (options: PseudonymiseCommandOptions) => (await import('./pseudonymise.js')).pseudonymiseCommand(options));

program
  .command('resolve')
  .description(
    "join a frozen list with the hospital's own index on standard input, where the key is: writes persons, and numbers that may go back",
  )
  .requiredOption('--group <group_id>', 'whose keys')
  .requiredOption('--list <file>', 'patients-CONTROLLER.csv, with manifest.json beside it')
  .option('--sha256 <digest>', 'of the frozen list, where there is no manifest beside it')
  .option('--columns <names>', 'names of the columns of an index without a heading: id,authority,name')
  .option('--person <column>', 'the column that names a person who has several rows')
  .option('--born <column>', 'the column of the day of birth (2010-05-30): counts minors')
  .option('--deceased <column>', 'the column that is not empty for those who have died: counts them')
  .addOption(new Option('--encoding <name>', 'how the index is written').choices(indexEncodings).default('utf-8'))
  .option('--out <folder>', 'where to; here where it is left out')
  .action(async (options: ResolveOptions) => (await import('./resolve/resolve.js')).resolveCommand(options));

program
  .command('why')
  .argument('<incident_id>', 'an incident or suppressed match, or the first digits of its id')
  .description('show the events that made an incident fire')
  .option('--limit <number>', 'accesses of each rule', wholeNumber, 50)
  .addOption(new Option('--format <format>', 'how').choices(['table', 'json', 'ndjson']).default('table'))
  .action(async (id: string, options: WhyOptions) => (await import('./why/why.js')).whyCommand(id, options));

program
  .command('leakcheck')
  .description(
    'feed invented identifiers in every place and spelling, and search for them in everything that is stored and shown',
  )
  .option('--url <url>', "where the ingestor answers; this machine's where it is left out")
  .option('--token-file <file>', 'the token of a source of its own')
  .option('--metrics <urls...>', "metrics pages to read; those of this machine's services where it is left out")
  .option(
    '--files <paths...>',
    'folders and files to search, such as logs; the data folder of the embedded default where it is left out',
  )
  .option('--wait <seconds>', 'until what was sent has to be stored', positive, 60)
  .option('--every <hours>', 'run again after so long, until it is stopped; once where it is left out', positive)
  .action(async (options: LeakcheckOptions) => (await import('./leakcheck/leakcheck.js')).leakcheckCommand(options));

addDoctorCommand(program);
addEraseCommand(program);
addSizingCommand(program);
addCaseCommands(program);
addConsoleCommands(program);
addAuditCommands(program);
addListCommands(program);
addControllerCommands(program);
addDossierCommands(program);
addJudgingCommands(program);
addMcpCommands(program);
addNotifyCommands(program);

const isOfOutput = endsWithItsReader(process.stdout, process.stderr);
try {
  keepMemoryInside();
  outliveHangUp();
  makePrivateFiles();
  await program.parseAsync();
} catch (cause) {
  if (isOfOutput(cause)) process.exit();
  process.stderr.write(`vigie: ${printableLines(failureText(cause))}\n`);
  process.exit(cause instanceof ConfigError ? 2 : 1);
}

/** Help ends with 0, wrong usage with 2, as mistakes in rules and in the environment do. */
function wrongUsage({ exitCode }: CommanderError): never {
  process.exit(exitCode === 0 ? 0 : 2);
}

/** The image of the services leaves out what only the embedded default needs. */
function notInThisImage(cause: unknown): never {
  if (codeOf(cause) !== 'ERR_MODULE_NOT_FOUND') throw cause;
  throw new ConfigError(
    'this image has the services alone, without the embedded log and engine: use the image all-in-one, or run each service',
  );
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new ConfigError(`${text} is not a number above zero`);
  return value;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new ConfigError(`${text} is not a whole number above zero`);
  return value;
}
