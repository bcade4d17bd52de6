import { type Command, Option } from 'commander';
import { verdicts } from '#libs/contracts/case-action.js';
import { ConfigError } from '#libs/runtime/config.js';
import { type ExceptionOptions, exceptionSyntax } from '../exception/command.js';
import { backtestTools } from '../judging-commands.js';
import { namesUnknown } from '../syntax/named-command.js';
import type { ListOptions } from './case.js';

const idHelp = 'its id, or that of one of its incidents, or the first digits of one';

/** `vigie case`: what people do with cases, over the console's API. */
export function addCaseCommands(program: Command): void {
  const cases = program.command('case').description('cases: what stands open, and what you do with it');
  addReading(cases);
  cases
    .command('ack')
    .argument('<case_id>', idHelp)
    .description('take a case: somebody looks at it')
    .action(async (id: string) => act(id, { type: 'case.acknowledged' }));
  cases
    .command('assign')
    .argument('<case_id>', idHelp)
    .argument('<owner>', 'who')
    .description('give a case to somebody')
    .action(async (id: string, owner: string) => act(id, { type: 'case.assigned', owner }));
  cases
    .command('note')
    .argument('<case_id>', idHelp)
    .argument('<text>', 'never a patient')
    .description('write something down')
    .action(async (id: string, text: string) => act(id, { type: 'case.noted', text }));
  cases
    .command('resolve')
    .argument('<case_id>', idHelp)
    .addOption(new Option('--verdict <verdict>', 'what it was').choices(verdicts).makeOptionMandatory())
    .requiredOption('--reason <text>', 'why, in a sentence')
    .option(
      '--not-qualified <text>',
      'why a case found true is resolved although not every controller was told whether it is a breach',
    )
    .description('end a case with a verdict')
    .action(async (id: string, { verdict, reason, notQualified }: { verdict: string; reason: string; notQualified?: string }) =>
      act(id, { type: 'case.resolved', verdict, reason, ...(notQualified && { not_qualified_reason: notQualified }) }),
    );
  cases
    .command('link')
    .argument('<case_id>', idHelp)
    .argument('<others...>', 'cases or incidents that belong to it')
    .description('join others to a case; their ids lead to it from then on')
    .action(async (id: string, others: string[]) => (await import('./case.js')).linkCommand(id, others));
  cases.addCommand(
    exceptionSyntax(idHelp)
      .copyInheritedSettings(cases)
      .action(async (id: string, options: ExceptionOptions) => {
        const { exceptionCommand } = await import('../exception/exception.js');
        await exceptionCommand(id, options, backtestTools());
      }),
  );
}

function addReading(cases: Command): void {
  namesUnknown(cases.command('list', { isDefault: true }))
    .description('cases, the newest first')
    .option('--status <status>', 'new, acknowledged, on_hold, resolved; several by commas', 'new,acknowledged,on_hold')
    .option('--level <level>', 'informational, low, medium, high, critical; several by commas')
    .option('--owner <owner>', 'of one owner')
    .option('--clinic <clinic_id>', 'that touch a clinic')
    .option('--rule <rule_id>', 'by a rule')
    .option('--q <text>', 'whose title, account, rule or id holds this')
    .option('--limit <number>', 'cases at most', wholeNumber, 100)
    .addOption(formatOption())
    .action(async (options: ListOptions) => (await import('./case.js')).listCommand(options));
  cases
    .command('show')
    .argument('<case_id>', idHelp)
    .description('a case with everything that happened to it')
    .addOption(formatOption())
    .action(async (id: string, options: Pick<ListOptions, 'format'>) => (await import('./case.js')).showCommand(id, options));
}

function formatOption(): Option {
  return new Option('--format <format>', 'how').choices(['table', 'json']).default('table');
}

async function act(id: string, body: object): Promise<void> {
  await (await import('./case.js')).actCommand(id, body);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new ConfigError(`${text} is not a whole number above zero`);
  return value;
}
