import type { Exception, Rule } from '../../rule/rule.js';
import type { Selection } from '../match/selection.js';
import { type RuleMistake, Mistakes } from '../text/mistakes.js';
import { selectionIdsOf } from '../../rule/selection-ids.js';
import { readCorrelation, type Correlation } from '../read/correlation.js';
import type { ValueLists } from '../read/list-values.js';
import { Documents, type Document } from '../read/documents.js';
import { readEventRule } from '../read/event-rule.js';
import { readFilter, type Filter } from '../read/filter.js';
import { ruleLimits } from '../text/limits.js';
import { Linker } from '../link/link-rules.js';
import { readMetadata } from '../read/metadata.js';
import { holdsOfNothing, not } from '../match/match.js';
import { oldForms } from '../read/misplaced-keys.js';
import type { RuleCase } from '../read/read-cases.js';
import { wordsOf } from '../words/words.js';
import { readYaml, type MapTree } from '../read/yaml-tree.js';

export interface RuleFile {
  /** As mistakes shall name it. */
  readonly path: string;
  readonly text: string;
}

export interface LoadedRules {
  /** Every correlation, those included that only others look at (`raises` false). */
  readonly rules: readonly Rule[];
  /** The distinct selections of the rules and of what they count. */
  readonly selections: readonly Selection[];
  /** The cases of the rules, by the id of the rule. */
  readonly cases: ReadonlyMap<string, readonly RuleCase[]>;
  /** The filters of all files, in their order. */
  readonly exceptions: readonly LoadedException[];
  /** Sorted by file and line. Not empty: the rules must not be used. */
  readonly mistakes: readonly RuleMistake[];
  /** What can be used and probably is not meant so. */
  readonly warnings: readonly RuleMistake[];
}

/** A filter, as people want to know of it. */
export interface LoadedException extends Pick<Exception, 'id' | 'title' | 'owner' | 'reason' | 'expiresMs' | 'file' | 'line'> {
  /** Titles of the event rules and correlations that it is for. */
  readonly rules: readonly string[];
  /** Which accesses it takes out of them, in words. */
  readonly takesOut: string;
}

/**
 * Reads, checks and compiles rule files. Never throws on their content: whatever is wrong is a mistake with file, line and reason.
 * `lists` are the values behind `%names%` of the modifier `expand`.
 */
export function loadRules(files: readonly RuleFile[], lists: ValueLists = new Map()): LoadedRules {
  const mistakes: RuleMistake[] = [];
  if (files.length > ruleLimits.files)
    new Mistakes(files[0]?.path ?? '', mistakes).at(
      1,
      `there are ${files.length} rule files, more than ${ruleLimits.files}: join some`,
    );
  const literal: RuleMistake[] = [];
  const read = files.slice(0, ruleLimits.files).flatMap((file) => readFile(file, lists, mistakes, literal));
  const documents = new Documents(read, mistakes);
  const correlations = read.filter((document) => document.kind === 'correlation');
  const filters = filtersByRule(read, documents);
  const raising = raisingOf(correlations, documents, mistakes);
  const linker = new Linker(documents, filters, (correlation) => raising.has(correlation), mistakes);
  const rules = correlations.flatMap((correlation) => linker.rule(correlation) ?? []);
  const cases = new Map(correlations.map(({ metadata, vigie }) => [metadata.id || metadata.name, vigie.cases]));
  noteUnused(read, correlations, documents, mistakes);
  noteTooMany(rules, mistakes);
  const exceptions = read.flatMap((document) => (document.kind === 'filter' ? [exceptionOf(document, filters)] : []));
  const used = rules.flatMap(({ selection, inputs }) => [
    selection,
    ...inputs.flatMap((input) => (input.kind === 'rows' ? [input.selection] : [])),
  ]);
  const warnings = [...read.flatMap((document) => (document.kind === 'filter' ? keepsNothing(document) : [])), ...literal];
  return {
    rules,
    selections: [...new Set(used)],
    cases,
    exceptions,
    mistakes: mistakes.toSorted(byPlace),
    warnings: warnings.toSorted(byPlace),
  };
}

function readFile(file: RuleFile, lists: ValueLists, all: RuleMistake[], literal: RuleMistake[]): readonly Document[] {
  const mistakes = new Mistakes(file.path, all);
  const warnings = new Mistakes(file.path, literal);
  return readYaml(file.text, mistakes).flatMap((map): readonly Document[] => {
    if (map.entries.has('correlation')) return [readCorrelation(map, file.path, mistakes, warnings) ?? brokenOf(map, file.path)];
    if (map.entries.has('detection')) return [readEventRule(map, file.path, lists, mistakes, warnings)];
    if (map.entries.has('filter')) return [readFilter(map, file.path, lists, mistakes, warnings) ?? brokenOf(map, file.path)];
    const action = map.entries.get('action');
    if (action) mistakes.at(action.line, oldForms['action'] ?? '');
    else mistakes.at(map.line, 'a document needs detection (an event rule), correlation or filter');
    return [];
  });
}

/** Sigma keeps what the condition of a filter meets, and most filters that name what is to be left out forget the `not`. */
function keepsNothing({ match, file, line }: Filter): readonly RuleMistake[] {
  if (holdsOfNothing(match)) return [];
  const reason =
    'the condition of this filter names what stays, so that it takes out every access that does not meet it: to take the named accesses out, write condition: not selection';
  return [{ file, line, reason }];
}

function brokenOf(map: MapTree, file: string): Document {
  return { kind: 'broken', metadata: readMetadata(map, new Mistakes(file, [])), file, line: map.line };
}

function filtersByRule(read: readonly Document[], documents: Documents): ReadonlyMap<Document, readonly Filter[]> {
  const filters = new Map<Document, Filter[]>();
  for (const filter of read) {
    if (filter.kind !== 'filter') continue;
    for (const rule of documents.rulesOf(filter.references, filter.file) ?? [])
      filters.set(rule, [...(filters.get(rule) ?? []), filter]);
  }
  return filters;
}

function exceptionOf(filter: Filter, filters: ReadonlyMap<Document, readonly Filter[]>): LoadedException {
  const { metadata, owner, reason, expiresMs, file, line } = filter;
  const rules = [...filters].filter(([, all]) => all.includes(filter)).map(([document]) => document.metadata.title);
  const id = metadata.id || metadata.name;
  return { id, title: metadata.title, owner, reason, expiresMs, file, line, rules, takesOut: wordsOf(not(filter.match)) };
}

/** Correlations that raise incidents: those that no other looks at, and those that one of the others asks to. Each needs a level. */
function raisingOf(correlations: readonly Correlation[], documents: Documents, all: RuleMistake[]): ReadonlySet<Correlation> {
  const inner = new Set<Correlation>();
  const asked = new Set<Correlation>();
  for (const correlation of correlations) {
    const targets = correlation.references.flatMap(({ text }) => documents.find(text) ?? []);
    const looked = targets.filter((document) => document.kind === 'correlation');
    if (correlation.generate && looked.length === 0 && targets.length === correlation.references.length)
      new Mistakes(correlation.file, all).at(
        correlation.generateLine,
        'generate is for the correlations that rules names, and it names event rules only, which raise no incident: leave it away',
      );
    for (const document of looked) inner.add(document);
    for (const document of correlation.generate ? looked : []) asked.add(document);
  }
  const raising = new Set(correlations.filter((correlation) => !inner.has(correlation) || asked.has(correlation)));
  for (const { metadata, file, line } of raising)
    if (metadata.level === undefined)
      new Mistakes(file, all).at(
        line,
        'level is missing: a rule that raises incidents says informational, low, medium, high or critical',
      );
  return raising;
}

/** Every selection that an engine has to tell apart costs it; the rule with which they are too many is named. */
function noteTooMany(rules: readonly Rule[], all: RuleMistake[]): void {
  const ids = new Set<string>();
  let first: Rule | undefined;
  for (const rule of rules) {
    for (const id of selectionIdsOf([rule])) ids.add(id);
    if (ids.size > ruleLimits.selections) first ??= rule;
  }
  if (!first) return;
  new Mistakes(first.file, all).at(
    first.line,
    `from this rule on there are more than ${ruleLimits.selections} different selections of accesses (event rules, and one for what each exception takes out of a rule), ${ids.size} in all: let rules share event rules, join exceptions`,
  );
}

function noteUnused(
  read: readonly Document[],
  correlations: readonly Correlation[],
  documents: Documents,
  all: RuleMistake[],
): void {
  if (read.some(({ kind }) => kind === 'broken')) return; // one of them may refer to it
  const broken = new Set(all.map(({ file }) => file));
  const used = new Set(correlations.flatMap(({ references }) => references.flatMap(({ text }) => documents.find(text) ?? [])));
  for (const document of read)
    if (document.kind === 'event' && !used.has(document) && !broken.has(document.file))
      new Mistakes(document.file, all).at(
        document.line,
        'no correlation refers to this event rule, so it would do nothing: refer to it or delete it',
      );
}

function byPlace(a: RuleMistake, b: RuleMistake): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line;
}
