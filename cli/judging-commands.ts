import type { Command } from 'commander';
import { systemClock } from '#libs/runtime/clock.js';
import { type BacktestCommandOptions, backtestSyntax } from './backtest/command.js';
import { type ExplainOptions, explainSyntax } from './explain/command.js';

/** What shows how rules judge: `vigie backtest` over the past, `vigie explain` now. */
export function addJudgingCommands(program: Command): void {
  const { stdout, stderr } = process;
  program.addCommand(
    backtestSyntax()
      .copyInheritedSettings(program)
      .action(async (options: BacktestCommandOptions) => {
        const { backtestCommand } = await import('./backtest/backtest.js');
        await backtestCommand(options, { clock: systemClock, stdout, stderr, signal: stopSignal() });
      }),
  );
  program.addCommand(
    explainSyntax()
      .copyInheritedSettings(program)
      .action(async (actorId: string, options: ExplainOptions) => {
        const { explainCommand } = await import('./explain/explain.js');
        await explainCommand(actorId, options, stdout);
      }),
  );
}

/** Aborts when the process is to end, so that temporary files go. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort(new Error('stopped')));
  return stop.signal;
}
