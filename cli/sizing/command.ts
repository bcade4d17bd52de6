import { type Command, Option } from 'commander';
import { readCommandConfig } from '../config.js';
import { retentionMsDefault } from '#libs/event-log/kafka/topics/topic-needs.js';
import { duration, wholeNumber } from '../option-values.js';

/** Rows that one person of the staff makes in a day: the simulated hospital's, services included. */
const rowsOfOne = 168;

interface SizingOptions {
  readonly staff: number;
  readonly rowsPerDay?: number;
  /** Milliseconds. */
  readonly retention: number;
  readonly kafkaRetention: number;
  readonly kafkaCopies: number;
  readonly storeCopies: number;
  readonly format: 'text' | 'json';
}

/** `vigie sizing`: partitions, disks, memory and cores for so many people, from what was measured. */
export function addSizingCommand(program: Command): void {
  program
    .command('sizing')
    .description(
      'what an installation needs: partitions, disks, memory and cores by service, from measured costs and the rules in use',
    )
    .requiredOption('--staff <number>', 'accounts of people', wholeNumber)
    .option(
      '--rows-per-day <number>',
      `accesses of patients; ${rowsOfOne} for each of the staff where it is left out`,
      wholeNumber,
    )
    .option('--retention <time>', 'how long ClickHouse keeps accesses', duration, 400 * 86_400_000)
    .option('--kafka-retention <time>', 'how long Kafka keeps them', duration, retentionMsDefault)
    .option('--kafka-copies <number>', 'replicas of each partition', wholeNumber, 3)
    .option('--store-copies <number>', 'replicas of ClickHouse', wholeNumber, 2)
    .addOption(new Option('--format <format>', 'how').choices(['text', 'json']).default('text'))
    .action(async ({ format, retention, kafkaRetention, rowsPerDay, ...rest }: SizingOptions) => {
      const [{ sizeOf, sizeText }, { windowsOf }] = await Promise.all([import('./sizing.js'), import('../topics.js')]);
      const windowsMs = await windowsOf(readCommandConfig());
      const load = {
        ...rest,
        windowsMs,
        retentionMs: retention,
        kafkaMs: kafkaRetention,
        rowsPerDay: rowsPerDay ?? rest.staff * rowsOfOne,
      };
      const size = sizeOf(load);
      process.stdout.write(format === 'json' ? `${JSON.stringify({ ...load, ...size }, undefined, 2)}\n` : sizeText(load, size));
    });
}
