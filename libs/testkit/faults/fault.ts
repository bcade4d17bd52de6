import type { ServiceName } from '#libs/contracts/vocabulary.js';
import type { Stage } from './stage.js';

/** Something that goes wrong around running services, and is mended again. What must hold afterwards is the same for all, see `checks.ts`. */
export interface Fault {
  /** As it is named on the command line. */
  readonly name: string;
  readonly title: string;
  /** Part of the selection that every run of the tests includes. */
  readonly quick?: boolean;
  /** Services whose `/health/ready` must turn red meanwhile, on every machine. */
  readonly unready: readonly ServiceName[];
  /** Processes are ended on purpose, so that one which does not answer for a while is no fault of its own. */
  readonly endsProcesses?: boolean;
  /**
   * `recovers`: everything goes on by itself once the fault is over. `refuses`: what happened cannot be lived with; services say so by
   * `/health/ready` with a reason, and nothing is judged wrongly. The stage cannot be used for another fault then.
   */
  readonly outcome: 'recovers' | 'refuses';
  /** Breaks and mends: resolves when the last thing that was broken is whole again. */
  run(stage: Stage): Promise<void>;
}
