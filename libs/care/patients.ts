import type { Moment } from './moment.js';
import type { PatientKey } from './patient-key.js';
import { PatientShard } from './patient-shard.js';

export interface CareLimits {
  /** Patients and pairs of patient and account that are remembered at a time; above, nothing is known of any. */
  readonly patientsMax: number;
  readonly pairsMax: number;
}

export const usualLimits: CareLimits = { patientsMax: 8_000_000, pairsMax: 32_000_000 };

const shards = 1024;
const spareMin = 0.15;
const spareSteps = 8;
const spareStep = 0.015;

/** All patients, in shards by pseudonym: each is made anew for itself, in about a millisecond where there are millions. */
export class Patients {
  readonly #shards = Array.from({ length: shards }, (_, shard) => new PatientShard(spareMin + (shard % spareSteps) * spareStep));
  #count = 0;
  #pairs = 0;
  #bytes = this.#shards.reduce((sum, { bytes }) => sum + bytes, 0);
  /** The shards from here on have not let go of what ended since time came to `lowest`. */
  #unswept = shards;
  /** From this step on it matters no more that there was no room for a touch. */
  #wholeFrom = 0;

  constructor(private readonly limits: CareLimits) {}

  /** Patients that have a place. */
  get count(): number {
    return this.#count;
  }
  /** Stretches in which accounts know patients: one for nearly every pair. */
  get pairs(): number {
    return this.#pairs;
  }
  get bytes(): number {
    return this.#bytes;
  }
  /** Whether there are, or were until a short while before `lowest`, more than is remembered of, so that nothing is known of any. */
  isOverfull(lowest: number): boolean {
    return this.#count > this.limits.patientsMax || this.#pairs > this.limits.pairsMax || lowest < this.#wholeFrom;
  }

  /** Where a patient is, or would be. */
  shardOf(key: PatientKey): PatientShard {
    return this.#shardAt(key.w2 % shards);
  }

  touch(key: PatientKey, account: number, moment: Moment, lowest: number): void {
    this.#change(this.shardOf(key), (shard) => {
      if (shard.touch(key, account, moment, lowest)) return;
      this.#wholeFrom = Math.max(this.#wholeFrom, moment.linkUntil, moment.ownUntil);
    });
  }

  /** From now on shards let go of what ended, one at each `sweep`. */
  startSweep(): void {
    this.#unswept = 0;
  }

  sweep(lowest: number): void {
    if (this.#unswept >= shards) return;
    this.#change(this.#shardAt(this.#unswept), (shard) => shard.rebuild(lowest));
    this.#unswept += 1;
  }

  #change(shard: PatientShard, change: (shard: PatientShard) => void): void {
    const { patients, pairs, bytes } = shard;
    change(shard);
    this.#count += shard.patients - patients;
    this.#pairs += shard.pairs - pairs;
    this.#bytes += shard.bytes - bytes;
  }

  #shardAt(index: number): PatientShard {
    const shard = this.#shards[index];
    if (!shard) throw new Error(`there is no shard ${index} of patients`);
    return shard;
  }
}
