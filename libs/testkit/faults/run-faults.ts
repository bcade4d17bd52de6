import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { groupsSeen } from './checks.js';
import type { Fault } from './fault.js';
import { type FaultReport, runFault, type RunOptions } from './run-fault.js';
import { Stage } from './stage.js';
import { tableOf } from './table.js';

export interface RunFaultsOptions extends RunOptions {
  readonly signal: AbortSignal;
}

/** One fault after the other over the same running services; new ones after a fault that was not survived, so that it does not spoil the next. */
export async function runFaults(faults: readonly Fault[], options: RunFaultsOptions): Promise<readonly FaultReport[]> {
  const { clock, say, signal } = options;
  const reports: FaultReport[] = [];
  let stage: Stage | undefined;
  try {
    for (const fault of faults) {
      stage ??= await Stage.start({ clock, onProgress: (message) => say(`  ${message}`) });
      signal.throwIfAborted();
      const report = await Promise.race([
        runFault(fault, stage, options).catch((cause) => broken(fault, cause)),
        aborted(signal),
      ]);
      reports.push(report);
      say(tableOf([report]).split('\n').slice(2).join('\n'));
      const survived = report.wrong.length === 0;
      if (survived && !fault.lasting) continue;
      if (!survived) {
        await keepEvidence(stage, report);
        say(`  not survived; the logs of all processes and report.json are in ${stage.directory}`);
      }
      await stage.stop(!survived);
      stage = undefined;
    }
  } finally {
    await stage?.stop(false);
  }
  return reports;
}

/** What the table has no place for: every health page over time, and what brokers say of the groups. */
async function keepEvidence(stage: Stage, report: FaultReport): Promise<void> {
  const groups = await groupsSeen(stage).catch((cause: unknown) => String(cause));
  await writeFile(join(stage.directory, 'report.json'), JSON.stringify({ ...report, groups }, undefined, 2));
}

/** The report of a fault that could not even be looked at to its end. */
function broken(fault: Fault, cause: unknown): FaultReport {
  const wrong = [cause instanceof Error ? cause.message : String(cause)];
  return { fault, acknowledged: 0, lost: 0, doubled: 0, unjudged: 0, recoverSeconds: undefined, health: [], ended: [], wrong };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}
