import { services } from '#libs/contracts/vocabulary.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { RunningVigie } from '../running-vigie.js';

const lookEveryMs = 1000;
const answerMsMax = 5000;

/** `gone`: no connection, as while a process starts, or one that was kept of a process that is closing, which says so and nothing of its health. `silent`: connected, and no answer in time. */
type State = 'green' | 'red' | 'gone' | 'silent';

/** One page of one process, over time. */
export interface PageHistory {
  readonly service: string;
  readonly machine: number;
  readonly page: 'live' | 'ready';
  readonly now: State;
  /** Seconds in each state, of the looks so far. */
  readonly seconds: Readonly<Record<State, number>>;
  /** What it said when it was red: each reason once. */
  readonly reasons: readonly string[];
}

type Counted = { -readonly [Key in keyof PageHistory]: PageHistory[Key] } & {
  seconds: Record<State, number>;
  reasons: string[];
};

/** Looks at the health of every process again and again, as a supervisor would. */
export class HealthWatch {
  readonly #pages: Counted[];
  #stop: () => void = () => {};
  #looking = false;

  constructor(
    private readonly machines: readonly RunningVigie[],
    private readonly clock: Clock,
  ) {
    this.#pages = machines.flatMap((_, machine) =>
      services.flatMap((service) =>
        (['live', 'ready'] as const).map((page) => ({
          service,
          machine,
          page,
          now: 'green',
          seconds: { green: 0, red: 0, gone: 0, silent: 0 },
          reasons: [],
        })),
      ),
    );
  }

  start(): void {
    let before = this.clock.monotonic();
    this.#stop = this.clock.every(lookEveryMs, () => {
      if (this.#looking) return;
      this.#looking = true;
      const now = this.clock.monotonic();
      void Promise.all(this.#pages.map((page) => this.#look(page, (now - before) / 1000))).finally(() => (this.#looking = false));
      before = now;
    });
  }

  stop(): void {
    this.#stop();
  }

  get pages(): readonly PageHistory[] {
    return this.#pages;
  }

  async #look(page: Counted, seconds: number): Promise<void> {
    const url = this.machines[page.machine]?.url(page.service as (typeof services)[number]);
    const answer = await fetch(`${url}/health/${page.page}`, { signal: AbortSignal.timeout(answerMsMax) }).catch(
      (cause: unknown) => cause,
    );
    const reasons = answer instanceof Response && !answer.ok ? reasonsOf(await answer.text()) : [];
    page.now = stateOf(answer, reasons);
    page.seconds[page.now] += seconds;
    for (const reason of reasons) if (!page.reasons.includes(reason)) page.reasons.push(reason);
  }
}

function stateOf(answer: unknown, reasons: readonly string[]): State {
  if (answer instanceof Response) return answer.ok ? 'green' : reasons.length > 0 ? 'red' : 'gone';
  return answer instanceof Error && answer.name === 'TimeoutError' ? 'silent' : 'gone';
}

/** Checks that are not `ok`, none in an answer that has no checks; numbers are left out, so that a reason that counts seconds is one reason. */
function reasonsOf(text: string): readonly string[] {
  try {
    const { checks } = JSON.parse(text) as { checks: Record<string, string> };
    const red = Object.entries(checks).filter(([, said]) => said !== 'ok');
    return red.map(([name, said]) => `${name}: ${said.replaceAll(/\d+/g, 'N')}`);
  } catch {
    return [];
  }
}

/** `live green; ready red 14 s (scorer, archiver), then green` */
export function healthText(pages: readonly PageHistory[], ended: readonly string[]): string {
  const parts = (['live', 'ready'] as const).map((page) => `${page} ${pageText(pages.filter((one) => one.page === page))}`);
  return [...parts, ...(ended.length > 0 ? [`ended by themselves: ${ended.join(', ')}`] : [])].join('; ');
}

function pageText(pages: readonly PageHistory[]): string {
  const red = pages.filter(({ seconds }) => seconds.red > 0);
  if (pages.length === 0) return 'not seen';
  if (red.length === 0) return 'green';
  const longest = Math.round(Math.max(...red.map(({ seconds }) => seconds.red)));
  const names = [...new Set(red.map(({ service }) => service))].join(', ');
  return `red ${longest} s (${names})${pages.every(({ now }) => now === 'green') ? ', then green' : ' and not green again'}`;
}
