import { printableLines } from '#libs/contracts/visible-text.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Attack, Outcome } from './attack.js';
import { alive } from './crowding.js';
import { Target } from './target.js';

export interface AttackReport extends Outcome {
  readonly attack: Attack;
  readonly seconds: number;
}

export interface RunAttacksOptions {
  readonly clock: Clock;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** One attack after the other on the same running system; a new one after an attack that got through and whose damage lasts. */
export async function runAttacks(
  attacks: readonly Attack[],
  { clock, say, signal }: RunAttacksOptions,
): Promise<readonly AttackReport[]> {
  const reports: AttackReport[] = [];
  let target: Target | undefined;
  try {
    for (const attack of attacks) {
      signal.throwIfAborted();
      target ??= await Target.start();
      say(`${attack.name}: ${attack.title}`);
      const report = await Promise.race([runAttack(attack, target, clock), aborted(signal)]);
      reports.push(report);
      say(`  ${report.verdict}: ${report.observed}`);
      if (report.verdict === 'broken' && attack.lasting) {
        await target.stop();
        target = undefined;
      }
    }
  } finally {
    await target?.stop();
  }
  return reports;
}

/** An attack that could not be looked at to its end has not been withstood. Services that no longer live afterwards are its doing too. */
export async function runAttack(attack: Attack, target: Target, clock: Clock): Promise<AttackReport> {
  const from = clock.monotonic();
  const seconds = () => (clock.monotonic() - from) / 1000;
  try {
    const { verdict, observed } = await attack.run(target);
    const dead = await alive(target);
    if (dead.length > 0) return { attack, seconds: seconds(), verdict: 'broken', observed: [observed, ...dead].join('; ') };
    return { attack, seconds: seconds(), verdict, observed: printableLines(observed) };
  } catch (cause) {
    return {
      attack,
      seconds: seconds(),
      verdict: 'broken',
      observed: printableLines(cause instanceof Error ? cause.message : String(cause)),
    };
  }
}

/** Who ends the run must not leave a system behind. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}
