import { accessRow } from '#libs/contracts/access-row.js';
import { actions, careLinks, categories, outcomes } from '#libs/contracts/vocabulary.js';
import { hashCoefficients, lengthCoefficient } from './keyed-hash.js';
import { scanProgram } from './program.js';
import { ascii } from './scan-text.js';
import { noShape, type ScannedRow } from './scanned-row.js';
import { outside } from './outside.js';

/** What of the engine's WebAssembly is used here; TypeScript knows it of browsers alone. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> };
};

/** The numbers and functions of scan-rows.as.ts, where they are described. */
interface Doors extends Readonly<Record<(typeof layoutNames)[number], { readonly value: number }>> {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly scan: (from: number, most: number) => number;
  readonly setLengthCoefficient: (coefficient: number) => void;
  readonly beginShapes: () => number;
}
const layoutNames = [
  'wordsAt', 'keysAt', 'placesMax', 'kindsAt', 'literalsAt', 'masksAt', 'coefficientsAt', 'sumsAt', 'wantsAt', 'recordsAt', 'recordBytes', 'recordsMax',
  'windowAt', 'windowBytes', 'slackBytes',
] as const; // prettier-ignore

const literals = [
  '{"time":"', '","group_id":"', '","actor_id":"', '","patient_id":"', '","clinic_id":"', '","action":"', '","outcome":"', '","event_id":"',
  '","source":"', '","received_at":"',
]; // prettier-ignore
/** The numbers of `Kind` in scan-rows.as.ts; 0 is left to the plain scan. */
const kinds = { left: 0, text: 1, flag: 2, count: 3, categories: 4, link: 5, block: 6, former: 7 } as const;
const kindOfKey: Readonly<Record<string, number>> = {
  categories: kinds.categories,
  care_link: kinds.link,
  id_block: kinds.block,
  former_id: kinds.former,
  time_claimed: kinds.left,
};
/** Keys that every row has, before the others. */
const fixedKeys = literals.length;
const literalBytes = 32;
const wordBytes = 16;
const wordsOfList = 16;
/** Characters of a word whose length stands in its last byte. */
const wordMax = 15;

/** Words of a record, by place; the two times before them are doubles. Positions are bytes from where the window begins. */
const record = {
  lineStart: 4, lineEnd: 5, accountStart: 6, accountEnd: 7, patient: 8, clinicStart: 12, clinicEnd: 13, eventStart: 14, hash: 15, facts: 16,
  categories: 17, placed: 18, hasFormer: 19, former: 20, shape: 24, clinicSeen: 26, fields: 28,
} as const; // prettier-ignore
/** Place, start and end of an optional field. */
const fieldWords = 3;

/** Reads ordinary rows out of a window of a frame, by a program of WebAssembly. It has one window: whoever reads says whose it is. */
export class RowProgram {
  readonly windowBytes: number;
  readonly #doors: Doors;
  readonly #window: Uint8Array;
  readonly #words: Uint32Array;
  readonly #times: Float64Array;
  readonly #recordWords: number;
  readonly #recordsMax: number;
  readonly #windowAt: number;
  readonly #wants: Uint8Array;
  #owner: object | undefined;
  /** Shapes of rows that were read since fields were wanted last are above this. */
  #since: number;

  /** Throws `RangeError` where no memory for it is to be had. */
  constructor() {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(scanProgram));
    if (!isProgram(exports))
      throw new TypeError(
        'libs/detection/scan/program.ts is not what scan-rows.as.ts compiles to: run node scripts/assemble.mjs',
      );
    this.#doors = exports;
    const { memory, windowAt, windowBytes, slackBytes, recordsAt, recordBytes, recordsMax } = exports;
    this.windowBytes = windowBytes.value;
    this.#windowAt = windowAt.value;
    this.#window = new Uint8Array(memory.buffer, windowAt.value, windowBytes.value + slackBytes.value);
    this.#recordWords = recordBytes.value / 4;
    this.#recordsMax = recordsMax.value;
    this.#words = new Uint32Array(memory.buffer, recordsAt.value, this.#recordWords * recordsMax.value);
    this.#times = new Float64Array(memory.buffer, recordsAt.value, this.#words.length / 2);
    this.#wants = new Uint8Array(memory.buffer, exports.wantsAt.value, exports.placesMax.value);
    writeTables(exports);
    this.#since = exports.beginShapes();
  }

  /** From now on the shape of a row says what stands at these places, or, of those by `false`, whether something does. Given back: such shapes are above it. */
  want(places: ReadonlyMap<number, boolean>): number {
    let isNew = false;
    for (const [place, byValue] of places) {
      const wanted = byValue ? 2 : 1;
      if ((this.#wants[place] ?? outside()) >= wanted) continue;
      this.#wants[place] = wanted;
      isNew = true;
    }
    if (isNew) this.#since = this.#doors.beginShapes();
    return this.#since;
  }

  isOf(owner: object): boolean {
    return this.#owner === owner;
  }

  /** Puts as much of `bytes` from `start` on into the window as there is room for; where it ends in `bytes`. The records of before are void. */
  load(owner: object, bytes: Uint8Array, start: number): number {
    const end = Math.min(bytes.length, start + this.windowBytes);
    this.#window.set(bytes.subarray(start, end));
    this.#window.fill(0, end - start, end - start + this.#doors.slackBytes.value);
    this.#owner = owner;
    return end;
  }

  /** Reads rows from `from` on, in bytes from where the window begins; how many. It ends before a row that is not as most are, or that is cut. */
  scan(from: number): number {
    return this.#doors.scan(this.#windowAt + from, this.#recordsMax);
  }

  /** Gives the row what record `index` says, of a window that begins at `start` in `bytes`. */
  read(index: number, bytes: Uint8Array, view: DataView, start: number, row: ScannedRow): void {
    const words = this.#words;
    const at = index * this.#recordWords;
    row.time = this.#times[at / 2] ?? outside();
    row.receivedAt = this.#times[at / 2 + 1] ?? outside();
    row.bytes = bytes;
    row.view = view;
    row.keyBytes = bytes;
    row.keyView = view;
    row.lineStart = start + (words[at + record.lineStart] ?? outside());
    row.lineEnd = start + (words[at + record.lineEnd] ?? outside());
    row.accountStart = start + (words[at + record.accountStart] ?? outside());
    row.accountEnd = start + (words[at + record.accountEnd] ?? outside());
    row.accountHash = words[at + record.hash] ?? outside();
    row.patient0 = words[at + record.patient] ?? outside();
    row.patient1 = words[at + record.patient + 1] ?? outside();
    row.patient2 = words[at + record.patient + 2] ?? outside();
    row.patient3 = words[at + record.patient + 3] ?? outside();
    row.clinicStart = start + (words[at + record.clinicStart] ?? outside());
    row.clinicEnd = start + (words[at + record.clinicEnd] ?? outside());
    row.eventStart = start + (words[at + record.eventStart] ?? outside());
    const facts = words[at + record.facts] ?? outside();
    row.action = facts & 0xff;
    row.outcome = (facts >> 8) & 0xff;
    row.hasPatient = (facts & 0x10000) !== 0;
    row.hasAccount = (facts & 0x20000) !== 0;
    row.categoryMask = words[at + record.categories] ?? outside();
    row.escaped = 0;
    row.odd = false;
    row.hasFormer = words[at + record.hasFormer] === 1;
    if (row.hasFormer) {
      row.former0 = words[at + record.former] ?? outside();
      row.former1 = words[at + record.former + 1] ?? outside();
      row.former2 = words[at + record.former + 2] ?? outside();
      row.former3 = words[at + record.former + 3] ?? outside();
    }
    row.shape = this.#times[(at + record.shape) / 2] ?? noShape;
    row.clinicSeen = this.#times[(at + record.clinicSeen) / 2] ?? noShape;
    row.clearPlaces();
    const end = at + record.fields + fieldWords * (words[at + record.placed] ?? outside());
    for (let field = at + record.fields; field < end; field += fieldWords) {
      const place = words[field] ?? outside();
      const valueEnd = words[field + 2] ?? outside();
      row.starts[place] = start + (words[field + 1] ?? outside());
      row.setEnd(place, valueEnd === 0 ? 0 : start + valueEnd);
    }
  }
}

function isProgram(exports: object): exports is Doors {
  return [...layoutNames, 'memory', 'scan', 'setLengthCoefficient', 'beginShapes'].every((name) => name in exports);
}

function writeTables(doors: Doors): void {
  const bytes = new Uint8Array(doors.memory.buffer);
  const words = new Int32Array(doors.memory.buffer);
  const lists = [actions, outcomes, categories, careLinks];
  for (const [list, of] of lists.entries())
    for (const [index, word] of of.entries()) {
      if (index >= wordsOfList || word.length > wordMax)
        throw new TypeError(
          `${word}: a list of the vocabulary has ${wordsOfList} words of ${wordMax} letters at most for scan-rows.as.ts, give it more room there`,
        );
      const at = doors.wordsAt.value + (list * wordsOfList + index) * wordBytes;
      bytes.set(ascii(word), at);
      bytes[at + wordMax] = word.length;
    }
  for (const [number, literal] of literals.entries()) bytes.set(ascii(literal), doors.literalsAt.value + number * literalBytes);
  for (const [place, [key, field]] of Object.entries(accessRow.shape).entries()) {
    if (place < fixedKeys) continue;
    const text = ascii(`,"${key}":`);
    if (place >= doors.placesMax.value || text.length >= literalBytes)
      throw new TypeError(
        `${key}: a row has ${doors.placesMax.value} keys of ${literalBytes - 5} letters at most for scan-rows.as.ts, give them more room there`,
      );
    const at = doors.keysAt.value + place * literalBytes;
    bytes.set(text, at);
    bytes[at + literalBytes - 1] = text.length;
    bytes[doors.kindsAt.value + place] = kindOfKey[key] ?? kindOf(field);
  }
  bytes.fill(0xff, doors.masksAt.value, doors.masksAt.value + 32);
  const most = (doors.sumsAt.value - doors.coefficientsAt.value) / 4;
  let sum = 0;
  for (let position = 0; position < most; position += 1) {
    words[doors.coefficientsAt.value / 4 + position] = hashCoefficients[position] ?? 0;
    words[doors.sumsAt.value / 4 + position] = sum;
    sum = (sum + (hashCoefficients[position] ?? 0)) | 0;
  }
  doors.setLengthCoefficient(lengthCoefficient);
}

/** By what values of the field are, as scan-optional.ts has it. */
function kindOf(field: (typeof accessRow.shape)[keyof typeof accessRow.shape]): number {
  if (field.safeParse(true).success) return kinds.flag;
  return field.safeParse(1).success ? kinds.count : kinds.text;
}

let shared: { readonly program: RowProgram | undefined } | undefined;

/** The one of this process; undefined where there is no memory for it. */
export function rowProgram(): RowProgram | undefined {
  return (shared ??= { program: made() }).program;
}

function made(): RowProgram | undefined {
  try {
    return new RowProgram();
  } catch (cause) {
    if (cause instanceof RangeError) return undefined;
    throw cause;
  }
}
