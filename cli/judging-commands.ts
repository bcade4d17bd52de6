import type { Command } from 'commander';
import { systemClock } from '#libs/runtime/clock.js';
import { type AttributeOptions, attributeSyntax } from './attribute/command.js';
import { type BacktestCommandOptions, backtestSyntax } from './backtest/command.js';
import { type ExplainOptions, explainSyntax } from './explain/command.js';
import type { LearnOptions } from './learn/learn.js';
import { instant } from './option-values.js';

/** What judges and shows how: `vigie backtest` over the past, `vigie explain` now, `vigie attribute` for what was found outside. */
export function addJudgingCommands(program: Command): void {
  program.addCommand(
    backtestSyntax()
      .copyInheritedSettings(program)
      .action(async (options: BacktestCommandOptions) => {
        const { backtestCommand } = await import('./backtest/backtest.js');
        await backtestCommand(options, backtestTools());
      }),
  );
  program
    .command('learn')
    .description('learn the habits of accounts from the accesses of the store: a new installation knows them from its first day')
    .requiredOption('--from <time>', 'begin of the interval', instant)
    .requiredOption('--to <time>', 'end of the interval; the days of the log itself are left out', instant)
    .option('--group <group_id>', 'one hospital group')
    .action(async (options: LearnOptions) => {
      const { learnCommand } = await import('./learn/learn.js');
      await learnCommand(options, backtestTools());
    });
  program.addCommand(
    explainSyntax()
      .copyInheritedSettings(program)
      .action(async (actorId: string, options: ExplainOptions) => {
        const { explainCommand } = await import('./explain/explain.js');
        await explainCommand(actorId, options, process.stdout);
      }),
  );
  program.addCommand(
    attributeSyntax()
      .copyInheritedSettings(program)
      .action(async (file: string, options: AttributeOptions) => {
        const { attributeCommand } = await import('./attribute/attribute.js');
        await attributeCommand(file, options, systemClock);
      }),
  );
}

/** What a backtest runs with in this process. */
export function backtestTools() {
  const { stdout, stderr } = process;
  return { clock: systemClock, stdout, stderr, signal: stopSignal() };
}

/** Aborts when the process is to end, so that temporary files go. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort(new Error('stopped')));
  return stop.signal;
}
