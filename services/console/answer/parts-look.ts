import type { Clock } from '#libs/runtime/clock.js';

/** What the pages are made of, beside the console itself: ClickHouse, the log, and who judges accesses. */
export const partNames = ['store', 'log', 'scorers'] as const;
export type PartName = (typeof partNames)[number];

/** Parts are asked so often at most, and each has so long to answer, in milliseconds. */
const askEveryMs = 5_000;
const answerMsMax = 3_000;

export interface PartSeen {
  readonly part: PartName;
  /** Processes that were asked, and those of them that do not answer, or say that they do not work. None is asked where nobody said where they are. */
  readonly known: number;
  readonly away: number;
  /** When the first look was that found one away, milliseconds of the wall clock; undefined while all answer. */
  readonly since: number | undefined;
}

/** Of each process whether it answers; a rejection is none. */
export type AskPart = () => Promise<readonly boolean[]>;

/** Which parts of Vigie answer, asked for as long as somebody looks on: a page that lacks something says what and since when. */
export class PartsLook {
  #seen: readonly PartSeen[] = [];
  #askedAt = -Infinity;
  #asking: Promise<void> | undefined;

  constructor(
    private readonly asks: Readonly<Record<PartName, AskPart>>,
    private readonly clock: Clock,
  ) {}

  /** As they were at a look that is five seconds old at most; waits for it, three seconds at most. */
  async last(): Promise<readonly PartSeen[]> {
    if (this.clock.monotonic() - this.#askedAt >= askEveryMs)
      this.#asking ??= this.#look().finally(() => (this.#asking = undefined));
    await this.#asking;
    return this.#seen;
  }

  async #look(): Promise<void> {
    this.#askedAt = this.clock.monotonic();
    this.#seen = await Promise.all(partNames.map((part) => this.#lookAt(part)));
  }

  async #lookAt(part: PartName): Promise<PartSeen> {
    const answers = await this.#answered(part);
    const away = answers.filter((isThere) => !isThere).length;
    const since = away === 0 ? undefined : (this.#seen.find((one) => one.part === part)?.since ?? this.clock.now());
    return { part, known: answers.length, away, since };
  }

  async #answered(part: PartName): Promise<readonly boolean[]> {
    const answered = new AbortController();
    const late = this.clock.sleep(answerMsMax, answered.signal).then(
      () => [false],
      () => [false],
    );
    const answer = this.asks[part]().catch(() => [false]);
    return Promise.race([answer, late]).finally(() => answered.abort());
  }
}
