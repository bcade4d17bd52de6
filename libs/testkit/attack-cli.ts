/** `npm run attack -- [--list] [--quick] [NAME ...]` */
import { Command } from 'commander';
import { systemClock } from '#libs/runtime/clock.js';
import type { Attack } from './attack/attack.js';
import { attacks } from './attack/catalogue.js';
import { runAttacks } from './attack/run-attacks.js';
import { tableOf } from './attack/table.js';
import { stopSignal } from './stop-signal.js';

const command = new Command('npm run attack --')
  .description(
    'Attacks a running system of its own from outside, as docs/security.md says who would, and prints what it withstood.',
  )
  .argument('[names...]', 'attacks to run, in this order; every one where none is named')
  .option('--list', 'say what attacks there are')
  .option('--quick', 'only those that run with the tests')
  .parse();
const { list, quick }: { list?: true; quick?: true } = command.opts();

if (list) for (const { name, title } of attacks) process.stdout.write(`${name.padEnd(20)}${title}\n`);
else
  process.exitCode = await main(chosen(command.args)).catch((cause: unknown) => {
    say(`attack: ${cause instanceof Error ? cause.message : String(cause)}`);
    return 1;
  });

async function main(wanted: readonly Attack[]): Promise<number> {
  const reports = await runAttacks(wanted, { clock: systemClock, say, signal: stopSignal() });
  const count = (verdict: string) => reports.filter((one) => one.verdict === verdict).length;
  process.stdout.write(
    `${tableOf(reports)}\n\n${count('held')} held, ${count('broken')} broken, ${count('not tried')} not tried\n`,
  );
  return count('broken') > 0 ? 1 : 0;
}

function chosen(names: readonly string[]): readonly Attack[] {
  const unknown = names.filter((name) => !attacks.some((attack) => attack.name === name));
  if (unknown.length > 0) command.error(`there is no attack ${unknown.join(', ')}; see --list`);
  const all = quick ? attacks.filter((attack) => attack.quick) : attacks;
  return names.length > 0 ? names.flatMap((name) => attacks.filter((attack) => attack.name === name)) : all;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
