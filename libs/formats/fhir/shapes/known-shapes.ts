import type { ShapedLine } from '../../vigie/event-line.js';
import type { Shape } from './shape.js';

/** Shapes that are kept of all that are read in one way. */
const keptMax = 32;

/** A record of a shape that is known. */
export interface Met {
  /** Behind the record. */
  readonly end: number;
  readonly shaped: ShapedLine;
  /** As `Shape` has them. */
  readonly nodes: number;
}

/** The last that was met comes first: one system writes many of one shape. */
export class KnownShapes {
  readonly #shapes: Shape[] = [];

  get size(): number {
    return this.#shapes.length;
  }

  /** What the record says that begins at `start`, where it has one of the shapes. */
  met(text: string, start: number): Met | undefined {
    for (const [place, shape] of this.#shapes.entries()) {
      const end = shape.match(text, start);
      const shaped = end < 0 ? undefined : shape.line();
      if (!shaped) continue;
      if (place > 0) this.#shapes.unshift(...this.#shapes.splice(place, 1));
      return { end, shaped, nodes: shape.nodes };
    }
    return undefined;
  }

  /** Forgets the one that was not met for the longest time, where there are many. */
  add(shape: Shape): void {
    this.#shapes.unshift(shape);
    if (this.#shapes.length > keptMax) this.#shapes.pop();
  }
}
