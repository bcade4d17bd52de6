/** What of a source map is read and written here; the rest of it stays. */
export interface LineMap {
  readonly version: number;
  readonly sources: readonly string[];
  readonly names: readonly string[];
  readonly mappings: string;
}

/** See own-lines.mjs: the same map of the sources that `isOwn` says of. */
export function ownLines(map: LineMap, isOwn: (source: string) => boolean): LineMap;
