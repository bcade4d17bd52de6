import { type Command, Option } from 'commander';
import { snapshotKinds } from '#libs/contracts/dossier.js';
import type { ExportOptions } from './export.js';
import type { ScopeOptions } from './scope.js';
import type { FreezeOptions } from './snapshots.js';

/** `vigie dossier`: whom a case concerns, exactly, and what is frozen and sent of it. */
export function addDossierCommands(program: Command): void {
  const dossier = program
    .command('dossier')
    .description('the exact list of a case, frozen and proven, and the files of its notification');
  dossier
    .command('figures')
    .argument('<case_id>', 'a case, or the first digits of its id')
    .description('how many patients, by tier, controller and clinic: of the incidents, of the scope, and what it changes')
    .addOption(new Option('--format <format>', 'how').choices(['table', 'json']).default('table'))
    .action(async (id: string, options: { format: 'table' | 'json' }) =>
      (await import('./figures.js')).figuresCommand(id, options),
    );
  dossier
    .command('scope')
    .argument('<case_id>', 'a case, or the first digits of its id')
    .description(
      'say what the dossier of a case looks at, as a new version; without options but the first two, what its incidents count',
    )
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
  addSnapshotCommands(dossier);
}

function addSnapshotCommands(dossier: Command): void {
  dossier
    .command('freeze')
    .argument('<case_id>', 'a case, or the first digits of its id')
    .description('keep the list of one controller as it is now, with its digest, for good')
    .requiredOption('--controller <controller_id>', 'whose list')
    .requiredOption('--by <name>', 'who freezes it')
    .addOption(new Option('--kind <kind>', 'initial, and complementary after it, where it is left out').choices(snapshotKinds))
    .action(async (id: string, options: FreezeOptions) => (await import('./snapshots.js')).freezeCommand(id, options));
  dossier
    .command('announce')
    .argument('<snapshot_id>', 'a snapshot, or the first digits of its id')
    .description('have the case say that this was frozen, with the digests; "freeze" does so by itself where the console answers')
    .action(async (id: string) => (await import('./snapshots.js')).announceCommand(id));
  dossier
    .command('show')
    .argument('<id>', 'a snapshot or a case, or the first digits of its id')
    .description('show what was frozen')
    .addOption(new Option('--format <format>', 'how').choices(['table', 'json']).default('table'))
    .action(async (id: string, options: { format: 'table' | 'json' }) =>
      (await import('./snapshots.js')).showCommand(id, options),
    );
  dossier
    .command('verify')
    .argument('<id>', 'a snapshot or a case, or the first digits of its id')
    .description(
      'compute lists, digests and chain again, and say whether the ledger moved since; exits 1 when something was changed',
    )
    .action(async (id: string) => (await import('./snapshots.js')).verifyCommand(id));
  dossier
    .command('diff')
    .argument('<before>', 'a snapshot, or the first digits of its id')
    .argument('<after>', 'another')
    .description('in what two snapshots differ, by clinic')
    .action(async (before: string, after: string) => (await import('./snapshots.js')).diffCommand(before, after));
  dossier
    .command('list')
    .argument('<snapshot_id>', 'a snapshot, or the first digits of its id')
    .description('write the frozen list as CSV, for "vigie resolve" where the key is')
    .action(async (id: string) => (await import('./list.js')).listCommand(id));
  dossier
    .command('export')
    .argument('<case_id>', 'a case, or the first digits of its id')
    .description('write the files of a snapshot: dossier, manifest, register, timeline, list, PDF, and their digests')
    .requiredOption('--controller <controller_id>', 'whose dossier')
    .requiredOption('--out <folder>', 'where to')
    .option('--snapshot <snapshot_id>', 'which snapshot; the last where it is left out')
    .option(
      '--answers <file>',
      'JSON of what people answer: {"nature.cause": {"value": "external_malicious", "by": "dpo", "at": "2026-11-28"}}',
    )
    .option('--timezone <zone>', 'by whose clock the PDF shows times beside UTC (Europe/Paris)')
    .addOption(new Option('--language <language>', 'of the PDF').choices(['fr', 'en']).default('fr'))
    .action(async (id: string, options: ExportOptions) => (await import('./export.js')).exportCommand(id, options));
  dossier
    .command('lines')
    .argument('<file>', 'a list as CSV')
    .description('write the lines that the list stands for: their SHA-256 is what was frozen')
    .action(async (file: string) => (await import('./list.js')).linesCommand(file));
}
