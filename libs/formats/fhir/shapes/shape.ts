import { bareNumber } from '../../identity.js';
import type { ShapedLine } from '../../vigie/event-line.js';
import { endOf, fits, type SlotKind } from './slots.js';
import { saidBy, type Template } from './told.js';

export interface Slot {
  readonly kind: SlotKind;
  /** Between its value and the next. */
  readonly behind: string;
}

export interface ShapeParts {
  /** Before the first slot. */
  readonly begin: string;
  readonly slots: readonly Slot[];
  readonly template: Template;
  /** The account of every event of this shape, where no slot tells it. */
  readonly actor: string;
  readonly of: ShapedLine['of'];
  /** Keys, elements, and signs that look so. */
  readonly nodes: number;
}

const noSlot: Slot = { kind: 'free', behind: '' };

/** Records of one shape: every byte the same, but in the slots. Nothing of what stood in a slot is kept beyond the record that is looked at. */
export class Shape {
  /** Where the values of the entry lie that has just matched. */
  #text = '';
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  constructor(private readonly parts: ShapeParts) {}

  get nodes(): number {
    return this.parts.nodes;
  }

  /** Behind the entry that begins at `start` where it has this shape, -1 otherwise. Its line is asked for before the next. */
  match(text: string, start: number): number {
    const { begin, slots } = this.parts;
    let at = start + begin.length;
    // A part that is compared as a whole takes a fifth of what `startsWith` takes, which goes letter by letter.
    if (text.substring(start, at) !== begin) return -1;
    for (let number = 0; number < slots.length; number += 1) {
      const { kind, behind } = slots[number] ?? noSlot;
      const end = endOf(text, at, kind);
      if (end < 0 || text.substring(end, end + behind.length) !== behind) return -1;
      if (!fits(text, at, end, kind)) return -1;
      this.#starts[number] = at;
      this.#ends[number] = end;
      at = end + behind.length;
    }
    this.#text = text;
    return at;
  }

  /** Of the entry that has just matched; undefined where its values say something together, or its time is none. */
  line(): ShapedLine | undefined {
    const line = this.lineOf((slot) => this.#text.slice(this.#starts[slot], this.#ends[slot]));
    this.#text = '';
    return line;
  }

  /** The line that values of the slots make. */
  lineOf(valueOf: (slot: number) => string): ShapedLine | undefined {
    const { template, of } = this.parts;
    let { actor } = this.parts;
    let patient: string | undefined;
    let line = template.head;
    for (const { told, slot, behind } of template.pieces) {
      const value = valueOf(slot);
      const said = saidBy(told, value);
      if (said === undefined) return undefined;
      if (told === 'actor') actor = value;
      else if (told === 'patient') patient = said;
      line += said + behind;
    }
    // An account that has the number of the patient is the patient.
    if (patient !== undefined && bareNumber(actor) === bareNumber(patient)) return undefined;
    return { line, of };
  }
}
