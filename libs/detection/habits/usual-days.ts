import { boundless, countMax } from '../days/day-table.js';
import type { Days } from '../days/days.js';
import { outside } from '../scan/outside.js';

interface Look {
  /** How many times what has risen. */
  readonly times: number;
  /** How many times what nobody would call mass. */
  readonly floors: number;
}

/** How far above what is there a day is asked about: what holds for more need not be asked again soon. */
const looks: readonly Look[] = [
  { times: 2, floors: 3 },
  { times: 2, floors: 1 },
  { times: 1.25, floors: 0 },
];
/** Of a day on which nothing has risen; undefined for more than any day holds: of most accounts no day is evidence enough, and these are asked about once. */
const looksAhead: readonly (Look | undefined)[] = [undefined, ...looks.filter(({ floors }) => floors > 0)];
/** What is there and no more. */
const bare: Look = { times: 1, floors: 0 };
/** Where a smaller look held, a larger one is tried again after so many days. */
const triedAfter = 64;

/** Asks the model whether days are usual, and notes up to which counts they are. */
export class UsualDays {
  /** By column. */
  readonly #levels: number[] = [];
  /** Of the looks ahead, the one that held last, since accounts of a house are alike, and how many days it was taken for. */
  #ahead = 0;
  #taken = 0;

  /** `settle` makes the largest counts of a day exact. */
  constructor(
    private readonly days: Days,
    private readonly settle: (record: number) => void,
  ) {}

  /** The day has just begun: its first accesses change nothing, as far as it is usual with what nobody would call mass. */
  lookAhead(record: number): void {
    if ((this.#taken += 1) >= triedAfter) this.#taken = this.#ahead = 0;
    for (let at = this.#ahead; at < looksAhead.length; at += 1) {
      const look = looksAhead[at];
      if (look ? !this.#isBelow(record, look) : !this.#stays(record)) continue;
      this.#ahead = at;
      return;
    }
  }

  /** Whether the largest counts of the day are none that are told. */
  is(record: number): boolean {
    const { table, counts } = this.days;
    if (table.isBoundless(record)) return true;
    // Of a day that a snapshot or history has left nobody has asked yet.
    if (table.usual(record, 0) === 0 && this.#stays(record)) return true;
    // What nobody would call mass is nothing most of the time, so that most days are asked about few times.
    for (const look of looks) if (this.#isBelow(record, look)) return true;
    if (this.#isBelow(record, bare)) return true;
    if (counts.every((_, column) => table.upper(record, column) === table.most(record, column))) return false;
    this.settle(record);
    return this.#isBelow(record, bare);
  }

  /** Whether the day is usual whatever comes. */
  #stays(record: number): boolean {
    const { table, counts } = this.days;
    for (let column = 0; column < counts.length; column += 1) if (table.upper(record, column) > boundless) return false;
    if (!this.days.evidence.staysUsual(record)) return false;
    this.days.setBoundless(record);
    return true;
  }

  /** Whether the day is usual even with as much. */
  #isBelow(record: number, { times, floors }: Look): boolean {
    const { days } = this;
    const { table, counts } = days;
    const levels = this.#levels;
    for (let column = 0; column < counts.length; column += 1) {
      const upper = table.upper(record, column);
      if (upper >= countMax) return false;
      const usual = table.usual(record, column);
      const floor = usual === 0 ? floors * (counts[column]?.habit.floor ?? 0) : 0;
      const risen = times === 1 ? upper : upper > usual ? Math.ceil(upper * times) + 1 : usual;
      levels[column] = Math.min(countMax - 1, Math.max(floor, risen));
    }
    if (days.evidence.share(record, (column) => levels[column] ?? outside()) >= 1) return false;
    for (let column = 0; column < counts.length; column += 1) table.setUsual(record, column, levels[column] ?? outside());
    return true;
  }
}
