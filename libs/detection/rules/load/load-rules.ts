import type { Exception, Rule } from '../../rule/rule.js';
import type { Selection } from '../match/selection.js';
import { anyOf, type RuleMistake, Mistakes, shown } from '../text/mistakes.js';
import { selectionIdsOf } from '../../rule/selection-ids.js';
import type { Correlation } from '../read/correlation.js';
import type { ListsToAsk } from '../read/list-values.js';
import { neverHolds } from '../read/contradiction.js';
import { Documents, type Document } from '../read/documents.js';
import type { EventRule } from '../read/event-rule.js';
import type { Filter } from '../read/filter.js';
import { type Foreign, foreignText } from '../read/foreign.js';
import { ruleLimits } from '../text/limits.js';
import { Linker } from '../link/link-rules.js';
import { and, holdsOfNothing, not, type Match } from '../match/match.js';
import type { RuleCase } from '../read/read-cases.js';
import { french } from '../words/phrases.js';
import { wordsOf } from '../words/words.js';
import { aloneOf } from './event-alone.js';
import { type RuleFile, readDocuments } from './read-documents.js';

export type { RuleFile } from './read-documents.js';

export interface LoadedRules {
  /** Every correlation, those included that only others look at (`raises` false). */
  readonly rules: readonly Rule[];
  /** The distinct selections of the rules and of what they count. */
  readonly selections: readonly Selection[];
  /** The cases of the rules, by the id of the rule. */
  readonly cases: ReadonlyMap<string, readonly RuleCase[]>;
  /** The event rules of all files, in their order. */
  readonly events: readonly LoadedEvent[];
  /** The filters of all files, in their order. */
  readonly exceptions: readonly LoadedException[];
  /** Rules for other products, which are passed over. */
  readonly passedOver: readonly Foreign[];
  /** Sorted by file and line. Not empty: the rules must not be used. */
  readonly mistakes: readonly RuleMistake[];
  /** What can be used and probably is not meant so. */
  readonly warnings: readonly RuleMistake[];
}

/** An event rule, as people want to know of it. */
export interface LoadedEvent {
  readonly title: string;
  readonly file: string;
  readonly line: number;
  /** Which accesses it selects. */
  readonly match: Match;
}

/** A filter, as people want to know of it. */
export interface LoadedException extends Pick<Exception, 'id' | 'title' | 'owner' | 'reason' | 'expiresMs' | 'file' | 'line'> {
  /** Titles of the event rules and correlations that it is for. */
  readonly rules: readonly string[];
  /** Which accesses it takes out of them, in words. */
  readonly takesOut: string;
  /** The same in French. */
  readonly takesOutInFrench: string;
}

/**
 * Reads, checks and compiles rule files. Never throws on their content: whatever is wrong is a mistake with file, line and reason.
 * `lists` are the values behind `%names%` of the modifier `expand`; `unread` says of files that belong here why they could not be read.
 */
export function loadRules(
  files: readonly RuleFile[],
  lists: ListsToAsk = new Map(),
  unread: readonly RuleMistake[] = [],
): LoadedRules {
  const mistakes = [...unread];
  const warnings: RuleMistake[] = [];
  const read = readDocuments(files, lists, mistakes, warnings);
  const isWhole = !read.unread && unread.length === 0;
  const documents = new Documents(read.documents, read.foreign, mistakes, isWhole);
  const counting = read.documents.filter((document) => document.kind === 'correlation');
  const filters = filtersByRule(read.documents, documents);
  const isKnown = isWhole && !read.documents.some(({ kind }) => kind === 'broken');
  const raising = raisingOf(counting, documents, isKnown, mistakes);
  const linker = new Linker(
    documents,
    filters,
    (correlation) => correlation.isAlone === true || raising.has(correlation),
    mistakes,
  );
  const counted = counting.flatMap((correlation) => linker.rule(correlation) ?? []);
  const alone = aloneOf(read.documents, counting, documents, isKnown, mistakes);
  const rules = [...counted, ...alone.flatMap((one) => linker.rule(one) ?? [])];
  const correlations = [...counting, ...alone];
  if (correlations.length === 0 && mistakes.length === 0 && files[0])
    new Mistakes(files[0].path, mistakes).at(1, noRule(read.foreign.all));
  noteTooMany(rules, mistakes);
  const all = read.documents.filter((document) => document.kind === 'filter');
  return {
    rules,
    selections: selectionsOf(rules),
    cases: new Map(correlations.map(({ metadata, vigie }) => [metadata.id || metadata.name, vigie.cases])),
    events: read.documents.flatMap((document) => (document.kind === 'event' ? eventOf(document) : [])),
    exceptions: all.map((filter) => exceptionOf(filter, filters)),
    passedOver: read.foreign.all,
    mistakes: mistakes.toSorted(byPlace),
    warnings: [...all.flatMap(keepsNothing), ...all.flatMap((one) => silencing(one, filters)), ...warnings].toSorted(byPlace),
  };
}

function noRule(foreign: readonly Foreign[]): string {
  if (foreign.length > 0)
    return `no file holds a correlation over accesses (logsource: {product: ehr}) or an event rule with a level, only ${foreignText(foreign)}, which are passed over: a system without rules finds nothing`;
  return 'no file holds a correlation or an event rule with a level, and nothing else raises an incident: a system without rules finds nothing';
}

function selectionsOf(rules: readonly Rule[]): readonly Selection[] {
  const used = new Set<Selection>();
  for (const { selection, inputs } of rules) {
    used.add(selection);
    for (const input of inputs) if (input.kind === 'rows') used.add(input.selection);
  }
  return [...used];
}

function eventOf({ metadata, file, line, match }: EventRule): readonly LoadedEvent[] {
  return match ? [{ title: metadata.title, file, line, match }] : [];
}

/** Sigma keeps what the condition of a filter meets, and most filters that name what is to be left out forget the `not`. */
function keepsNothing({ match, file, line }: Filter): readonly RuleMistake[] {
  if (holdsOfNothing(match)) return [];
  const reason =
    'the condition of this filter names what stays, so that it takes out every access that does not meet it: to take the named accesses out, write condition: not selection';
  return [{ file, line, reason }];
}

/** Of what an event rule selects a filter may leave nothing, as one that is meant for it alone and names what it selects. */
function silencing(filter: Filter, filters: ReadonlyMap<Document, readonly Filter[]>): readonly RuleMistake[] {
  const silent = [...filters].flatMap(([document, own]) => {
    if (!own.includes(filter)) return [];
    const stays = document.kind === 'event' && document.match ? and([document.match, filter.match]) : filter.match;
    return neverHolds(stays) === undefined ? [] : [shown(document.metadata.title)];
  });
  if (silent.length === 0) return [];
  const until = new Date(filter.expiresMs).toISOString();
  const reason = `of ${anyOf(silent, 'and')} nothing stays: whoever counts it finds nothing until ${until}; name fewer accesses, unless that is meant`;
  return [{ file: filter.file, line: filter.line, reason }];
}

function filtersByRule(read: readonly Document[], documents: Documents): ReadonlyMap<Document, readonly Filter[]> {
  const filters = new Map<Document, Filter[]>();
  for (const filter of read) {
    if (filter.kind !== 'filter') continue;
    for (const rule of documents.rulesOf(filter.references, filter.file) ?? []) {
      const own = filters.get(rule) ?? [];
      own.push(filter);
      filters.set(rule, own);
    }
  }
  return filters;
}

function exceptionOf(filter: Filter, filters: ReadonlyMap<Document, readonly Filter[]>): LoadedException {
  const { metadata, owner, reason, expiresMs, file, line } = filter;
  const rules = [...filters].filter(([, all]) => all.includes(filter)).map(([document]) => document.metadata.title);
  const id = metadata.id || metadata.name;
  const taken = not(filter.match);
  const words = { takesOut: wordsOf(taken), takesOutInFrench: wordsOf(taken, french) };
  return { id, title: metadata.title, owner, reason, expiresMs, file, line, rules, ...words };
}

/**
 * Correlations that raise incidents: those that no other looks at, and those that one of the others asks to. Each needs a level. Not known: a
 * document that could not be read may look at one.
 */
function raisingOf(
  correlations: readonly Correlation[],
  documents: Documents,
  isKnown: boolean,
  all: RuleMistake[],
): ReadonlySet<Correlation> {
  const inner = new Set<Correlation>();
  const asked = new Set<Correlation>();
  for (const correlation of correlations) {
    const targets = correlation.references.flatMap(({ text }) => documents.find(text) ?? []);
    const looked = targets.filter((document) => document.kind === 'correlation');
    for (const document of looked) inner.add(document);
    for (const document of correlation.generate ? looked : []) asked.add(document);
  }
  const raising = new Set(correlations.filter((correlation) => !inner.has(correlation) || asked.has(correlation)));
  for (const { metadata, file, line } of raising)
    if (metadata.level === undefined && isKnown)
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

function byPlace(a: RuleMistake, b: RuleMistake): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line;
}
