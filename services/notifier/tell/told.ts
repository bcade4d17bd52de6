import type { ToldSend } from '#libs/access-store/incidents/told-sends.js';
import { ageMsMax } from '#libs/routing/due.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import { Transient } from '#libs/runtime/outcome.js';
import { RecentIds, rememberedMax } from '../deliver/delivered.js';

/** For how long messages wait for what the store knows, before they go on without it, milliseconds. */
export const waitMsMax = 5_000;

export interface ToldTools {
  readonly clock: Clock;
  readonly log: Log;
  /** What receivers have of cases since an instant of the wall clock, the newest first. Rejects with `Transient` when the store is away. */
  readonly toldSends: (since: string) => Promise<readonly ToldSend[]>;
}

/** What receivers have of cases that others told before: of what comes to this process from another one, only the store knows. */
export class Told {
  readonly #ids = new Map<string, RecentIds>();
  #state: 'asked' | 'known' | 'away' = 'asked';
  /** Counts how often cases came. */
  #came = 0;
  #asking: Promise<void> | undefined;

  constructor(private readonly tools: ToldTools) {}

  /** It will be known in a moment. */
  get asked(): boolean {
    return this.#state === 'asked';
  }

  /** Whether all is known that others have told. Until then, what is not known here may have been told all the same. */
  get known(): boolean {
    return this.#state === 'known';
  }

  has(receiver: string, sendId: string): boolean {
    return this.#ids.get(receiver)?.has(sendId) ?? false;
  }

  /** Cases came to this process: the store is asked what was told of them. Resolves when it has answered, or cannot. */
  async came(): Promise<void> {
    this.#came += 1;
    this.#state = 'asked';
    const waited = new AbortController();
    const late = this.tools.clock.sleep(waitMsMax, waited.signal).then(
      () => this.#away(),
      () => {},
    );
    await Promise.race([this.again().finally(() => waited.abort()), late]);
  }

  /** Asks the store unless it has answered already. Called by a timer, too. */
  async again(): Promise<void> {
    if (this.known) return;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    await this.#asking;
  }

  async #ask(): Promise<void> {
    try {
      for (let came = -1; came !== this.#came;) {
        came = this.#came;
        this.#add(await this.tools.toldSends(isoOf(this.tools.clock.now() - ageMsMax)));
      }
      this.#state = 'known';
    } catch (cause) {
      if (!(cause instanceof Transient)) throw cause;
      this.#away(cause);
    }
  }

  #away(cause?: unknown): void {
    if (this.#state === 'asked')
      this.tools.log.warn('what others told of cases is not known yet; what is not known is left out later', { cause });
    this.#state = 'away';
  }

  #add(told: readonly ToldSend[]): void {
    for (const { receiver, send_id } of told.toReversed()) {
      const ids = this.#ids.get(receiver) ?? new RecentIds(rememberedMax);
      this.#ids.set(receiver, ids);
      ids.add(send_id);
    }
  }
}
