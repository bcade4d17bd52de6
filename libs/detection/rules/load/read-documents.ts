import { readCorrelation } from '../read/correlation.js';
import type { Document } from '../read/documents.js';
import { readEventRule } from '../read/event-rule.js';
import { readFilter } from '../read/filter.js';
import {
  type Foreign,
  ForeignDocuments,
  foreignByTemplate,
  foreignOf,
  isTemplate,
  type Undecided,
  undecidedOf,
} from '../read/foreign.js';
import type { ListsToAsk } from '../read/list-values.js';
import { readMetadata } from '../read/metadata.js';
import { oldForms } from '../read/misplaced-keys.js';
import type { MapTree } from '../yaml/tree.js';
import { type YamlDocument, type YamlFile, readYaml } from '../yaml/yaml-tree.js';
import { ruleLimits } from '../text/limits.js';
import { type RuleMistake, Mistakes } from '../text/mistakes.js';
import { lineEnd } from './read-text.js';

export interface RuleFile {
  /** As mistakes shall name it. */
  readonly path: string;
  readonly text: string;
}

export interface ReadDocuments {
  readonly documents: readonly Document[];
  /** What is for other products and passed over. */
  readonly foreign: ForeignDocuments;
  /** Whether a file or a part of one was not read, so that nobody knows which names it would have given. */
  readonly unread: boolean;
}

/** A file as it was read; `yaml` is kept where what it means depends on lists, so that it is read again, but not parsed. */
interface ReadFile {
  readonly text: string;
  readonly yaml: YamlFile | undefined;
  readonly documents: readonly Document[];
  readonly foreign: readonly Foreign[];
  /** Correlations that may be for other products, as read if they are not. */
  readonly undecided: readonly ReadCorrelation[];
  readonly mistakes: readonly RuleMistake[];
  readonly warnings: readonly RuleMistake[];
  readonly unread: boolean;
}

interface ReadCorrelation extends Undecided {
  readonly document: Document;
  readonly mistakes: readonly RuleMistake[];
  readonly warnings: readonly RuleMistake[];
}

/** Files as the last call read them, by path: when one of a thousand changes, the others are not read again. */
let known: ReadonlyMap<string, ReadFile> = new Map();

/** The documents of all files; what is wrong is noted in `mistakes`, what is probably not meant so in `warnings`. */
export function readDocuments(
  files: readonly RuleFile[],
  lists: ListsToAsk,
  mistakes: RuleMistake[],
  warnings: RuleMistake[],
): ReadDocuments {
  const { read, isAll } = readFiles(files, lists);
  const undecided = read.flatMap((file) => file.undecided);
  const open = new Set(undecided.map(({ document }) => document));
  const ours = read.flatMap((file) => file.documents.filter((document) => !open.has(document)));
  const names = new Set(ours.flatMap(({ metadata: { id, name } }) => [id, name]));
  const others = read.flatMap((file) => file.foreign);
  const foreign = new ForeignDocuments(others, undecided, names);
  const passedOver = new Set(undecided.filter((one) => foreign.has(one)).map(({ document }) => document));
  for (const file of [...read, ...undecided.filter((one) => !foreign.has(one))]) {
    mistakes.push(...file.mistakes);
    warnings.push(...file.warnings);
  }
  const documents = read.flatMap((file) => file.documents.filter((document) => !passedOver.has(document)));
  const own = read.filter((file) => isOwn(file) || file.documents.some((document) => !passedOver.has(document)));
  noteTooMany(files, own.length, read.length - own.length, mistakes);
  return { documents, foreign, unread: !isAll || read.some(({ unread }) => unread) };
}

/** Files that are surely ours are read up to one more than there may be: a folder that is none of rules shall not take minutes. */
function readFiles(
  files: readonly RuleFile[],
  lists: ListsToAsk,
): { readonly read: readonly ReadFile[]; readonly isAll: boolean } {
  const now = new Map<string, ReadFile>();
  const read: ReadFile[] = [];
  let own = 0;
  for (const file of files.slice(0, ruleLimits.files + ruleLimits.foreignFiles + 1)) {
    if (own > ruleLimits.files) break;
    if (now.get(file.path)?.text === file.text) continue;
    const last = known.get(file.path);
    const before = last?.text === file.text ? last : undefined;
    const made = before && !before.yaml ? before : readFile(file, before?.yaml ?? readYaml(file.text), lists);
    now.set(file.path, made);
    read.push(made);
    if (isOwn(made) || made.documents.length > made.undecided.length) own += 1;
  }
  known = now;
  return { read, isAll: own <= ruleLimits.files && files.length <= ruleLimits.files + ruleLimits.foreignFiles };
}

/** Whether a file counts as one of ours whatever its documents are for: it holds none at all, or something that is no document. */
function isOwn({ documents, foreign, unread }: ReadFile): boolean {
  return unread || documents.length + foreign.length === 0;
}

function noteTooMany(files: readonly RuleFile[], own: number, others: number, all: RuleMistake[]): void {
  const mistakes = new Mistakes(files[0]?.path ?? '', all);
  if (own > ruleLimits.files)
    mistakes.at(
      1,
      `there are more than ${ruleLimits.files} rule files, those that hold only rules for other products not counted: join some`,
    );
  if (others > ruleLimits.foreignFiles)
    mistakes.at(
      1,
      `there are more than ${ruleLimits.foreignFiles} files that hold only rules for other products, and all of them are read to be passed over: take them out of this folder, or give the folder of the rules for accesses`,
    );
}

function readFile({ path, text }: RuleFile, yaml: YamlFile, lists: ListsToAsk): ReadFile {
  const mistakes: RuleMistake[] = yaml.mistakes.map(({ line, reason }) => ({ file: path, line, reason }));
  const warnings: RuleMistake[] = [];
  const notes = new Mistakes(path, mistakes);
  const doubts = new Mistakes(path, warnings);
  if (yaml.documents.length === 0 && yaml.mistakes.length === 0)
    doubts.at(1, 'the file holds no document, only comments or nothing: no rule comes from it');
  const asked = new AskedLists(lists);
  const foreign: Foreign[] = [];
  const undecided: ReadCorrelation[] = [];
  const maps = yaml.documents.map(({ map }) => map);
  const first = maps.findIndex(isTemplate);
  const byTemplate = first < 0 ? [] : maps.slice(first);
  const others = foreignByTemplate(byTemplate, path);
  foreign.push(...others);
  for (const map of others.length > 0 ? [] : byTemplate.filter(isTemplate))
    notes.at(map.entries.get('action')?.line ?? map.line, oldForms['action'] ?? '');
  let unread = yaml.mistakes.length > 0;
  const documents = yaml.documents.flatMap(({ map, refused }): readonly Document[] => {
    // What the template would have given it, nobody knows: it is not blamed for what is missing.
    if (byTemplate.includes(map)) return others.length > 0 ? [] : [brokenOf(map, path)];
    const other = map.entries.has('correlation') ? undefined : foreignOf(map, path);
    if (other) foreign.push(other);
    if (other) return [];
    const open = map.entries.has('correlation') ? undecidedOf(map, path) : undefined;
    const one = open && readUndecided(map, open, refused);
    if (one) undecided.push(one);
    if (one) return [one.document];
    if (refused.length === 0) return [readDocument(map, path, asked, notes, doubts)];
    unread = true;
    noteOnce(refused, path, mistakes);
    return [];
  });
  const lost = documents.length > 0 ? text.indexOf('\ufffd') : -1;
  if (lost >= 0)
    doubts.at(
      text.slice(0, lost).split(lineEnd).length,
      'U+FFFD stands where a letter was lost on the way from another encoding, and a value with it never matches: write the letter',
    );
  return { text, yaml: asked.any ? yaml : undefined, documents, foreign, undecided, mistakes, warnings, unread };
}

/** Its mistakes stand apart until it is known whether it is for accesses. */
function readUndecided(map: MapTree, open: Undecided, refused: YamlDocument['refused']): ReadCorrelation {
  const mistakes: RuleMistake[] = [];
  noteOnce(refused, open.file, mistakes);
  if (mistakes.length > 0) return { ...open, document: brokenOf(map, open.file), mistakes, warnings: [] };
  const warnings: RuleMistake[] = [];
  const read = readCorrelation(map, open.file, new Mistakes(open.file, mistakes), new Mistakes(open.file, warnings));
  return { ...open, document: read ?? brokenOf(map, open.file), mistakes, warnings };
}

/** What makes a file too large is said of each of its documents. */
function noteOnce(refused: YamlDocument['refused'], file: string, all: RuleMistake[]): void {
  for (const { line, reason } of refused)
    if (!all.some((one) => one.line === line && one.reason === reason)) all.push({ file, line, reason });
}

/** Lists that remember whether one of them was asked for. */
class AskedLists {
  readonly #lists: ListsToAsk;
  any = false;

  constructor(lists: ListsToAsk) {
    this.#lists = lists;
  }

  get(name: string): ReturnType<ListsToAsk['get']> {
    this.any = true;
    return this.#lists.get(name);
  }
}

function readDocument(map: MapTree, path: string, lists: ListsToAsk, mistakes: Mistakes, warnings: Mistakes): Document {
  if (map.entries.has('correlation')) return readCorrelation(map, path, mistakes, warnings) ?? brokenOf(map, path);
  if (map.entries.has('detection')) return readEventRule(map, path, lists, mistakes, warnings);
  if (map.entries.has('filter')) return readFilter(map, path, lists, mistakes, warnings) ?? brokenOf(map, path);
  mistakes.at(map.line, 'a document needs detection (an event rule), correlation or filter');
  return brokenOf(map, path);
}

function brokenOf(map: MapTree, file: string): Document {
  return { kind: 'broken', metadata: readMetadata(map, new Mistakes(file, [])), file, line: map.line };
}
