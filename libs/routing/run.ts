import type { Policy } from './routing.js';

/** A policy that is being gone through: its next step, and when that is due (milliseconds of the wall clock). */
export interface Run {
  readonly policy: Policy;
  readonly startedAt: number;
  readonly round: number;
  readonly step: number;
  readonly at: number;
}

export function startRun(policy: Policy, startedAt: number): Run {
  return { policy, startedAt, round: 0, step: 0, at: scheduled(policy, startedAt, 0, 0) };
}

/** The step after this one; `undefined` after the last of the last round. One that is hurried comes at that instant, if it is not due before. */
export function stepAfter(run: Run, hurriedAt: number | undefined): Run | undefined {
  const { policy, startedAt } = run;
  const inRound = run.step + 1 < policy.steps.length;
  const [round, step] = inRound ? [run.round, run.step + 1] : [run.round + 1, 0];
  if (round > policy.repeat) return undefined;
  // Only within a round is there somebody else to tell at once.
  const due = Math.min(scheduled(policy, startedAt, round, step), (inRound ? hurriedAt : undefined) ?? Infinity);
  return { policy, startedAt, round, step, at: Math.max(run.at, due) };
}

/** Rounds begin a pause after the last step of the one before, whatever was hurried in it. */
function scheduled({ steps, pauseMs }: Policy, startedAt: number, round: number, step: number): number {
  const roundMs = (steps.at(-1)?.afterMs ?? 0) + pauseMs;
  return startedAt + round * roundMs + (steps[step]?.afterMs ?? 0);
}
