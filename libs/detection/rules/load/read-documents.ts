import { readCorrelation } from '../read/correlation.js';
import type { Document } from '../read/documents.js';
import { readEventRule } from '../read/event-rule.js';
import { readFilter } from '../read/filter.js';
import type { ListsToAsk, ValueLists } from '../read/list-values.js';
import { readMetadata } from '../read/metadata.js';
import { oldForms } from '../read/misplaced-keys.js';
import type { MapTree } from '../read/tree.js';
import { type YamlFile, readYaml } from '../read/yaml-tree.js';
import { type RuleMistake, Mistakes } from '../text/mistakes.js';

export interface RuleFile {
  /** As mistakes shall name it. */
  readonly path: string;
  readonly text: string;
}

export interface ReadDocuments {
  readonly documents: readonly Document[];
  /** Whether a part of a file could not be read at all, so that nobody knows which names it would have given. */
  readonly unread: boolean;
}

/** A file as it was read; `yaml` is kept where what it means depends on lists, so that it is read again, but not parsed. */
interface ReadFile {
  readonly text: string;
  readonly yaml: YamlFile | undefined;
  readonly documents: readonly Document[];
  readonly mistakes: readonly RuleMistake[];
  readonly warnings: readonly RuleMistake[];
  readonly unread: boolean;
}

/** Files as the last call read them, by path: when one of a thousand changes, the others are not read again. */
let known: ReadonlyMap<string, ReadFile> = new Map();

/** The documents of all files; what is wrong is noted in `mistakes`, what is probably not meant so in `warnings`. */
export function readDocuments(
  files: readonly RuleFile[],
  lists: ValueLists,
  mistakes: RuleMistake[],
  warnings: RuleMistake[],
): ReadDocuments {
  const now = new Map<string, ReadFile>();
  const read = files.flatMap((file) => {
    if (now.get(file.path)?.text === file.text) return [];
    const last = known.get(file.path);
    const before = last?.text === file.text ? last : undefined;
    const made = before && !before.yaml ? before : readFile(file, before?.yaml ?? readYaml(file.text), lists);
    now.set(file.path, made);
    return [made];
  });
  known = now;
  for (const file of read) {
    mistakes.push(...file.mistakes);
    warnings.push(...file.warnings);
  }
  return { documents: read.flatMap(({ documents }) => documents), unread: read.some(({ unread }) => unread) };
}

function readFile({ path, text }: RuleFile, yaml: YamlFile, lists: ValueLists): ReadFile {
  const mistakes: RuleMistake[] = yaml.mistakes.map(({ line, reason }) => ({ file: path, line, reason }));
  const warnings: RuleMistake[] = [];
  const notes = new Mistakes(path, mistakes);
  const doubts = new Mistakes(path, warnings);
  if (yaml.documents.length === 0 && yaml.mistakes.length === 0)
    doubts.at(1, 'the file holds no document, only comments or nothing: no rule comes from it');
  const asked = new AskedLists(lists);
  const documents = yaml.documents.map((map) => readDocument(map, path, asked, notes, doubts));
  return { text, yaml: asked.any ? yaml : undefined, documents, mistakes, warnings, unread: yaml.mistakes.length > 0 };
}

/** Lists that remember whether one of them was asked for. */
class AskedLists {
  readonly #lists: ValueLists;
  any = false;

  constructor(lists: ValueLists) {
    this.#lists = lists;
  }

  get(name: string): ReturnType<ValueLists['get']> {
    this.any = true;
    return this.#lists.get(name);
  }
}

function readDocument(map: MapTree, path: string, lists: ListsToAsk, mistakes: Mistakes, warnings: Mistakes): Document {
  if (map.entries.has('correlation')) return readCorrelation(map, path, mistakes, warnings) ?? brokenOf(map, path);
  if (map.entries.has('detection')) return readEventRule(map, path, lists, mistakes, warnings);
  if (map.entries.has('filter')) return readFilter(map, path, lists, mistakes, warnings) ?? brokenOf(map, path);
  const action = map.entries.get('action');
  if (action) mistakes.at(action.line, oldForms['action'] ?? '');
  else mistakes.at(map.line, 'a document needs detection (an event rule), correlation or filter');
  return brokenOf(map, path);
}

function brokenOf(map: MapTree, file: string): Document {
  return { kind: 'broken', metadata: readMetadata(map, new Mistakes(file, [])), file, line: map.line };
}
