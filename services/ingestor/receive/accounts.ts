// receive/: a request as a stream under limits: who sends, how much, in what form, and what it is answered.
// What it brings goes to a `Taker`.

import type { RefusedItem } from './http-refusal.js';
import { refusedListedMax } from './intake.js';
import type { IngestAnswer, ItemOutcome } from './taker.js';

/** The answer of Vigie's own doors, put together from outcomes that are told item by item. */
export class Accumulated {
  #index = 0;
  #accepted = 0;
  #quarantined = 0;
  #refusedCount = 0;
  readonly #refused: RefusedItem[] = [];

  add(outcomes: readonly ItemOutcome[]): void {
    for (const outcome of outcomes) {
      if (outcome.kind === 'accepted') this.#accepted += 1;
      else if (outcome.kind === 'quarantined') this.#quarantined += 1;
      else {
        this.#refusedCount += 1;
        const { field, reason } = outcome;
        if (this.#refused.length < refusedListedMax) this.#refused.push({ index: this.#index, field, reason });
      }
      this.#index += 1;
    }
  }

  /** Items so far. */
  get count(): number {
    return this.#index;
  }

  told(): IngestAnswer {
    return {
      accepted: this.#accepted,
      refused: this.#refused,
      refused_count: this.#refusedCount,
      quarantined: this.#quarantined,
    };
  }
}

export function answerOf(outcomes: readonly ItemOutcome[]): IngestAnswer {
  const answer = new Accumulated();
  answer.add(outcomes);
  return answer.told();
}

/** Whether anything of a request was taken: kept, or set aside in custody. */
export function tookAny({ accepted, quarantined }: IngestAnswer): boolean {
  return accepted + quarantined > 0;
}
