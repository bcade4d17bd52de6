import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Filler } from './late/filler.js';
import type { Reinstater } from './late/reinstater.js';
import type { Rejudger } from './late/rejudger.js';
import type { HonestVerdicts } from './habits/honest-verdicts.js';
import type { RulesReloader } from './rules/rules-reloader.js';

/** Time between two looks at what waits for the store, in milliseconds. */
const storeEveryMs = 1000;
/** Time between two looks at rules, lists and register, in milliseconds. */
export const rulesEveryMs = 5000;
/** Time between two looks at incidents of former lists that other subjects than accounts have, in milliseconds. */
const formerEveryMs = 60_000;
/** Time between two looks at what people found, in milliseconds. */
const verdictsEveryMs = 10_000;

const rulesLook = 'a look at the rules';

/** What goes on beside the stream. A look that meets a bug is logged and comes again: the stream must not end for it. */
export class Background {
  readonly #stops: (() => void)[] = [];

  constructor(
    private readonly work: {
      readonly rejudger: Rejudger;
      readonly filler: Filler;
      readonly reinstater?: Reinstater;
      /** What incidents of other subjects count by selections of before. */
      readonly former?: { look(): Promise<void> };
      readonly reloader: RulesReloader;
      readonly verdicts?: HonestVerdicts;
    },
    private readonly tools: { readonly clock: Clock; readonly logger: Log },
  ) {}

  start(): void {
    const { clock } = this.tools;
    this.#stops.push(
      clock.every(storeEveryMs, () => this.#attempt('judging late accesses again', this.work.rejudger)),
      clock.every(storeEveryMs, () => this.#attempt('filling windows', this.work.filler)),
      clock.every(rulesEveryMs, () => this.#attempt(rulesLook, { look: () => this.work.reloader.watch() })),
    );
    const { verdicts, reinstater, former } = this.work;
    if (former)
      this.#stops.push(clock.every(formerEveryMs, () => this.#attempt('a look at incidents of other subjects', former)));
    if (reinstater)
      this.#stops.push(clock.every(storeEveryMs, () => this.#attempt('a look at incidents of former lists', reinstater)));
    if (!verdicts) return;
    this.#stops.push(clock.every(verdictsEveryMs, () => this.#attempt('a look at verdicts', verdicts)));
    verdicts.start().catch((cause: unknown) => this.tools.logger.error('verdicts cannot be read', { cause }));
  }

  /** Lets go of the log. */
  async end(): Promise<void> {
    await this.work.verdicts?.stop();
  }

  /** Somebody wants changed rules to be taken up at once. */
  lookAtRules(): void {
    this.#attempt(rulesLook, this.work.reloader);
  }

  /** Work that is under way gives up within a slice, and is done anew at the next start. */
  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.work.filler.stop();
    this.work.rejudger.stop();
  }

  #attempt(what: string, work: { look(): Promise<void> }): void {
    work.look().catch((cause: unknown) => this.tools.logger.error(`${what} failed and is tried again`, { cause }));
  }
}
