import type { Command } from 'commander';
import { byteSize, duration, wholeNumber } from './option-values.js';
import type { AlterTopicsOptions, CreateTopicsOptions, GrantOptions } from './topics.js';

/** `vigie topics`: what is in Kafka, and for how long. */
export function addTopicCommands(program: Command): void {
  const topics = program.command('topics').description('the topics in Kafka');
  const retention = 'how long accesses, quarantine and findings are kept, such as 35d; cases and who looked are kept for ever';
  const bytes = 'the most that one of them may take on a broker, such as 200GiB, should that come before its time is up';
  topics
    .command('create')
    .description('create the topics that are missing, and say what those that are there fall short of')
    .option('--partitions <number>', 'partitions of each topic', wholeNumber, 12)
    .option(
      '--replication <number>',
      'copies of each partition; three, or as many as there are brokers, where it is left out',
      wholeNumber,
    )
    .option('--retention <time>', `${retention}; 35d where it is left out`, duration)
    .option('--bytes <size>', `${bytes}; no limit where it is left out`, byteSize)
    .action(async (options: CreateTopicsOptions) => (await import('./topics.js')).createTopicsCommand(options));
  topics
    .command('alter')
    .description('give topics that are there another retention, and show what changes')
    .requiredOption('--retention <time>', retention, duration)
    .option('--bytes <size>', `${bytes}; no limit where it is left out`, byteSize)
    .option('--dry-run', 'show what would change, and change nothing')
    .action(async (options: AlterTopicsOptions) => (await import('./topics.js')).alterTopicsCommand(options));
  topics
    .command('grant')
    .description('as an administrator of Kafka: give the principal of each service its rights, and the one that makes topics')
    .option('--prefix <text>', 'what the names of the principals begin with', 'vigie-')
    .option('--dry-run', 'show the rights, and ask Kafka nothing')
    .action(async (options: GrantOptions) => (await import('./topics.js')).grantCommand(options));
}
