import type { Clock } from '#libs/runtime/clock.js';
import { ProgressBar } from '#libs/runtime/progress-bar.js';

/** Between two drawings on a terminal, and between two lines elsewhere, milliseconds. */
const drawEveryMs = 100;
const lineEveryMs = 3_000;

/** Progress of work that is counted: how many are done, how fast, and how long it will take still. */
export class RateProgress {
  readonly #bar: ProgressBar;
  readonly #startedAt: number;
  #shownAt: number;

  constructor(
    private readonly out: NodeJS.WriteStream,
    private readonly clock: Clock,
    /** How many there are in all, and what they are called. */
    private readonly total: number,
    private readonly unit: string,
  ) {
    this.#bar = new ProgressBar(out);
    this.#startedAt = clock.monotonic();
    this.#shownAt = this.#startedAt;
  }

  show(done: number): void {
    const now = this.clock.monotonic();
    if (now - this.#shownAt < (this.out.isTTY ? drawEveryMs : lineEveryMs)) return;
    this.#shownAt = now;
    this.#draw(done, now);
  }

  /** Takes the bar away. */
  end(): void {
    if (this.out.isTTY) this.out.write('\r\u001b[2K');
  }

  #draw(done: number, now: number): void {
    const seconds = (now - this.#startedAt) / 1000;
    const share = this.total > 0 ? done / this.total : 1;
    const left = share > 0 ? (seconds * (1 - share)) / share : 0;
    const text = `${count(done)} of ${count(this.total)} ${this.unit}, ${count(done / Math.max(seconds, 0.001))}/s, ${durationText(left)} left`;
    if (this.out.isTTY) this.#bar.show(share, text);
    else this.out.write(`  ${String(Math.floor(share * 100)).padStart(3)} %  ${text}\n`);
  }
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** `45 s`, `12 min`, `2 h 14 min`, `3 d 4 h`; short, for people. */
export function durationText(seconds: number): string {
  const whole = Math.round(Math.abs(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return withRest(whole, 60, 'min', 1, 's', whole < 600);
  return whole < 86_400 ? withRest(whole, 3600, 'h', 60, 'min', true) : withRest(whole, 86_400, 'd', 3600, 'h', true);
}

function withRest(seconds: number, unit: number, name: string, smaller: number, smallerName: string, rest: boolean): string {
  const many = Math.floor(seconds / unit);
  const few = Math.floor((seconds % unit) / smaller);
  return rest && few > 0 ? `${many} ${name} ${few} ${smallerName}` : `${many} ${name}`;
}
