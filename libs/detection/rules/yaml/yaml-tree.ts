import { Lexer, LineCounter, isAlias, isMap, isScalar, isSeq, parseAllDocuments } from 'yaml';
import type { Document, Node, Pair, YAMLError } from 'yaml';
import { ruleLimits } from '../text/limits.js';
import { type RuleMistake, Mistakes, shown } from '../text/mistakes.js';
import { outlineOf } from './outline.js';
import { readPlainYaml } from './plain-yaml.js';
import { helpFor, lineOfOddBlank, oddBlankReason } from './yaml-help.js';
import { type Entry, hasHalves, type ListTree, type MapTree, type ScalarTree, type Tree } from './tree.js';

/** A file as YAML: its documents that are maps, and what is wrong. */
export interface YamlFile {
  readonly documents: readonly YamlDocument[];
  readonly mistakes: readonly LineMistake[];
}

export interface YamlDocument {
  readonly map: MapTree;
  /** Why it can be no rule of ours, though it is YAML; what it says of itself is all that `map` holds then. Empty for most. */
  readonly refused: readonly LineMistake[];
}

type LineMistake = Omit<RuleMistake, 'file'>;

/** The documents of a file that are maps; whatever is wrong is noted. Never throws. */
export function readYaml(source: string): YamlFile {
  const found: RuleMistake[] = [];
  const lines = source.includes('\r') ? source.replaceAll(/\r\n?/g, '\n') : source;
  // Files with a byte order mark that were joined have one before each document.
  const text = lines.includes('\ufeff') ? lines.replaceAll(/(^|\n---[^\n]*\n)\ufeff/g, '$1') : lines;
  return { documents: documentsOf(text, new Mistakes('', found)), mistakes: found };
}

function documentsOf(text: string, mistakes: Mistakes): readonly YamlDocument[] {
  const bytes = Buffer.byteLength(text);
  if (bytes > ruleLimits.fileBytes) return readLarge(text, bytes, mistakes);
  const control = controls.exec(text);
  if (control) {
    mistakes.at(
      lineOf(text, control.index),
      `the control character U+${codeOf(control[0], 4)} is no text: write it as "${escapeOf(control[0])}" in double quotes, or delete it`,
    );
    return [];
  }
  return readPlainYaml(text)?.map((map) => ({ map, refused: [] })) ?? readCarefully(text, mistakes);
}

/** A file that is too large for rules of ours: public packs hold some with thousands of values. */
function readLarge(text: string, bytes: number, mistakes: Mistakes): readonly YamlDocument[] {
  const reason = tooLarge(bytes);
  const maps = bytes <= ruleLimits.foreignFileBytes && !controls.test(text) ? readPlainYaml(text) : undefined;
  if (maps && maps.length > 0) return maps.map((map) => ({ map, refused: [{ line: 1, reason }] }));
  mistakes.at(1, reason);
  return [];
}

export function tooLarge(bytes: number): string {
  return `the file has ${bytes} bytes, more than ${ruleLimits.fileBytes}: split it into several files`;
}

/** With a sentence for whatever is wrong. */
export function readCarefully(text: string, mistakes: Mistakes): readonly YamlDocument[] {
  const deep = tooDeep(text);
  if (deep > 0) {
    mistakes.at(deep, depthReason);
    return [];
  }
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    version: '1.2',
    schema: 'core',
    prettyErrors: false,
    strict: true,
    uniqueKeys: false, // the library compares each key with all others; the reader below finds them at once
  });
  if (!Array.isArray(documents)) return [];
  if (documents.length > ruleLimits.documentsPerFile) {
    mistakes.at(
      1,
      `the file has ${documents.length} documents, more than ${ruleLimits.documentsPerFile}: split it into several files`,
    );
    return [];
  }
  const odd = documents.some(({ errors }) => errors.length > 0) ? lineOfOddBlank(text) : 0;
  if (odd > 0) mistakes.at(odd, oddBlankReason);
  return documents.flatMap((document) => readDocument(document, lines, mistakes) ?? []);
}

/** What no YAML may hold as it is; letters of Windows-1252 that were taken for Latin-1 are among the last. Source: YAML 1.2.2, 5.1. */
const controls = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/; // oxlint-disable-line no-control-regex

function codeOf(char: string, digits: number): string {
  return char.charCodeAt(0).toString(16).toUpperCase().padStart(digits, '0');
}

function escapeOf(char: string): string {
  return char > '\xff' ? `\\u${codeOf(char, 4)}` : `\\x${codeOf(char, 2)}`;
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

const depthReason = `maps and lists lie more than ${ruleLimits.depth} deep in one another: no rule needs that`;

/** The line at which brackets or dashes nest too deep, else 0. Counted before parsing, because the parser recurses. */
function tooDeep(text: string): number {
  const brackets = tooManyBrackets(text);
  if (brackets > 0) return brackets;
  const lines = text.split('\n');
  return lines.findIndex((line) => /^\s*(?:[-?:][ \t]+){24}/.test(line) || /^ {500}\s*\S/.test(line)) + 1;
}

/** Brackets as the lexer sees them: those inside quoted text, comments and blocks of text are none. */
function tooManyBrackets(text: string): number {
  if (text.split(/[[{]/, ruleLimits.depth + 2).length <= ruleLimits.depth + 1) return 0; // the lexer is slow on what is no YAML
  let open = 0;
  let line = 1;
  let afterMark = false;
  for (const token of new Lexer().lex(text)) {
    if (token === '---') open = 0;
    // The text of a plain or block value follows a mark.
    else if (!afterMark && (token === '[' || token === '{')) open += 1;
    else if (!afterMark && (token === ']' || token === '}')) open = Math.max(0, open - 1);
    if (open > ruleLimits.depth) return line;
    afterMark = token === scalarMark;
    line += token.split('\n').length - 1;
  }
  return 0;
}

const scalarMark = '\u001F';

function readDocument(document: Document.Parsed, lines: LineCounter, mistakes: Mistakes): YamlDocument | undefined {
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  noteProblems(document.errors, lineAt, mistakes);
  if (document.errors.length > 0 || document.contents === null) return undefined;
  const found: RuleMistake[] = [];
  const notes = new Mistakes('', found);
  noteProblems(document.warnings, lineAt, notes);
  const tree = found.length > 0 ? undefined : new TreeReader(lineAt, notes).read(document.contents, 1);
  const map = found.length > 0 ? outlineOf(document, lineAt) : tree?.kind === 'map' ? tree : undefined;
  if (map) return { map, refused: found };
  for (const { line, reason } of found) mistakes.at(line, reason);
  if (!tree || found.length > 0 || (tree.kind === 'scalar' && tree.value === null)) return undefined;
  return mistakes.at(tree.line, 'a document must be a map with title, id and detection or correlation');
}

function noteProblems(problems: readonly YAMLError[], lineAt: (offset: number) => number, mistakes: Mistakes): void {
  for (const problem of problems.slice(0, ruleLimits.yamlErrors))
    mistakes.at(lineAt(problem.pos[0]), `not valid YAML: ${problem.message.split('\n')[0] ?? problem.code}${helpFor(problem)}`);
}

class TreeReader {
  readonly #lineAt: (offset: number) => number;
  readonly #mistakes: Mistakes;

  constructor(lineAt: (offset: number) => number, mistakes: Mistakes) {
    this.#lineAt = lineAt;
    this.#mistakes = mistakes;
  }

  /** `top` is the key at the root of the document under which the node lies. */
  read(node: Node | null, depth: number, around = 1, top = ''): Tree | undefined {
    if (node === null) return { kind: 'scalar', line: around, value: null, text: '' };
    const line = node.range ? this.#lineAt(node.range[0]) : around;
    if (depth > ruleLimits.depth) return this.#mistakes.at(line, depthReason);
    if (isAlias(node))
      return this.#mistakes.at(
        line,
        `*${node.source} is an alias to YAML, and aliases are not taken: put a pattern in quotes, such as '*${node.source}', or write the value out`,
      );
    if (node.anchor !== undefined)
      return this.#mistakes.at(
        line,
        `&${node.anchor} is an anchor to YAML, and anchors are not taken: put a text in quotes, such as '&${node.anchor}', or write the value out where it is used`,
      );
    if (node.tag !== undefined && node.tag.startsWith('!'))
      return this.#mistakes.at(line, `the tag ${node.tag} is not taken: leave it away`);
    if (isMap(node)) return this.#map(node.items, line, depth, top);
    if (isSeq(node)) return this.#list(node.items, line, depth, top);
    return isScalar(node)
      ? this.#scalar(node.value, node.source, line, top)
      : this.#mistakes.at(line, 'neither a map, a list nor a value');
  }

  #map(pairs: readonly Pair<unknown, unknown>[], line: number, depth: number, top: string): MapTree | undefined {
    const entries = new Map<string, Entry>();
    for (const pair of pairs) {
      const key = isScalar(pair.key) ? pair.key : undefined;
      const at = key?.range ? this.#lineAt(key.range[0]) : line;
      if (!key || key.anchor !== undefined) return this.#mistakes.at(at, 'a key must be plain text');
      const name = key.source ?? String(key.value);
      if (name === '<<') return this.#mistakes.at(at, 'the merge key << is not taken: write the keys of the other map out');
      const value = this.read(asNode(pair.value), depth + 1, at, top || name);
      if (!value) return undefined;
      if (entries.has(name)) return this.#mistakes.at(at, `the key ${shown(name)} stands twice in one map: keep one`);
      entries.set(name, { key: name, line: at, value });
    }
    return { kind: 'map', line, entries };
  }

  #list(nodes: readonly unknown[], line: number, depth: number, top: string): ListTree | undefined {
    const items: Tree[] = [];
    for (const node of nodes) {
      const item = this.read(asNode(node), depth + 1, line, top);
      if (!item) return undefined;
      items.push(item);
    }
    return { kind: 'list', line, items };
  }

  #scalar(value: unknown, source: string | undefined, line: number, top: string): ScalarTree | undefined {
    const text = typeof value === 'string' ? value : (source ?? String(value));
    if (text.length > ruleLimits.stringChars)
      return this.#mistakes.at(
        line,
        top === 'detection' || top === 'filter'
          ? `the text ${shown(text)} has ${text.length} characters, more than ${ruleLimits.stringChars}: use a list with expand`
          : `the text of ${top || 'the document'} has ${text.length} characters, more than ${ruleLimits.stringChars}: shorten it, and put what is long into a runbook`,
      );
    if (hasHalves(text)) return this.#mistakes.at(line, 'half a surrogate pair is not text: write the character itself');
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      return { kind: 'scalar', line, value, text };
    return this.#mistakes.at(line, `the value ${shown(text)} is neither text, number, true, false nor null`);
  }
}

function asNode(value: unknown): Node | null {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value) ? value : null;
}
