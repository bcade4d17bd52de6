import { stepAccountsMin, stepAccountsShare, stepSurpriseShare, stepToldShare } from '../constants.js';

/** Of one day, how many accounts were among the furthest fiftieth of all days, by rule: many at once, and what is counted has changed, not what people do. */
export class CommonStep {
  readonly #untold: Compared;
  readonly #all: Compared;

  /** `columns` is how many rules there are. */
  constructor(columns: number) {
    this.#untold = { accounts: 0, far: new Float64Array(columns) };
    this.#all = { accounts: 0, far: new Float64Array(columns) };
  }

  /** An account was compared with what was usual. `isTold`: something was told of it that nobody has called honest. */
  count(isTold: boolean): void {
    this.#all.accounts += 1;
    if (!isTold) this.#untold.accounts += 1;
  }

  /** Which share of honest days goes as far as one of its counts did. */
  see(column: number, p: number, isTold: boolean): void {
    if (p > stepSurpriseShare) return;
    this.#all.far[column] = (this.#all.far[column] ?? 0) + 1;
    if (!isTold) this.#untold.far[column] = (this.#untold.far[column] ?? 0) + 1;
  }

  /** Rules whose thresholds have to wait. Of a day that few were compared on nothing can be said: `before` are those that waited, and go on. */
  waiting(before: ReadonlySet<number>): ReadonlySet<number> {
    if (this.#all.accounts < stepAccountsMin) return before;
    const columns = [...this.#all.far.keys()];
    return new Set(
      columns.filter((column) => isMany(this.#untold, column, stepAccountsShare) || isMany(this.#all, column, stepToldShare)),
    );
  }
}

interface Compared {
  accounts: number;
  readonly far: Float64Array;
}

function isMany({ accounts, far }: Compared, column: number, share: number): boolean {
  return accounts >= stepAccountsMin && (far[column] ?? 0) > share * accounts;
}

/** What common steps have made of the rules so far, as it stands when a day was learned. */
export class StepsSoFar {
  /** Rules whose thresholds wait; see `ViewParts`. */
  waiting: ReadonlySet<number> = new Set();
  /** Of each rule, the last day that was learned on which its thresholds came to wait, or went on to; 0 for none. */
  readonly #since: number[];

  constructor(columns: number) {
    this.#since = Array.from({ length: columns }, () => 0);
  }

  get since(): readonly number[] {
    return this.#since;
  }

  endDay(step: CommonStep, day: number): void {
    this.waiting = step.waiting(this.waiting);
    for (const column of this.waiting) this.#since[column] = Math.max(day, this.#since[column] ?? 0);
  }
}
