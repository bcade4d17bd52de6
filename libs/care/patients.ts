import type { Moment } from './moment.js';
import type { PatientKey } from './patient-key.js';
import { PatientShard } from './patient-shard.js';

export interface CareLimits {
  /** Patients and pairs of patient and account that are remembered at a time; above, nothing is known of any. */
  readonly patientsMax: number;
  readonly pairsMax: number;
}

export const usualLimits: CareLimits = { patientsMax: 8_000_000, pairsMax: 32_000_000 };

/** A shard that holds more of anything is divided; with as many more it has its room, and takes some five milliseconds to be made anew. */
const shardSizeMax = 24_000;
const placesMax = 65_536;
const spareMin = 0.15;
const spareSteps = 8;
const spareStep = 0.015;

/** A shard, and which of the last bits of the third word of a pseudonym its patients have. */
interface Place {
  readonly shard: PatientShard;
  readonly bits: number;
  readonly mask: number;
}

/**
 * All patients, in shards by pseudonym that are divided as they grow: each is made anew for itself (extendible hashing, Fagin et al. 1979), so that no
 * turn is long, however many there are.
 */
export class Patients {
  /** By the last bits of a pseudonym's third word, as many as the deepest shard needs; others stand in several places. */
  #places: Place[] = [{ shard: new PatientShard(spareMin), bits: 0, mask: 0 }];
  #count = 0;
  #pairs = 0;
  #bytes = this.#places.reduce((sum, { shard }) => sum + shard.bytes, 0);
  /** The places from here on have not let go of what ended since time came to `lowest`. */
  #unswept = 1;
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

  /** Where a patient is, or would be; good until the next touch. */
  shardOf(key: PatientKey): PatientShard {
    return this.#placeOf(key).shard;
  }

  touch(key: PatientKey, account: number, moment: Moment, lowest: number): void {
    let place = this.#placeOf(key);
    if (!place.shard.hasRoom(moment, lowest)) {
      this.#remake(place, lowest);
      place = this.#placeOf(key);
    }
    const { shard } = place;
    // What ends more than 455 days after the lowest step was never written by an ingestor.
    if (!shard.reaches(moment)) return;
    if (shard.isFull) {
      this.#wholeFrom = Math.max(this.#wholeFrom, moment.linkUntil, moment.ownUntil);
      return;
    }
    this.#count -= shard.patients;
    this.#pairs -= shard.pairs;
    shard.touch(key, account, moment, lowest);
    this.#count += shard.patients;
    this.#pairs += shard.pairs;
  }

  /** From now on shards let go of what ended, one at each `sweep`. */
  startSweep(): void {
    this.#unswept = 0;
  }

  sweep(lowest: number): void {
    const place = this.#places[this.#unswept];
    if (!place) return;
    // A shard is swept at the first of its places.
    if (place.bits === this.#unswept) this.#remake(place, lowest);
    this.#unswept += 1;
  }

  /** Makes a shard anew, in two where it is large. */
  #remake({ shard, bits, mask }: Place, lowest: number): void {
    const whole = shard.remade(lowest);
    const next = mask * 2 + 1;
    const isLarge = whole.size > shardSizeMax && next < placesMax;
    const parts = isLarge
      ? [bits, bits + mask + 1].map((one) => this.#part(whole, lowest, one, next))
      : [{ shard: whole, bits, mask }];
    if (isLarge && next >= this.#places.length) this.#places = [...this.#places, ...this.#places];
    for (const part of parts) for (let at = part.bits; at < this.#places.length; at += part.mask + 1) this.#places[at] = part;
    for (const { patients, pairs, bytes } of parts.map((part) => part.shard)) {
      this.#count += patients;
      this.#pairs += pairs;
      this.#bytes += bytes;
    }
    this.#count -= shard.patients;
    this.#pairs -= shard.pairs;
    this.#bytes -= shard.bytes;
  }

  /** Shards have different spare places, so that they do not all grow at once. */
  #part(whole: PatientShard, lowest: number, bits: number, mask: number): Place {
    return { shard: whole.remade(lowest, mask, bits, spareMin + (bits % spareSteps) * spareStep), bits, mask };
  }

  #placeOf(key: PatientKey): Place {
    const place = this.#places[key.w2 & (this.#places.length - 1)];
    if (!place) throw new Error('there is no shard for a patient; this is a bug');
    return place;
  }
}
