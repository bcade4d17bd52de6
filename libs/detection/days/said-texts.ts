import { SlotsNoted } from '../memory/grown.js';
import { outside } from '../scan/outside.js';

/** Shapes of rows that are remembered at most, a power of two. */
const shapesMax = 1_024;

/** Which role and kind rows of a shape say (`ScannedRow.shape`), as numbers of texts, so that most rows have them without a look at their bytes. Direct-mapped: what it has let go of is read again. */
export class SaidTexts {
  role = 0;
  kind = 0;
  readonly #noted = new SlotsNoted(shapesMax);
  #shapes = new Float64Array(1);
  #roles = new Uint32Array(1);
  #kinds = new Uint32Array(1);

  /** Whether it is known; `role` and `kind` are what rows of the shape say then. */
  find(shape: number): boolean {
    const slot = shape & (this.#shapes.length - 1);
    if (this.#shapes[slot] !== shape) return false;
    this.role = this.#roles[slot] ?? outside();
    this.kind = this.#kinds[slot] ?? outside();
    return true;
  }

  /** Rows of the shape, which is above 0, say what `role` and `kind` are. */
  note(shape: number): void {
    const slots = this.#noted.wanted();
    if (slots > this.#shapes.length) {
      this.#shapes = new Float64Array(slots);
      this.#roles = new Uint32Array(slots);
      this.#kinds = new Uint32Array(slots);
    }
    const slot = shape & (slots - 1);
    this.#shapes[slot] = shape;
    this.#roles[slot] = this.role;
    this.#kinds[slot] = this.kind;
  }
}
