import { join } from 'node:path';
import type { Clock } from '#libs/runtime/clock.js';
import { messageOf } from '#libs/runtime/outcome.js';
import type { ProcessDefinition } from './process-list.js';
import { Supervised, type SupervisedEvents } from './supervised.js';
import { SharedPorts } from './workers/shared-ports.js';

/** A process that is not ready after this long is reported, and waited for all the same. Milliseconds. */
const slowStartMs = 60_000;
const askEveryMs = 100;
const answerWithinMs = 2_000;

export interface SupervisorOptions {
  readonly host: string;
  readonly dataDir: string;
  readonly processes: readonly ProcessDefinition[];
  /** Environment of every process. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** All processes of one machine. */
export class Supervisor {
  readonly processes: readonly Supervised[];

  constructor(
    private readonly options: SupervisorOptions,
    private readonly clock: Clock,
    events: SupervisedEvents,
  ) {
    const ports = new SharedPorts();
    this.processes = options.processes.map(
      (definition) =>
        new Supervised(definition, join(options.dataDir, 'logs', `${definition.name}.log`), { clock, ports }, events),
    );
  }

  start(): void {
    for (const one of this.processes) one.start(this.options.env);
  }

  /** Has every process look at its files again. */
  lookAgain(): void {
    for (const one of this.processes) one.lookAgain();
  }

  /** Resolves when every process says that it is ready, telling `onReady` of each and `onSlow` of one that takes long. */
  async ready(
    onReady: (name: string) => void,
    onSlow: (name: string, reason: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    await Promise.all(
      this.processes.map(async (one) => {
        const { definition } = one;
        const since = this.clock.monotonic();
        let told = false;
        for (;;) {
          signal.throwIfAborted();
          const reason = await this.#unready(one);
          if (reason === undefined) return onReady(definition.name);
          if (!told && this.clock.monotonic() - since > slowStartMs) {
            told = true;
            onSlow(definition.name, reason);
          }
          await this.clock.sleep(askEveryMs, signal);
        }
      }),
    );
  }

  /** What answers at the port before our process has it is another, such as one of a start that we know nothing of. */
  async #unready({ listens, definition }: Supervised): Promise<string | undefined> {
    if (!listens) return `it does not listen on port ${definition.port} yet`;
    try {
      const answer = await fetch(`http://${this.options.host}:${definition.port}/health/ready`, {
        signal: AbortSignal.timeout(answerWithinMs),
      });
      return answer.ok ? undefined : (await answer.text()).slice(0, 300);
    } catch (cause) {
      return messageOf(cause);
    }
  }

  /**
   * Stops in the reverse order of starting: nothing new comes in, what is in hand is finished, the store goes last. Those of one service stop together, since one that is left for a
   * moment would take over what the others had, for nothing.
   */
  async stop(): Promise<boolean> {
    for (const one of this.processes) one.expectEnd();
    let well = true;
    for (const service of new Set(this.processes.map(({ definition }) => definition.service).toReversed())) {
      const together = this.processes.filter(({ definition }) => definition.service === service);
      const outcomes = await Promise.all(together.map((one) => one.stop()));
      well &&= outcomes.every(Boolean);
    }
    return well;
  }
}
