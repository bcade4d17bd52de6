/** `npm run faults -- [--list] [NAME ...]` */
import { Command, InvalidArgumentError } from 'commander';
import { systemClock } from '#libs/runtime/clock.js';
import { faults } from './faults/catalogue.js';
import type { Fault } from './faults/fault.js';
import { runFaults } from './faults/run-faults.js';
import { tableOf } from './faults/table.js';
import { whyNoKafka } from './kafka/kafka-jars.js';
import { stopSignal } from './stop-signal.js';

/** Everything must be whole again so long after a fault, on a machine with nothing else to do. Milliseconds. */
const recoverMsMax = 60_000;

const command = new Command('npm run faults --')
  .description(
    'Breaks a real Kafka of three brokers and the services of Vigie while rows come in, and checks from outside that nothing is lost.',
  )
  .argument('[names...]', 'faults to run, in this order; every one where none is named')
  .option('--list', 'say what faults there are')
  .option('--quick', 'only those that run with `npm run test:long`')
  .option('--slow <factor>', 'wait so many times longer, on a machine that has other work', integer, 1)
  .parse();
const { list, quick, slow }: { list?: true; quick?: true; slow: number } = command.opts();

if (list) for (const { name, title } of faults) process.stdout.write(`${name.padEnd(26)}${title}\n`);
else
  process.exitCode = await main(chosen(command.args)).catch((cause: unknown) => {
    say(`faults: ${cause instanceof Error ? cause.message : String(cause)}`);
    return 1;
  });

async function main(wanted: readonly Fault[]): Promise<number> {
  const missing = await whyNoKafka();
  if (missing !== undefined) throw new Error(`faults need a real Kafka: ${missing}`);
  const reports = await runFaults(wanted, {
    clock: systemClock,
    recoverMsMax: recoverMsMax * slow,
    say,
    signal: stopSignal(),
  });
  const failed = reports.filter(({ wrong }) => wrong.length > 0).length;
  process.stdout.write(`${tableOf(reports)}\n\n${reports.length - failed} passed, ${failed} failed\n`);
  return failed > 0 ? 1 : 0;
}

function chosen(names: readonly string[]): readonly Fault[] {
  const unknown = names.filter((name) => !faults.some((fault) => fault.name === name));
  if (unknown.length > 0) command.error(`there is no fault ${unknown.join(', ')}; see --list`);
  const all = quick ? faults.filter((fault) => fault.quick) : faults;
  return names.length > 0 ? names.flatMap((name) => faults.filter((fault) => fault.name === name)) : all;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function integer(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 65_000)
    throw new InvalidArgumentError('a whole number from 1 on is needed');
  return value;
}
