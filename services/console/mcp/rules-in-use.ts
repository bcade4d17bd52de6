import type { Rule } from '#libs/detection/rule/rule.js';
import type { Clock } from '#libs/runtime/clock.js';

/** How long rules that were read are good, in milliseconds: reading and compiling all of them takes long, and they change by the day. */
const goodMs = 60_000;

/** The rules in use, read when somebody asks and at most once a minute. What cannot be read is read again at the next question. */
export class RulesInUse {
  #read: { readonly at: number; readonly rules: Promise<readonly Rule[]> } | undefined;

  constructor(
    private readonly read: () => Promise<readonly Rule[]>,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  now(): Promise<readonly Rule[]> {
    const at = this.clock.monotonic();
    if (this.#read && at - this.#read.at < goodMs) return this.#read.rules;
    const rules = this.read();
    this.#read = { at, rules };
    rules.catch(() => {
      this.#read = undefined;
    });
    return rules;
  }
}
