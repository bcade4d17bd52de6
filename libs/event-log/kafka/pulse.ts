import type { Admin, ITopicMetadata } from 'kafkajs';
import type { Clock } from '#libs/runtime/clock.js';
import { messageOf } from '#libs/runtime/outcome.js';
import type { Health } from '#libs/runtime/health.js';
import { questionMsMax, within } from './client.js';
import { otherNumberText } from './layout.js';

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
    options.health?.ready('partitions', () => this.#otherNumber((_, used, present) => present < used));
    // Everything goes on over the number that was: balancers that sent nobody any more would make an outage of it.
    const isGrown = (topic: string, used: number, present: number) => present > used && used !== options.kept?.get(topic);
    options.health?.partial('grown topics', () => this.#otherNumber(isGrown));
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
      this.#away = troubleOf([...used.keys()], topics);
    } catch (cause) {
      this.#away = messageOf(cause);
    } finally {
      this.#asking = false;
    }
  }

  #otherNumber(isTold: (topic: string, used: number, present: number) => boolean): string | undefined {
    const texts = [...this.#present].flatMap(([topic, present]) => {
      const used = this.#options.used.get(topic) ?? present;
      return isTold(topic, used, present) ? [otherNumberText(topic, used, present)] : [];
    });
    return texts.length > 0 ? texts.join('; ') : undefined;
  }
}

/** What brokers that answer say is missing; empty where all is there. */
function troubleOf(wanted: readonly string[], topics: readonly Pick<ITopicMetadata, 'name' | 'partitions'>[]): string {
  const missing = wanted.filter((topic) => topics.every(({ name }) => name !== topic));
  const unled = topics.flatMap(({ name, partitions }) =>
    partitions.filter(({ leader }) => leader < 0).map(({ partitionId }) => `${name}/${partitionId}`),
  );
  return [
    ...(missing.length > 0
      ? [
          `Kafka shows no topic ${missing.join(', ')}: deleted ('vigie topics create'), or not for this principal ('vigie topics grant')`,
        ]
      : []),
    ...(unled.length > 0 ? [`no broker leads ${unled.join(', ')}: those that hold it are away`] : []),
  ].join('; ');
}
