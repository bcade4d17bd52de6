import type { Admin } from 'kafkajs';
import type { Clock } from '#libs/runtime/clock.js';
import { messageOf } from '#libs/runtime/outcome.js';
import type { Health } from '#libs/runtime/health.js';
import { questionMsMax, within } from './client.js';
import { grownText } from './layout.js';

/** Time between two questions, in milliseconds. */
const askEveryMs = 5000;

export interface PulseOptions {
  readonly admin: Admin;
  readonly clock: Clock;
  readonly health?: Health;
  /** Over how many partitions each topic is used. */
  readonly used: ReadonlyMap<string, number>;
  /** Numbers that an operator has agreed to. */
  readonly kept?: ReadonlyMap<string, number>;
}

/** Whether brokers answer and the topics are as they are used, asked of them now and then: also where nothing is read or appended. */
export class Pulse {
  readonly #options: PulseOptions;
  readonly #present = new Map<string, number>();
  readonly #stop: () => void;
  #asking = false;
  #away = '';

  constructor(options: PulseOptions) {
    this.#options = options;
    this.#stop = options.clock.every(askEveryMs, () => void this.#ask());
    options.health?.ready('brokers', () => this.#away || undefined);
    options.health?.ready('partitions', () => this.#grown());
  }

  stop(): void {
    this.#stop();
  }

  /** How many partitions a topic has. */
  saw(topic: string, present: number): void {
    this.#present.set(topic, present);
  }

  async #ask(): Promise<void> {
    const { admin, clock, used } = this.#options;
    if (this.#asking || used.size === 0) return;
    this.#asking = true;
    try {
      const question = admin.fetchTopicMetadata({ topics: [...used.keys()] });
      const { topics } = await within(clock, questionMsMax, 'list of partitions', question);
      for (const { name, partitions } of topics) this.saw(name, partitions.length);
      this.#away = '';
    } catch (cause) {
      this.#away = messageOf(cause);
    } finally {
      this.#asking = false;
    }
  }

  #grown(): string | undefined {
    const texts = [...this.#present].flatMap(([topic, present]) => {
      const used = this.#options.used.get(topic) ?? present;
      return used === present || used === this.#options.kept?.get(topic) ? [] : [grownText(topic, used, present)];
    });
    return texts.length > 0 ? texts.join('; ') : undefined;
  }
}
