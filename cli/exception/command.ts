import { Command } from 'commander';
import { instant } from '../option-values.js';

/** The options of `vigie case exception`; times in milliseconds. */
export interface ExceptionOptions {
  readonly owner: string;
  readonly expires: number;
  readonly reason: string;
  readonly out?: string;
  readonly from?: number;
  readonly to?: number;
}

const notes = `
Proposes a Sigma filter for a case whose verdict is authorised: for its accounts and rules, and of each account the clinics, actions and applications of the
case. It is proven before it is given out: past accesses of these accounts are judged with the rules in use (VIGIE_RULES_DIR), with the exception and without. It
must take away the incidents of the case, and none that is in a case found true, nor make one later or smaller.

Reads ClickHouse (CLICKHOUSE_URL, or the embedded one). The exception goes to standard output or --out, what it does to standard error. It holds once its file is
in the folder of rules.

Ends with 0, with 1 when it is refused or something failed (nothing is written then), with 2 for wrong options and mistakes in rules.`;

/** `vigie case exception`, without what it does. */
export function exceptionSyntax(caseHelp: string): Command {
  return new Command('exception')
    .description('propose an exception for an authorised case, proven by a backtest to hide no case found true')
    .argument('<case_id>', caseHelp)
    .requiredOption('--owner <name>', 'who answers for it')
    .requiredOption('--expires <time>', 'when it ends: a day (midnight UTC) or an instant', instant)
    .requiredOption('--reason <text>', 'why; never a patient')
    .option('--out <file>', 'a new file for it, such as rules/recall.yml')
    .option(
      '--from <time>',
      'begin of the accesses that prove it; the first incident of the accounts where it is left out',
      instant,
    )
    .option('--to <time>', 'their end; now where it is left out', instant)
    .addHelpText('after', notes);
}
