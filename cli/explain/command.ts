import { Command, Option } from 'commander';
import { type LaneKind, laneKinds } from '#libs/contracts/vocabulary.js';

/** The options of `vigie explain`. */
export interface ExplainOptions {
  readonly group?: string;
  readonly subject?: LaneKind;
  readonly scorer?: readonly string[];
  readonly format: 'text' | 'json';
}

const notes = `
Asks the scorer that holds the account, live: each rule's count against its threshold, what is missing until it fires, when the count falls if
nothing more comes, and the incidents that may still grow. Patients are never named.

Ends with 0, with 1 when no scorer knows the account or answers, with 2 for wrong options.`;

/** `vigie explain`, without what it does. */
export function explainSyntax(): Command {
  return new Command('explain')
    .description('what the windows of an account hold now: each rule against its threshold')
    .argument('<actor_id>', 'the account, or what --subject says')
    .option(
      '--group <group_id>',
      'its hospital group; where it is left out, those that VIGIE_INGEST_TOKENS names, or those of this machine',
    )
    .addOption(
      new Option('--subject <kind>', 'what is named, where it is no account: an address, a device or a session').choices(
        laneKinds,
      ),
    )
    .option('--scorer <url...>', 'scorers to ask; where it is left out, those of VIGIE_SCORER_URLS, or those of this machine')
    .addOption(new Option('--format <format>', 'of what is printed').choices(['text', 'json']).default('text'))
    .addHelpText('after', notes);
}
