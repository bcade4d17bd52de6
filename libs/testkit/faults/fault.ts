import type { ServiceName } from '#libs/contracts/vocabulary.js';
import type { Stage } from './stage.js';

/** Something that goes wrong around running services, and is mended again. What must hold afterwards is the same for all, see `checks.ts`. */
export interface Fault {
  /** As it is named on the command line. */
  readonly name: string;
  readonly title: string;
  /** Part of the selection that `npm run test:long` includes. */
  readonly quick?: boolean;
  /** Part of every run of the tests: it breaks services and no brokers, so that one broker is enough to see it. */
  readonly everyRun?: boolean;
  /** Services whose `/health/ready` must turn red meanwhile, on every machine. */
  readonly unready: readonly ServiceName[];
  /** Processes are ended on purpose, so that one which does not answer for a while is no fault of its own. */
  readonly endsProcesses?: boolean;
  /** What happened cannot be undone, and the stage is of no use for another fault: these services stay ready, and say what somebody has to look at. */
  readonly lasting?: readonly ServiceName[];
  /** Breaks and mends: resolves when the last thing that was broken is whole again. */
  run(stage: Stage): Promise<void>;
}
