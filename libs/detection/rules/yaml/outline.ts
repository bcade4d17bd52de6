// rules/yaml/: a file of YAML as maps, lists and texts that know their line, by a fast reader and a careful one that says what is wrong.
// What the keys mean is not known here.

import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Document } from 'yaml';
import type { Entry, MapTree, Tree } from './tree.js';

/** What tells whose rule a document is, and who refers to it; of the others only that they are there. */
const told = ['title', 'id', 'name', 'action', 'logsource', 'correlation'];
const there = ['detection', 'filter', 'vigie'];

/** `correlation`, its `rules`, and these. */
const depthMax = 3;
/** Aliases can unfold to anything. */
const nodesMax = 1_000;

/**
 * What a document says of itself, where it is YAML and holds what our reader refuses, such as anchors, tags and long texts: enough to know a rule
 * for another product, which may hold them. Undefined where it is no map, or a key that matters stands in it twice.
 */
export function outlineOf(document: Document.Parsed, lineAt: (offset: number) => number): MapTree | undefined {
  const { contents } = document;
  if (!isMap(contents)) return undefined;
  const line = lineAt(contents.range[0]);
  const entries = new Map<string, Entry>();
  let nodes = 0;
  const read = (node: unknown, depth: number): Tree => {
    nodes += 1;
    const what = isAlias(node) ? node.resolve(document) : node;
    if (isScalar(what) && typeof what.value === 'string') return { kind: 'scalar', line, value: what.value, text: what.value };
    if (depth === depthMax || nodes > nodesMax) return empty(line);
    if (isSeq(what)) return { kind: 'list', line, items: what.items.map((item) => read(item, depth + 1)) };
    if (!isMap(what)) return empty(line);
    const inner = new Map<string, Entry>();
    for (const { key, value } of what.items)
      if (isScalar(key)) inner.set(String(key.value), { key: String(key.value), line, value: read(value, depth + 1) });
    return { kind: 'map', line, entries: inner };
  };
  for (const { key: node, value } of contents.items) {
    const key = isScalar(node) ? String(node.value) : '';
    if (!told.includes(key) && !there.includes(key)) continue;
    if (entries.has(key)) return undefined;
    entries.set(key, { key, line, value: told.includes(key) ? read(value, 1) : empty(line) });
  }
  return nodes > nodesMax ? undefined : { kind: 'map', line, entries };
}

function empty(line: number): Tree {
  return { kind: 'scalar', line, value: null, text: '' };
}
