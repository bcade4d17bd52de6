import { type Command, Option } from 'commander';
import type { ScopeOptions } from './scope.js';

/** `vigie dossier`: whom a case concerns, exactly, and what is frozen and sent of it. */
export function addDossierCommands(program: Command): void {
  const dossier = program.command('dossier').description('the exact list of a case, frozen and proven, and the files of its notification');
  dossier
    .command('figures')
    .argument('<case_id>', 'a case, or the first digits of its id')
    .description('how many patients, by tier, controller and clinic: of the incidents, of the scope, and what it changes')
    .addOption(new Option('--format <format>', 'how').choices(['table', 'json']).default('table'))
    .action(async (id: string, options: { format: 'table' | 'json' }) => (await import('./figures.js')).figuresCommand(id, options));
  dossier
    .command('scope')
    .argument('<case_id>', 'a case, or the first digits of its id')
    .description('say what the dossier of a case looks at, as a new version; without options but the first two, what its incidents count')
    .requiredOption('--by <name>', 'who says so')
    .requiredOption('--reason <text>', 'why')
    .option('--from <time>', 'add all accesses of the accounts from this day or instant on, inclusive')
    .option('--to <time>', 'up to this one, inclusive')
    .option('--accounts <accounts...>', 'of which accounts; those of the incidents where it is left out')
    .option('--source-ip <addresses...>', 'keep only accesses from these addresses')
    .option('--device <devices...>', 'only from these devices')
    .option('--session <ids...>', 'only of these sessions')
    .option('--application <names...>', 'only by these applications')
    .action(async (id: string, options: ScopeOptions) => (await import('./scope.js')).scopeCommand(id, options));
} // prettier-ignore
