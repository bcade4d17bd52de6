import type { WordFinder } from './few-words.js';

/** Of a table with open addresses, how many places a key has. */
const placesPerKey = 2;
const root = 0;
const none = -1;

/**
 * Finds any number of words in a text in one pass over it (Aho and Corasick 1975): the time is that of reading words and text once, however
 * many words there are. Words and texts are rows of code units. The tables have some 40 bytes for each unit of the words.
 */
export class Automaton implements WordFinder {
  /** The word that ends at a node, or -1. */
  readonly #words: Int32Array;
  /** Where to go on when no word goes on as the text does: the node of the longest end of this one that begins a word. */
  readonly #fallbacks: Int32Array;
  /** The next node along the fallbacks at which a word ends; 0 when there is none. */
  readonly #shorter: Int32Array;
  readonly #keys: Float64Array;
  readonly #children: Int32Array;
  readonly #mask: number;
  #nodes = 1;

  /** Of two equal words the first counts. */
  constructor(words: readonly (readonly number[])[]) {
    const units = words.reduce((sum, word) => sum + word.length, 0);
    this.#words = new Int32Array(units + 1).fill(none);
    this.#fallbacks = new Int32Array(units + 1);
    this.#shorter = new Int32Array(units + 1);
    const places = 2 ** Math.ceil(Math.log2(placesPerKey * (units + 1)));
    this.#mask = places - 1;
    this.#keys = new Float64Array(places).fill(none);
    this.#children = new Int32Array(places);
    this.#link(this.#plant(words));
  }

  find(text: readonly number[], take: (word: number, end: number) => boolean): void {
    let node = root;
    for (let at = 0; at < text.length; at += 1) {
      node = this.#next(node, text[at] ?? 0);
      let ending = (this.#words[node] ?? none) === none ? (this.#shorter[node] ?? root) : node;
      while (ending !== root && !take(this.#words[ending] ?? none, at + 1)) ending = this.#shorter[ending] ?? root;
    }
  }

  #next(from: number, unit: number): number {
    let node = from;
    for (;;) {
      const child = this.#child(node, unit);
      if (child !== none) return child;
      if (node === root) return root;
      node = this.#fallbacks[node] ?? root;
    }
  }

  /** Every node's parent and unit, by node. */
  #plant(words: readonly (readonly number[])[]): { readonly parents: Int32Array; readonly units: Uint16Array } {
    const parents = new Int32Array(this.#words.length);
    const units = new Uint16Array(this.#words.length);
    for (const [index, word] of words.entries()) {
      let node = root;
      for (const unit of word) {
        const child = this.#child(node, unit);
        if (child === none) {
          parents[this.#nodes] = node;
          units[this.#nodes] = unit;
          node = this.#add(node, unit);
        } else node = child;
      }
      if (this.#words[node] === none) this.#words[node] = index;
    }
    return { parents, units };
  }

  /** From the root outwards, because a node's links are made of those of nodes nearer to it. */
  #link({ parents, units }: { readonly parents: Int32Array; readonly units: Uint16Array }): void {
    const depths = new Uint16Array(this.#nodes);
    for (let node = 1; node < this.#nodes; node += 1) depths[node] = (depths[parents[node] ?? root] ?? 0) + 1;
    for (const node of byDepth(depths)) {
      const parent = parents[node] ?? root;
      if (parent !== root) this.#fallbacks[node] = this.#next(this.#fallbacks[parent] ?? root, units[node] ?? 0);
      const fallback = this.#fallbacks[node] ?? root;
      this.#shorter[node] = fallback !== root && this.#words[fallback] !== none ? fallback : (this.#shorter[fallback] ?? root);
    }
  }

  #child(node: number, unit: number): number {
    const place = this.#place(node, unit);
    return this.#keys[place] === none ? none : (this.#children[place] ?? none);
  }

  #add(node: number, unit: number): number {
    const place = this.#place(node, unit);
    this.#keys[place] = keyOf(node, unit);
    this.#children[place] = this.#nodes;
    this.#nodes += 1;
    return this.#nodes - 1;
  }

  /** Where the key is, or the free place where it belongs. */
  #place(node: number, unit: number): number {
    const key = keyOf(node, unit);
    let place = (Math.imul(node, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca6b)) >>> 7;
    place &= this.#mask;
    while (this.#keys[place] !== none && this.#keys[place] !== key) place = (place + 1) & this.#mask;
    return place;
  }
}

function keyOf(node: number, unit: number): number {
  return node * 0x1_0000 + unit;
}

/** Nodes but the root, those of one depth behind those of all smaller ones. */
function byDepth(depths: Uint16Array): Int32Array {
  const deepest = depths.reduce((max, depth) => Math.max(max, depth), 0);
  const from = new Int32Array(deepest + 2);
  for (const depth of depths) from[depth + 1] = (from[depth + 1] ?? 0) + 1;
  for (let depth = 1; depth < from.length; depth += 1) from[depth] = (from[depth] ?? 0) + (from[depth - 1] ?? 0);
  const order = new Int32Array(depths.length);
  for (const [node, depth] of depths.entries()) {
    const at = from[depth] ?? 0;
    order[at] = node;
    from[depth] = at + 1;
  }
  return order.subarray(1);
}
