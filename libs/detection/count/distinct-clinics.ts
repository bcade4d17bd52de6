// count/: counts what windows of a ledger hold: distinct values, clinics, sums of numbers, in one go or going on with what was counted.
// Which rule asks, and what a count decides, is for judge.

import { outside } from '../scan/outside.js';

/** Clinics that there is room for to begin with. */
const clinicsFirst = 16;

/** Counts distinct clinics by their numbers, 0 for none, with columns that are reused from count to count. */
export class DistinctClinics {
  #stamps = new Uint32Array(clinicsFirst);
  #counts = new Uint32Array(clinicsFirst);
  #stamp = 0;

  begin(): void {
    this.#stamp += 1;
    if (this.#stamp < 0xffffffff) return;
    this.#stamps.fill(0);
    this.#stamp = 1;
  }

  /** 1 when the clinic is new among those counted and not removed, else 0. */
  add(clinic: number): number {
    if (clinic === 0) return 0;
    if (clinic >= this.#stamps.length) this.#grow(clinic);
    if (this.#stamps[clinic] !== this.#stamp) {
      this.#stamps[clinic] = this.#stamp;
      this.#counts[clinic] = 0;
    }
    const count = this.#counts[clinic] ?? outside();
    this.#counts[clinic] = count + 1;
    return count === 0 ? 1 : 0;
  }

  /** 1 when it was the last of its clinic, else 0. */
  remove(clinic: number): number {
    if (clinic === 0) return 0;
    const count = (this.#counts[clinic] ?? outside()) - 1;
    this.#counts[clinic] = count;
    return count === 0 ? 1 : 0;
  }

  #grow(clinic: number): void {
    const stamps = new Uint32Array(clinic * 2);
    stamps.set(this.#stamps);
    const counts = new Uint32Array(clinic * 2);
    counts.set(this.#counts);
    this.#stamps = stamps;
    this.#counts = counts;
  }
}
