import type { AccessRow } from '#libs/contracts/access-row.js';
import { parseWhole } from './frame-scanner.js';
import { FieldClasses } from './field-classes.js';
import { atomsOf } from './rules/atoms.js';
import type { ScannedRow } from './scan-row.js';
import type { LiveSelection } from './series.js';
import type { Texts } from './texts.js';

/** Combinations of answers that are remembered; of others the conditions are asked for each row. */
const combinationsMax = 1 << 20;

/**
 * Which selections match a row, as bits. A condition depends on a row through the answers to its tests, and those to the tests on one
 * field depend on its value alone: each value is put in a class of equal answers once, and for each combination of classes the
 * conditions are asked once. Conditions that compare two fields, or that bring no tree, see every row whole.
 */
export class Selector {
  readonly #fields: readonly FieldClasses[];
  readonly #accountField: FieldClasses | undefined;
  readonly #whole: readonly LiveSelection[];
  readonly #classed: readonly LiveSelection[];
  /** Bits by combined class; `unknown` where the conditions were not asked yet. */
  #bits = new Float64Array(0);
  #strides: number[] = [];
  #sizes: number[] = [];
  #parsed: { readonly of: number; readonly bytes: Uint8Array; readonly row: Partial<AccessRow> } | undefined;

  constructor(live: readonly LiveSelection[], texts: Texts) {
    const asked = live.map((one) => ({ ...one, atoms: one.selection.tree && atomsOf(one.selection.tree) }));
    this.#whole = asked.filter(({ atoms }) => !atoms);
    this.#classed = asked.filter(({ atoms }) => atoms);
    const byField = Map.groupBy(
      asked.flatMap(({ atoms }) => atoms ?? []),
      // Group and account are asked together, once per account.
      ({ field }) => (field === 'group_id' ? 'actor_id' : field),
    );
    this.#fields = [...byField].map(([field, atoms]) => new FieldClasses(field, atoms, texts));
    this.#accountField = this.#fields.find(({ field }) => field === 'actor_id');
    this.#layOut();
  }

  bitsOf(row: ScannedRow): number {
    let place = 0;
    const fields = this.#fields;
    for (let i = 0; i < fields.length; i += 1) {
      const of = fields[i]?.classOf(row) ?? 0;
      if (of >= (this.#sizes[i] ?? 0)) {
        this.#layOut();
        return this.bitsOf(row);
      }
      place += of * (this.#strides[i] ?? 0);
    }
    let bits = this.#bits[place] ?? unknown;
    if (bits === unknown) {
      bits = askAll(this.#classed, this.wholeRow(row));
      this.#bits[place] = bits;
    }
    return this.#whole.length === 0 ? bits : bits | askAll(this.#whole, this.wholeRow(row));
  }

  /** The row of the last question has made an account. */
  accountAdded(account: number): void {
    this.#accountField?.noteAccount(account);
  }
  accountRemoved(account: number): void {
    this.#accountField?.forgetAccount(account);
  }

  /** The row as `JSON.parse` gives it, parsed at most once. */
  wholeRow(row: ScannedRow): Partial<AccessRow> {
    const known = this.#parsed;
    if (known && known.bytes === row.bytes && known.of === row.lineStart) return known.row;
    const whole = parseWhole(row);
    this.#parsed = { of: row.lineStart, bytes: row.bytes, row: whole };
    return whole;
  }

  /** Makes room for the classes that there are, and some more. What was remembered is asked again. */
  #layOut(): void {
    this.#sizes = this.#fields.map((field) => Math.ceil((field.count + 1) * 1.5));
    let size = 1;
    this.#strides = this.#sizes.map((of) => {
      const stride = size;
      size *= of;
      return stride;
    });
    this.#bits = new Float64Array(Math.min(size, combinationsMax)).fill(unknown);
  }
}

/** No bits: they are 32-bit whole numbers. */
const unknown = 2 ** 40;

function askAll(live: readonly LiveSelection[], row: Partial<AccessRow>): number {
  let bits = 0;
  for (const { bit, selection } of live) if (selection.matches(row)) bits |= bit;
  return bits;
}
