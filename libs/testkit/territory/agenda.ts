import type { SeededRandom } from '../hospital/random.js';
import { isDayOff } from './calendar.js';
import type { DayBook } from './look.js';

type Task = (book: DayBook) => void;

/** What follows on a later day: letters after visits, bills after stays. */
export class Agenda {
  readonly #tasks = new Map<number, Task[]>();

  constructor(private readonly random: SeededRandom) {}

  on(day: number, task: Task): void {
    const tasks = this.#tasks.get(day) ?? [];
    this.#tasks.set(day, tasks);
    tasks.push(task);
  }

  /** On a day, or where nobody works on it, on one of the four working days after it: nobody does three days' work on the first of them. */
  onWorkingDay(from: number, task: Task): void {
    if (!isDayOff(from)) return this.on(from, task);
    let day = from;
    for (let more = this.random.whole(1, 4); more > 0; more -= isDayOff(day) ? 0 : 1) day += 1;
    this.on(day, task);
  }

  run(book: DayBook): void {
    for (const task of this.#tasks.get(book.day) ?? []) task(book);
    this.#tasks.delete(book.day);
  }
}

/** One of those who are there, if anybody is. */
export function anyOf<T>(random: SeededRandom, values: readonly T[]): T | undefined {
  return values.length ? random.pick(values) : undefined;
}
