import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

/** A mistake at a place of the document, named by its keys from the root. */
export interface PlacedMistake {
  readonly path: readonly PropertyKey[];
  readonly reason: string;
}

/** A YAML file whose places know their lines. All its values are texts, so that `010000024` keeps its zero. */
export interface LinedYaml {
  readonly value: unknown;
  /** Line of a place, from 1: of the nearest thing around it that is there. */
  lineOf(path: readonly PropertyKey[]): number;
}

/** Reads YAML 1.2 (or JSON) of hands that are trusted. What is wrong is told by line and kind, never quoted: somebody may have put a secret there. */
export function readLinedYaml(text: string): LinedYaml | { readonly line: number; readonly reason: string } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, version: '1.2', schema: 'failsafe', prettyErrors: false });
  const lineAt = (offset: number) => Math.max(1, lines.linePos(offset).line);
  const [problem] = [...document.errors, ...document.warnings];
  if (problem)
    return { line: lineAt(problem.pos[0]), reason: `not valid YAML (${problem.code.toLowerCase().replaceAll('_', ' ')})` };
  try {
    return { value: document.toJS({ maxAliasCount: 0 }), lineOf: (path) => lineAt(offsetOf(document.contents, path)) };
  } catch {
    return { line: 1, reason: 'aliases (*name) are not taken; write the value out' };
  }
}

/** Where the key of a place begins, or whatever lies nearest around it. */
function offsetOf(root: Node | null, path: readonly PropertyKey[]): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
      if (!pair || !isScalar(pair.key)) break;
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (!isScalar(node) && !isMap(node) && !isSeq(node)) break;
      offset = node.range?.[0] ?? offset;
    } else break;
  }
  return offset;
}
