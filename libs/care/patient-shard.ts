import type { Moment } from './moment.js';
import type { PatientKey } from './patient-key.js';
import { Stretches, stretchesMax } from './stretches.js';

const wordsOfKey = 4;
const capacityMin = 4;
/** Steps that a shard without a lowest step reaches back from its first touch. */
const reachSteps = 20_000;

/**
 * One part of all patients, with who linked them and who knows them: 16 bytes of key, 4 of heads and some 3 of place for a patient, 10 for each stretch.
 * It is small, so that making it anew takes a small part of a turn. Steps are counted from `base`, which follows time:
 * 65,535 of them, 455 days.
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
  /** The most of anything that it holds. */
  get size(): number {
    return Math.max(this.#count, this.#links.count, this.#own.count);
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

  /** Whether a touch has its place; if not, the shard is to be made anew. An empty one begins with it. */
  hasRoom(moment: Moment, lowest: number): boolean {
    if (this.#count === 0) this.#base = lowest > 0 ? lowest : Math.max(0, moment.step - reachSteps);
    return !this.isFull && this.reaches(moment);
  }

  /** The account met the patient; what ends at `lowest` or before is nothing that anybody asks for. There must be room. */
  touch(key: PatientKey, account: number, { visible, linkUntil, ownFrom, ownUntil }: Moment, lowest: number): void {
    const patient = this.#numberOf(key);
    const base = this.#base;
    this.#links.add(patient, account, Math.max(0, visible - base), Math.max(0, linkUntil - base), lowest - base);
    this.#own.add(patient, account, Math.max(0, ownFrom - base), Math.max(0, ownUntil - base), lowest - base);
  }

  /**
   * The same without what ends at `lowest` or before, and with room for more; of the patients only those whose third word has `bits` under `mask`.
   */
  remade(lowest: number, mask = 0, bits = 0, spare = this.spare): PatientShard {
    const ends = lowest - this.#base;
    const kept: number[] = [];
    let [links, own] = [0, 0];
    for (let patient = 1; patient <= this.#count; patient += 1) {
      if (((this.#keys[patient * wordsOfKey + 2] ?? 0) & mask) >>> 0 !== bits) continue;
      const [linksOf, ownOf] = [this.#links.countOf(patient, ends), this.#own.countOf(patient, ends)];
      if (linksOf + ownOf > 0) kept.push(patient);
      links += linksOf;
      own += ownOf;
    }
    const made = new PatientShard(spare);
    made.#resize(kept.length, links, own);
    const shift = Math.max(0, ends);
    made.#base = this.#base + shift;
    for (const patient of kept) {
      made.#count += 1;
      const at = patient * wordsOfKey;
      made.#keys.set(this.#keys.subarray(at, at + wordsOfKey), made.#count * wordsOfKey);
      made.#slots[made.#freeSlot(made.#count)] = made.#count;
      this.#links.move(patient, ends, made.#links, made.#count, shift);
      this.#own.move(patient, ends, made.#own, made.#count, shift);
    }
    return made;
  }

  /** Makes empty tables for so many and some more. */
  #resize(patients: number, links: number, own: number): void {
    const capacity = this.#room(patients);
    this.#keys = new Uint32Array((capacity + 1) * wordsOfKey);
    this.#slots = slotsFor(capacity);
    this.#links = new Stretches(capacity, this.#room(links));
    this.#own = new Stretches(capacity, this.#room(own));
  }

  #room(count: number): number {
    return Math.min(stretchesMax - 1, Math.ceil(count * (1 + this.spare)) + capacityMin);
  }

  get isFull(): boolean {
    return this.#count >= this.#keys.length / wordsOfKey - 1 || this.#links.isFull || this.#own.isFull;
  }

  /** Whether its steps go so far. */
  reaches({ linkUntil, ownUntil }: Moment): boolean {
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
