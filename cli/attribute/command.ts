import { Command } from 'commander';
import { instant } from '../option-values.js';

/** The options of `vigie attribute`; times in milliseconds. */
export interface AttributeOptions {
  readonly group: string;
  readonly from: number;
  readonly to: number;
  readonly title: string;
  readonly json?: boolean;
}

const notes = `
Compares the sample with who opened what in the period, and says which accounts explain it, with what share, and on which days, in which
incidents and by which exports it was taken; beside it how often random samples name somebody. docs/attribution.md says what it means.

The sample is pseudonyms, one a line or in the first column of a CSV, up to 50,000. Where the key is, they come from identifiers by
  vigie pseudonymise --group helix < identifiers.txt | cut -d, -f2
A line that is none is refused by its number and never shown. The sample is kept for a day, the findings stay (vigie.leaks).

Times are days (2026-01-01, midnight UTC) or instants (2026-01-01T06:00:00Z) of the accesses; --to itself is outside.

Ends with 0 whoever is named, with 1 when something failed, with 2 for wrong options.`;

/** `vigie attribute`, without what it does. */
export function attributeSyntax(): Command {
  return new Command('attribute')
    .description('which account took these patients: compare a sample that was found outside with who opened what')
    .argument('<file>', 'pseudonyms: a file, or - for standard input')
    .requiredOption('--group <group_id>', 'whose patients')
    .requiredOption('--from <time>', 'begin of the period of accesses', instant)
    .requiredOption('--to <time>', 'its end', instant)
    .option('--title <text>', 'what people call the leak', '')
    .option('--json', 'the findings as JSON')
    .addHelpText('after', notes);
}
