import type { Moment } from './moment.js';
import type { PatientKey } from './patient-key.js';
import { Stretches, stretchesMax } from './stretches.js';

const wordsOfKey = 4;
const capacityMin = 4;
/** A table that is less than half full after what may go has gone is made smaller. */
const fullShareMin = 0.5;
/** Steps that a shard without a lowest step reaches back from its first touch. */
const reachSteps = 20_000;

/**
 * One part of all patients, with who linked them and who knows them: 16 bytes of key, 4 of heads and some 3 of place for a patient, 10 for each stretch.
 * It is small, so that making it anew takes less than a turn may. Steps are counted from `base`, which follows time.
 */
export class PatientShard {
  #base = 0;
  #count = 0;
  /** Numbers of patients by pseudonym, which is as good as random, so that a part of it is a hash. */
  #slots = slotsFor(capacityMin);
  #keys = new Uint32Array((capacityMin + 1) * wordsOfKey);
  #links = new Stretches(capacityMin, capacityMin);
  #own = new Stretches(capacityMin, capacityMin);

  /** `spare`: the share of free places in a table that was made anew; it differs between shards, so that they do not all grow at once. */
  constructor(private readonly spare: number) {}

  get patients(): number {
    return this.#count;
  }
  get pairs(): number {
    return this.#own.count;
  }
  get bytes(): number {
    return this.#slots.byteLength + this.#keys.byteLength + this.#links.bytes + this.#own.bytes;
  }

  /** The number of a patient, 0 where it has none; good until the next touch. */
  find(key: PatientKey): number {
    return this.#slots[this.#slotOf(key)] ?? 0;
  }

  /** Whether the account knows the patient in a step. */
  knows(patient: number, account: number, step: number): boolean {
    return this.#own.holds(patient, account, step - this.#base, step - this.#base + 1);
  }

  /** How many accounts besides one link the patient in a step: 0, 1, or 2 for two and more. */
  others(patient: number, account: number, step: number, isBarred: (account: number) => boolean): number {
    return this.#links.others(patient, account, step - this.#base, isBarred);
  }

  /** Whether all that a touch says is known. */
  holds(patient: number, account: number, { visible, linkUntil, ownFrom, ownUntil }: Moment): boolean {
    const base = this.#base;
    return (
      (linkUntil <= visible || this.#links.holds(patient, account, visible - base, linkUntil - base)) &&
      (ownUntil <= ownFrom || this.#own.holds(patient, account, ownFrom - base, ownUntil - base))
    );
  }

  /**
   * The account met the patient; what ends at `lowest` or before is nothing that anybody asks for. False where there is no room, for more than
   * 65,535 stretches. What ends more than 455 days after `lowest` is passed over.
   */
  touch(key: PatientKey, account: number, moment: Moment, lowest: number): boolean {
    if (this.#count === 0) this.#base = lowest > 0 ? lowest : Math.max(0, moment.step - reachSteps);
    const isFull = this.#count >= this.#keys.length / wordsOfKey - 1 || this.#links.isFull || this.#own.isFull;
    if (isFull || !this.#reaches(moment)) this.rebuild(lowest);
    if (!this.#reaches(moment)) return true;
    if (this.#links.isFull || this.#own.isFull) return false;
    const { visible, linkUntil, ownFrom, ownUntil } = moment;
    const patient = this.#numberOf(key);
    const base = this.#base;
    this.#links.add(patient, account, Math.max(0, visible - base), Math.max(0, linkUntil - base), lowest - base);
    this.#own.add(patient, account, Math.max(0, ownFrom - base), Math.max(0, ownUntil - base), lowest - base);
    return true;
  }

  /** Lets go of what ends at `lowest` or before, and makes room. */
  rebuild(lowest: number): void {
    const ends = lowest - this.#base;
    let [patients, links, own] = [0, 0, 0];
    for (let patient = 1; patient <= this.#count; patient += 1) {
      const [linksOf, ownOf] = [this.#links.countOf(patient, ends), this.#own.countOf(patient, ends)];
      if (linksOf + ownOf > 0) patients += 1;
      links += linksOf;
      own += ownOf;
    }
    const capacity = this.#room(patients, this.#keys.length / wordsOfKey - 1);
    const next = {
      keys: new Uint32Array((capacity + 1) * wordsOfKey),
      links: new Stretches(capacity, this.#room(links, this.#links.capacity)),
      own: new Stretches(capacity, this.#room(own, this.#own.capacity)),
    };
    const shift = Math.max(0, ends);
    let number = 0;
    for (let patient = 1; patient <= this.#count; patient += 1) {
      if (this.#links.countOf(patient, ends) + this.#own.countOf(patient, ends) === 0) continue;
      number += 1;
      next.keys.set(this.#keys.subarray(patient * wordsOfKey, (patient + 1) * wordsOfKey), number * wordsOfKey);
      this.#links.move(patient, ends, next.links, number, shift);
      this.#own.move(patient, ends, next.own, number, shift);
    }
    [this.#keys, this.#links, this.#own] = [next.keys, next.links, next.own];
    this.#base += shift;
    this.#count = number;
    this.#slots = slotsFor(capacity);
    for (let patient = 1; patient <= number; patient += 1) this.#slots[this.#freeSlot(patient)] = patient;
  }

  /** Places for so many, of which there were `before`. */
  #room(count: number, before: number): number {
    const wanted = Math.ceil(count * (1 + this.spare)) + capacityMin;
    return Math.min(stretchesMax - 1, wanted < before && count > before * fullShareMin ? before : wanted);
  }

  #reaches({ linkUntil, ownUntil }: Moment): boolean {
    return Math.max(linkUntil, ownUntil) - this.#base <= stretchesMax;
  }

  #numberOf(key: PatientKey): number {
    const slot = this.#slotOf(key);
    const known = this.#slots[slot] ?? 0;
    if (known !== 0) return known;
    this.#count += 1;
    this.#slots[slot] = this.#count;
    const at = this.#count * wordsOfKey;
    this.#keys[at] = key.w0;
    this.#keys[at + 1] = key.w1;
    this.#keys[at + 2] = key.w2;
    this.#keys[at + 3] = key.w3;
    return this.#count;
  }

  /** Where the patient stands, or the free place where it would. All 128 bits are compared. */
  #slotOf({ w0, w1, w2, w3 }: PatientKey): number {
    const slots = this.#slots;
    const keys = this.#keys;
    for (let slot = homeOf(w3, slots); ; slot = slot + 1 === slots.length ? 0 : slot + 1) {
      const at = (slots[slot] ?? 0) * wordsOfKey;
      if (at === 0 || (keys[at + 3] === w3 && keys[at] === w0 && keys[at + 1] === w1 && keys[at + 2] === w2)) return slot;
    }
  }

  #freeSlot(patient: number): number {
    const slots = this.#slots;
    let slot = homeOf(this.#keys[patient * wordsOfKey + 3] ?? 0, slots);
    while (slots[slot] !== 0) slot = slot + 1 === slots.length ? 0 : slot + 1;
    return slot;
  }
}

/** Three quarters of them are taken at most. */
function slotsFor(patients: number): Uint16Array<ArrayBuffer> {
  return new Uint16Array(Math.ceil((patients * 4) / 3) + 2);
}

function homeOf(word: number, slots: Uint16Array): number {
  return Math.floor((word / 2 ** 32) * slots.length);
}
