import { laneKinds } from '#libs/contracts/vocabulary.js';
import { anyOf, Mistakes, shown } from '../text/mistakes.js';
import { isUuid, readMetadata, type Metadata } from './metadata.js';
import { textsOf } from './read-tree.js';
import type { MapTree } from '../yaml/tree.js';

/** A document for the log of another product, as public packs hold thousands. It is passed over, and keeps its names: who refers to it is told so. */
export interface Foreign {
  readonly metadata: Metadata;
  readonly file: string;
  readonly line: number;
  /** `product` of its log source, else its category or service; for a correlation that of the rules below it. */
  readonly product: string;
}

/** A correlation of which only the rules that it names say whether it is for accesses. */
export interface Undecided {
  readonly file: string;
  readonly line: number;
  readonly metadata: Metadata;
  readonly references: readonly string[];
}

/**
 * An event rule or filter for another log; undefined for one that is ours, and for one that may be meant so: what has a map `vigie`, or a product one
 * letter away from `ehr`, gets its mistakes, since a rule of ours that is passed over finds nothing.
 */
export function foreignOf(map: MapTree, file: string): Foreign | undefined {
  const logsource = map.entries.get('logsource')?.value;
  if (map.entries.has('vigie') || logsource?.kind !== 'map') return undefined;
  const said = (key: string): string | undefined => {
    const value = logsource.entries.get(key)?.value;
    return value?.kind === 'scalar' && typeof value.value === 'string' && value.value !== '' ? value.value : undefined;
  };
  const product = logsource.entries.has('product') ? said('product') : (said('category') ?? said('service'));
  if (product === undefined || isNearlyEhr(product)) return undefined;
  return { metadata: namesOf(map, file), file, line: map.line, product };
}

/** `action: global`, `reset` or `repeat`: the old form in which a document fills up those that follow it. */
export function isTemplate(map: MapTree): boolean {
  const action = map.entries.get('action')?.value;
  return action?.kind === 'scalar' && ['global', 'reset', 'repeat'].includes(action.text);
}

/** A template and what it fills up, where every log source among them is another product's; else none. */
export function foreignByTemplate(maps: readonly MapTree[], file: string): readonly Foreign[] {
  const sources = maps.filter((map) => map.entries.has('logsource')).map((map) => foreignOf(map, file));
  const [first] = sources;
  if (!first || sources.includes(undefined) || maps.some((map) => map.entries.has('vigie'))) return [];
  return maps.map((map) => foreignOf(map, file) ?? { ...first, metadata: namesOf(map, file), line: map.line });
}

/** A correlation that may be one over rules for other logs; undefined for one that has what only Vigie asks for, or that names no rule. */
export function undecidedOf(map: MapTree, file: string): Undecided | undefined {
  const body = map.entries.get('correlation')?.value;
  if (map.entries.has('vigie') || body?.kind !== 'map') return undefined;
  const textsAt = (key: string): readonly string[] =>
    textsOf(body.entries.get(key), new Mistakes(file, []))?.map(({ text }) => text) ?? [];
  const groupBy = textsAt('group-by');
  const references = textsAt('rules');
  if (references.length === 0 || isOurGroupBy(groupBy)) return undefined;
  return { metadata: namesOf(map, file), file, line: map.line, references };
}

/** A group and one of its subjects: other packs name neither. */
function isOurGroupBy(names: readonly string[]): boolean {
  return names.includes('group_id') && ['actor_id', ...laneKinds].some((subject) => names.includes(subject));
}

/** The foreign documents by id and name; correlations that name nothing but them, through others too, are among them. */
export class ForeignDocuments {
  readonly #names = new Map<string, Foreign>();
  readonly #ours: ReadonlySet<string>;
  /** In the order of their files. */
  readonly all: readonly Foreign[];
  readonly #decided = new Map<Undecided, Foreign>();

  /** `ours` are the names of rules over accesses: who names one of them means it. */
  constructor(foreign: readonly Foreign[], undecided: readonly Undecided[], ours: ReadonlySet<string>) {
    this.#ours = ours;
    for (const one of foreign) this.#take(one);
    let open = undecided;
    for (let before = open.length + 1; open.length < before;) {
      before = open.length;
      open = open.filter((one) => !this.#decide(one));
    }
    this.all = [...foreign, ...this.#decided.values()];
  }

  #decide(one: Undecided): boolean {
    const below = one.references.map((name) => this.find(name));
    const [first] = below;
    if (!first || !below.every((rule) => rule !== undefined)) return false;
    const { metadata, file, line } = one;
    const made: Foreign = { metadata, file, line, product: first.product };
    this.#decided.set(one, made);
    this.#take(made);
    return true;
  }

  #take(one: Foreign): void {
    for (const name of [one.metadata.id, one.metadata.name]) if (name !== '') this.#names.set(name, one);
  }

  has(one: Undecided): boolean {
    return this.#decided.has(one);
  }

  find(name: string): Foreign | undefined {
    const key = isUuid(name) ? name.toLowerCase() : name;
    return this.#ours.has(key) ? undefined : this.#names.get(key);
  }
}

/** `12 rules for other products (linux, windows)`. */
export function foreignText(foreign: readonly Foreign[]): string {
  const products = [...new Set(foreign.map(({ product }) => product))].toSorted();
  const named = products.slice(0, 5).map(shown);
  const more = products.length > named.length ? [...named, `${products.length - named.length} more`] : named;
  return `${foreign.length} ${foreign.length === 1 ? 'rule' : 'rules'} for other products (${anyOf(more, 'and')})`;
}

/** Also `EHR`, `her`, `er`, `ehrs`: whoever wrote that meant us. */
function isNearlyEhr(product: string): boolean {
  const text = product.trim().toLowerCase();
  const wanted = 'ehr';
  if ([...text].toSorted().join('') === wanted) return true;
  if (text.length < wanted.length) return withoutOne(wanted).includes(text);
  if (text.length > wanted.length) return withoutOne(text).includes(wanted);
  return withoutOne(text).some((rest, at) => rest === withoutOne(wanted)[at]);
}

/** The text without its first, its second, ... character. */
function withoutOne(text: string): readonly string[] {
  return Array.from(text, (_, at) => text.slice(0, at) + text.slice(at + 1));
}

function namesOf(map: MapTree, file: string): Metadata {
  return readMetadata(map, new Mistakes(file, []));
}
