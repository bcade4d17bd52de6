import type { Rule, RuleMistake, Selection } from '../rule.js';
import { readCorrelation } from './correlation.js';
import type { Correlation } from './correlation.js';
import type { ValueLists } from './detection.js';
import { readEventRule } from './event-rule.js';
import type { EventRule } from './event-rule.js';
import { ruleLimits } from './limits.js';
import { or } from './match.js';
import type { Match } from './match.js';
import { Mistakes, shown } from './mistakes.js';
import { selectionOf } from './selection.js';
import { readYaml } from './yaml-tree.js';

export interface RuleFile {
  /** As mistakes shall name it. */
  readonly path: string;
  readonly text: string;
}

export interface LoadedRules {
  readonly rules: readonly Rule[];
  /** The distinct selections of the rules. */
  readonly selections: readonly Selection[];
  /** Sorted by file and line. Not empty: the rules must not be used. */
  readonly mistakes: readonly RuleMistake[];
}

type Document = (EventRule & { readonly file: string }) | Correlation;

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
  const documents = files.slice(0, ruleLimits.files).flatMap((file) => readFile(file, lists, mistakes));
  const names = indexNames(documents, mistakes);
  const rules: Rule[] = [];
  const selections = new Map<string, Selection>();
  const used = new Set<Document>();
  for (const document of documents) {
    if (document.kind !== 'correlation') continue;
    const match = resolveReferences(document, names, used, mistakes);
    if (!match) continue;
    const compiled = selectionOf(match);
    const selection = selections.get(compiled.id) ?? compiled;
    selections.set(selection.id, selection);
    rules.push(ruleOf(document, selection));
  }
  noteUnused(documents, used, mistakes);
  return { rules, selections: [...selections.values()], mistakes: mistakes.toSorted(byPlace) };
}

function readFile(file: RuleFile, lists: ValueLists, all: RuleMistake[]): readonly Document[] {
  const mistakes = new Mistakes(file.path, all);
  return readYaml(file.text, mistakes).flatMap((map): readonly Document[] => {
    if (map.entries.has('correlation')) return [readCorrelation(map, file.path, mistakes) ?? []].flat();
    if (map.entries.has('detection')) return [{ ...readEventRule(map, lists, mistakes), file: file.path }];
    if (map.entries.has('filter'))
      mistakes.at(
        map.entries.get('filter')?.line ?? map.line,
        'filter documents are not taken yet: write the exception as not in a condition',
      );
    else mistakes.at(map.line, 'a document needs detection (an event rule) or correlation');
    return [];
  });
}

/** Documents by id and by name; a second one of either is a mistake. */
function indexNames(documents: readonly Document[], all: RuleMistake[]): ReadonlyMap<string, Document> {
  const index = new Map<string, Document>();
  for (const document of documents) {
    const { id, name } = document.metadata;
    for (const [key, value] of [
      ['id', id],
      ['name', name],
    ] as const) {
      // prettier-ignore
      if (value === '' || (key === 'name' && value === id)) continue;
      const first = index.get(value);
      if (first)
        new Mistakes(document.file, all).at(
          document.line,
          `the ${key} ${shown(value)} is taken by ${first.file}:${first.line}: give another`,
        );
      else index.set(value, document);
    }
  }
  return index;
}

/** The accesses of all referenced event rules together. */
function resolveReferences(
  correlation: Correlation,
  names: ReadonlyMap<string, Document>,
  used: Set<Document>,
  all: RuleMistake[],
): Match | undefined {
  const mistakes = new Mistakes(correlation.file, all);
  const matches: Match[] = [];
  for (const { text, line } of correlation.references) {
    const document = names.get(text) ?? names.get(text.toLowerCase());
    if (!document)
      mistakes.at(line, `rules names ${shown(text)}, which is the name or id of no rule: correct it or add that event rule`);
    else if (document.kind === 'correlation')
      mistakes.at(
        line,
        `rules names ${shown(text)}, a correlation: correlations over correlations are not taken yet, name event rules`,
      );
    else if (document.match) matches.push(document.match);
    if (document) used.add(document);
  }
  return matches.length === correlation.references.length ? or(matches) : undefined;
}

function noteUnused(documents: readonly Document[], used: ReadonlySet<Document>, all: RuleMistake[]): void {
  const broken = new Set(all.map(({ file }) => file)); // its correlations may be missing because of another mistake
  for (const document of documents)
    if (document.kind === 'event' && !used.has(document) && !broken.has(document.file))
      new Mistakes(document.file, all).at(
        document.line,
        'no correlation refers to this event rule, so it would do nothing: refer to it or delete it',
      );
}

function ruleOf(correlation: Correlation, selection: Selection): Rule {
  const { metadata, vigie } = correlation;
  const by = correlation.groupBy.filter((field) => field !== 'group_id' && field !== 'actor_id');
  return {
    type: 'value_count',
    id: metadata.id || metadata.name,
    title: metadata.title,
    description: metadata.description,
    level: metadata.level ?? 'medium',
    selection,
    inputs: [{ kind: 'rows', selection, by, field: correlation.field, ...(vigie.spread && { spread: vigie.spread.field }) }],
    by,
    field: correlation.field,
    timespanMs: correlation.timespanMs,
    condition: { atLeast: correlation.atLeast, atMost: Number.POSITIVE_INFINITY },
    ...(vigie.spread && { spread: vigie.spread }),
    raises: true,
    exceptions: [],
    steps: vigie.steps,
    attack: vigie.attack,
    falsePositives: metadata.falsePositives,
    runbook: vigie.runbook,
    file: correlation.file,
    line: correlation.line,
  };
}

function byPlace(a: RuleMistake, b: RuleMistake): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line;
}
