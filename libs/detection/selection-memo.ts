import type { AccessRow } from '#libs/contracts/access-row.js';
import { actions, outcomes } from '#libs/contracts/vocabulary.js';
import { parseWhole } from './frame-scanner.js';
import type { Selection } from './rule.js';
import type { ScannedRow } from './scan-row.js';

/** Fields whose every value has a number in a scanned row. */
const numbered: ReadonlySet<string> = new Set(['action', 'outcome']);

/**
 * Which selections match a row, as bits. Those that depend on nothing but action, outcome and whether there is a patient are asked once
 * for each combination; the others see the whole row.
 */
export class SelectionMemo {
  /** Bits of the memoised selections by (action, outcome, has patient). */
  readonly #memo: Int32Array;
  readonly #others: readonly { readonly bit: number; readonly selection: Selection }[];
  #whole: { readonly of: number; readonly bytes: Uint8Array; readonly row: Partial<AccessRow> } | undefined;

  constructor(live: readonly { readonly bit: number; readonly selection: Selection }[]) {
    const simple = live.filter(({ selection }) =>
      selection.fields.every((field) => numbered.has(field) || isPresenceOnly(selection, field)),
    );
    this.#others = live.filter((one) => !simple.includes(one));
    this.#memo = new Int32Array(actions.length * outcomes.length * 2);
    actions.forEach((action, a) =>
      outcomes.forEach((outcome, o) => {
        for (const patient of [0, 1]) {
          const row: Partial<AccessRow> = { action, outcome, patient_id: patient ? '0'.repeat(31) + '1' : '' };
          for (const { bit, selection } of simple)
            if (selection.matches(row))
              this.#memo[(a * outcomes.length + o) * 2 + patient] =
                (this.#memo[(a * outcomes.length + o) * 2 + patient] ?? 0) | bit;
        }
      }),
    );
  }

  bitsOf(row: ScannedRow): number {
    let bits = this.#memo[(row.action * outcomes.length + row.outcome) * 2 + (row.hasPatient ? 1 : 0)] ?? 0;
    for (const { bit, selection } of this.#others) if (selection.matches(this.wholeRow(row))) bits |= bit;
    return bits;
  }

  /** The row as `JSON.parse` gives it, parsed at most once. */
  wholeRow(row: ScannedRow): Partial<AccessRow> {
    const known = this.#whole;
    if (known && known.bytes === row.bytes && known.of === row.lineStart) return known.row;
    const whole = parseWhole(row);
    this.#whole = { of: row.lineStart, bytes: row.bytes, row: whole };
    return whole;
  }
}

/** The selection asks only whether the field is there. */
function isPresenceOnly(selection: Selection, field: string): boolean {
  return selection.presence?.some((one) => one === field) ?? false;
}
