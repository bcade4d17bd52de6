import { accessRow } from '#libs/contracts/access-row.js';
import type { LaneKind } from '#libs/contracts/vocabulary.js';
import { hashBytes } from './keyed-hash.js';
import { outside } from './outside.js';

/** In place of a number that stands for what a row says. */
export const noShape = -1;

const rowKeys = Object.keys(accessRow.shape).length;
const wordBytes = 4;

/** What rows begin with, and where subjects are not looked at. */
const noBytes = new Uint8Array(0);
const noView = new DataView(noBytes.buffer);
const noScratch = Buffer.alloc(0);

/**
 * One access row as the windows need it. Positions are byte offsets into `bytes`. The object is reused: it is valid until the next scan.
 */
export class ScannedRow {
  bytes: Uint8Array = noBytes;
  /** Over `bytes`. */
  view: DataView = noView;
  /** Event time, milliseconds since 1970. */
  time = 0;
  /** Where the account and the clinic lie: `bytes`, or what a `SubjectReader` has put there. */
  keyBytes: Uint8Array = this.bytes;
  keyView: DataView = this.view;
  /** From the first byte of `group_id` to the last of `actor_id`, the key between them included: exact and unambiguous, since no value holds a bare quote. */
  accountStart = 0;
  accountEnd = 0;
  /** `hashBytes` of those bytes. */
  accountHash = 0;
  /** Neither `group_id` nor `actor_id` is empty; where another subject is looked at, nor is that. */
  hasAccount = false;
  /** The pseudonym's 128 bits; all zero when there is none. */
  patient0 = 0;
  patient1 = 0;
  patient2 = 0;
  patient3 = 0;
  hasPatient = false;
  /** The same patient's pseudonym under the key before, where keys overlap; valid where `hasFormer`. */
  former0 = 0;
  former1 = 0;
  former2 = 0;
  former3 = 0;
  hasFormer = false;
  clinicStart = 0;
  clinicEnd = 0;
  /** Index into `actions`. */
  action = 0;
  /** Index into `outcomes`. */
  outcome = 0;
  eventStart = 0;
  receivedAt = 0;
  /** Bit i: `categories[i]` of the vocabulary. */
  categoryMask = 0;
  /** By place of an optional field among the keys of a row: where its value begins and ends, text without quotes; `ends` is 0 where it is absent or empty. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** By place: `hashBytes` of the value, 0 where nobody has made it. */
  readonly hashes: Uint32Array;
  /** Places of which the end was set, as many as there is room for. */
  readonly #places: Uint8Array;
  #placed = 0;
  /** Bit by place, of those beyond 31 by place less 32: the optional text has an escape in it, so that its bytes do not stand for themselves. */
  escaped = 0;
  /** It has a field that rows do not have, one twice, or one of another kind than rows have; whoever stores the line must look at it. */
  odd = false;
  /**
   * Stands for what the row says in those optional fields that conditions ask about (`RowProgram.want`): rows of one number say the same there, and no number is
   * given twice in a process. `noShape` where nobody has numbered it.
   */
  shape = noShape;
  /** The same of the clinic's bytes. */
  clinicSeen = noShape;
  /** Its account's number, 0 for one that is not known; set by whoever looked it up. */
  account = 0;
  /** Its clinic's number among the texts that are known; set with the account. */
  clinic = 0;
  /** Where another subject than the account is looked at: which, and where group and account lie in `bytes`, as `accountStart` has them else. */
  subject: LaneKind | undefined = undefined;
  ownerStart = 0;
  ownerEnd = 0;
  /** Where the account's own text begins; it ends with `ownerEnd`. */
  actorStart = 0;
  /** What a `SubjectReader` writes to. */
  scratch = noScratch;
  lineStart = 0;
  lineEnd = 0;
  /** Where the original line is, when `bytes` holds a rewritten one. */
  line: { readonly bytes: Uint8Array; readonly start: number; readonly end: number } | undefined = undefined;

  constructor() {
    // One piece of memory: to make four costs more than a row that is read.
    const columns = new ArrayBuffer(rowKeys * (3 * wordBytes + 1));
    this.starts = new Int32Array(columns, 0, rowKeys);
    this.ends = new Int32Array(columns, rowKeys * wordBytes, rowKeys);
    this.hashes = new Uint32Array(columns, 2 * rowKeys * wordBytes, rowKeys);
    this.#places = new Uint8Array(columns, 3 * rowKeys * wordBytes, rowKeys);
  }

  setEnd(place: number, end: number): void {
    this.ends[place] = end;
    this.hashes[place] = 0;
    if (this.#placed < rowKeys) this.#places[this.#placed] = place;
    this.#placed += 1;
  }
  /** How many places were set, a place as often as the line says its field, and which they are; of those some may be empty. */
  get placed(): number {
    return this.#placed;
  }
  placeAt(index: number): number {
    return this.#places[index] ?? outside();
  }
  /** The hash of the value at a place that is there. */
  hashOf(place: number): number {
    const known = this.hashes[place] ?? outside();
    if (known !== 0) return known;
    const hash = hashBytes(this.view, this.starts[place] ?? outside(), this.ends[place] ?? outside());
    this.hashes[place] = hash;
    return hash;
  }
  /** No optional field is there. Few of them are, so that only these are cleared; a line may say one more often than there are places. */
  clearPlaces(): void {
    if (this.#placed > rowKeys) this.ends.fill(0);
    else for (let i = 0; i < this.#placed; i += 1) this.ends[this.#places[i] ?? outside()] = 0;
    this.#placed = 0;
  }
}
