/** YAML as maps, lists and scalars that know their line; nothing of a YAML library passes the files that make them. */
export type Tree = MapTree | ListTree | ScalarTree;
export interface MapTree {
  readonly kind: 'map';
  readonly line: number;
  readonly entries: ReadonlyMap<string, Entry>;
}
export interface Entry {
  readonly key: string;
  /** Line of the key. */
  readonly line: number;
  readonly value: Tree;
}
export interface ListTree {
  readonly kind: 'list';
  readonly line: number;
  readonly items: readonly Tree[];
}
export interface ScalarTree {
  readonly kind: 'scalar';
  readonly line: number;
  readonly value: string | number | boolean | null;
  /** As written, so that `010000024` keeps its zero. */
  readonly text: string;
}

/** Half a surrogate pair is no text. */
export function hasHalves(text: string): boolean {
  return !text.isWellFormed();
}
