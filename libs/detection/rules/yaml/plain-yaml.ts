import { EVENT_ID, type Event, getScalarValue, parseEvents, SCALAR_STYLE, type ScalarEvent } from 'js-yaml';
import { ruleLimits } from '../text/limits.js';
import { hasHalves, type Entry, type MapTree, type ScalarTree, type Tree } from './tree.js';

/**
 * The documents of a file that holds nothing but maps, lists and texts, ten times faster than the careful reader, which says what is wrong and where.
 * Undefined where there is anything else, or anything wrong: the careful reader is asked then. A test compares the two.
 */
export function readPlainYaml(text: string): readonly MapTree[] | undefined {
  if (doubtful.test(text)) return undefined;
  try {
    return new PlainReader(text, parseEvents(text, { maxDepth: ruleLimits.depth })).documents();
  } catch {
    return undefined; // whatever it is, the careful reader finds words for it
  }
}

/** Tabs, directives and ends of documents: readers of YAML differ in what they allow. */
const doubtful = /\t|^%|^ *\.\.\.|^ +---|^\ufeff./m;

class NotPlain extends Error {}

class PlainReader {
  readonly #text: string;
  readonly #events: readonly Event[];
  #next = 0;
  #line = 1;
  /** The text up to here has been counted. */
  #counted = 0;

  constructor(text: string, events: readonly Event[]) {
    this.#text = text;
    this.#events = events;
  }

  documents(): readonly MapTree[] {
    const trees: MapTree[] = [];
    let count = 0;
    while (this.#next < this.#events.length) {
      const event = this.#take();
      count += 1;
      if (event.type !== EVENT_ID.DOCUMENT || event.directives.length > 0 || count > ruleLimits.documentsPerFile)
        throw new NotPlain();
      const tree = this.#tree(this.#take());
      if (this.#take().type !== EVENT_ID.POP) throw new NotPlain();
      if (tree.kind === 'map') trees.push(tree);
      else if (tree.kind !== 'scalar' || tree.value !== null) throw new NotPlain();
    }
    return trees;
  }

  #take(): Event {
    const event = this.#events[this.#next];
    if (!event) throw new NotPlain();
    this.#next += 1;
    return event;
  }

  #tree(event: Event): Tree {
    switch (event.type) {
      case EVENT_ID.MAPPING:
        plain(event);
        return this.#map(this.#lineAt(event.start));
      case EVENT_ID.SEQUENCE:
        plain(event);
        return this.#list(this.#lineAt(event.start));
      case EVENT_ID.SCALAR:
        plain(event);
        return this.#scalar(event);
      default:
        throw new NotPlain();
    }
  }

  #map(line: number): MapTree {
    const entries = new Map<string, Entry>();
    for (let event = this.#take(); event.type !== EVENT_ID.POP; event = this.#take()) {
      if (event.type !== EVENT_ID.SCALAR) throw new NotPlain();
      plain(event);
      const at = this.#scalarLine(event);
      const key = this.#textOf(event);
      if (key === '' || key === '<<' || entries.has(key)) throw new NotPlain();
      entries.set(key, { key, line: at, value: this.#tree(this.#take()) });
    }
    return { kind: 'map', line, entries };
  }

  #list(line: number): Tree {
    const items: Tree[] = [];
    for (let event = this.#take(); event.type !== EVENT_ID.POP; event = this.#take()) items.push(this.#tree(event));
    return { kind: 'list', line, items };
  }

  #scalar(event: ScalarEvent): ScalarTree {
    const line = this.#scalarLine(event);
    const text = this.#textOf(event);
    return { kind: 'scalar', line, value: event.style === SCALAR_STYLE.PLAIN ? coreValue(text) : text, text };
  }

  #scalarLine({ valueStart, style }: ScalarEvent): number {
    if (valueStart < 0) throw new NotPlain(); // nothing at all: where that would be, nobody can say
    const isBlock = style === SCALAR_STYLE.LITERAL_BLOCK || style === SCALAR_STYLE.FOLDED_BLOCK;
    // The text of a block begins behind the line of its sign.
    return this.#lineAt(valueStart - (isBlock ? 1 : 0));
  }

  #textOf(event: ScalarEvent): string {
    const text = getScalarValue(this.#text, event);
    if (text.length > ruleLimits.stringChars || hasHalves(text)) throw new NotPlain();
    return text;
  }

  /** Events come in the order of the text. */
  #lineAt(offset: number): number {
    for (let at = this.#text.indexOf('\n', this.#counted); at >= 0 && at < offset; at = this.#text.indexOf('\n', at + 1)) {
      this.#line += 1;
      this.#counted = at + 1;
    }
    return this.#line;
  }
}

function plain({ anchorStart, tagStart }: { readonly anchorStart: number; readonly tagStart: number }): void {
  if (anchorStart >= 0 || tagStart >= 0) throw new NotPlain();
}

/** What a text without quotes means in the core schema. Source: YAML 1.2.2, 10.3.2. */
function coreValue(text: string): ScalarTree['value'] {
  if (!/^[-+.~\dnNtTfF]|^$/.test(text)) return text;
  if (/^(?:~|null|Null|NULL)?$/.test(text)) return null;
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  if (/^[-+]?[0-9]+$/.test(text)) return Number(text);
  if (/^0o[0-7]+$|^0x[0-9a-fA-F]+$/.test(text)) return Number(text);
  if (/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(text)) return Number(text);
  if (/^[-+]?\.(?:inf|Inf|INF)$/.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return /^\.(?:nan|NaN|NAN)$/.test(text) ? Number.NaN : text;
}
