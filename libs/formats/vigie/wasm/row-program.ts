import type { Derivation } from '#libs/pseudonyms/pseudonymiser.js';
import { modulesOf } from '../../web-assembly.js';
import { rowProgram } from './program.js';
import { type Layout, layoutNames } from './layout.js';
import { writeTables } from './tables.js';

/** Where the program tells of the line that was read, from `factsAt` on: time is a double, the others are words of 32 bits. */
export const factPlaces = {
  time: 0,
  rows: 8,
  patients: 12,
  accountHash: 16,
  contextPlace: 20,
  contextNumber: 24,
  beginsWithZero: 28,
} as const;

/** No block is asked for. */
export const noDay = -(2 ** 31);

/**
 * What is told of a context: a place, and a number that no other context of the program ever has. Whoever keeps something by the place must look
 * whether it belongs to the number.
 */
export interface ContextPlace {
  place: number;
  number: number;
}

/** Whoever leaves rows in the stages, and takes them out when asked. */
export interface Stager {
  flush(): void;
}

/** The functions of rows.as.ts, where they are described. Addresses are bytes in `memory`. */
interface Doors {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly read: (from: number) => number;
  readonly ask: (from: number, until: number) => number;
  readonly write: (index: number, ending: number, day: number, to: number) => number;
  readonly keepBlock: () => void;
  readonly setKey: (key: number, prefix: number, prefixBytes: number) => void;
  readonly setSets: (sets: number) => number;
  readonly setContextSets: (sets: number) => void;
  readonly setBlockSets: (sets: number) => void;
}

/** Sets of four entries each: half a million patients of 64 bytes, 32,768 contexts of 128 and 65,536 blocks of 64; 40 MiB when full, taken as they fill. */
const usualSets = { pseudonyms: 131_072, contexts: 8_192, blocks: 16_384 };

const running = modulesOf(rowProgram);

/** One running module: the hot loop with the pseudonyms of one authority under one key, which it remembers. */
export class RowProgram {
  readonly doors: Doors;
  readonly layout: Layout;
  readonly memory: Buffer;
  /** The same memory, for numbers. */
  readonly view: DataView;
  /** Whose lines are in the window. */
  user: object | undefined;
  /** Whose rows wait in the stages. */
  stager: Stager | undefined;

  /** Throws `RangeError` where there is no memory for the table, or no room for the prefix. */
  constructor({ key, prefix }: Derivation, sets: Partial<typeof usualSets> = {}) {
    const exported = running();
    this.doors = exported as unknown as Doors;
    this.layout = Object.fromEntries(
      layoutNames.map((name) => [name, (exported[name] as { readonly value: number }).value]),
    ) as Layout;
    const { pseudonyms, contexts, blocks } = { ...usualSets, ...sets };
    if (!this.doors.setSets(pseudonyms)) throw new RangeError('there is no memory for another table of pseudonyms');
    this.memory = Buffer.from(this.doors.memory.buffer);
    this.view = new DataView(this.doors.memory.buffer);
    this.doors.setContextSets(contexts);
    this.doors.setBlockSets(blocks);
    writeTables(this.memory, this.layout);
    this.#take(key.export(), prefix);
  }

  /** Leaves the states of SHA-256 that the key makes, and not the key. */
  #take(key: Buffer, prefix: Uint8Array): void {
    const { windowAt, windowBytes } = this.layout;
    if (prefix.length > windowBytes - key.length) throw new RangeError('an authority is too long');
    this.memory.set(key, windowAt);
    this.memory.set(prefix, windowAt + key.length);
    this.doors.setKey(windowAt, windowAt + key.length, prefix.length);
    this.memory.fill(0, windowAt, windowAt + key.length + prefix.length);
    key.fill(0);
  }
}
