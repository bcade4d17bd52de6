import { inputsOf } from '../../rule/meeting.js';
import { hasAmounts, isMeeting } from '../../rule/rule-kinds.js';
import { type Input, isSteady, type Rule } from '../../rule/rule.js';
import { type RuleMistake, Mistakes, shown } from '../text/mistakes.js';
import type { Correlation } from '../read/correlation.js';
import type { Document, Documents } from '../read/documents.js';
import type { EventRule } from '../read/event-rule.js';
import { exceptionsOf, keptBy, type Leaf } from './exceptions.js';
import type { Filter } from '../read/filter.js';
import { ruleLimits } from '../text/limits.js';
import { checkAliases, fieldsIn, placesIn, type MatchesPlace, type RowsPlace } from './link-fields.js';
import type { Match } from '../match/match.js';
import { SelectionCache } from '../match/selection.js';
import { sharedJoin } from '../match/shared-join.js';

/** Leaves by event rule and filters, so that a chain that meets one twice holds it once. */
type Leaves = ReadonlyMap<string, Leaf>;
interface Linked {
  readonly rule: Rule;
  readonly leaves: Leaves;
}
type Part =
  | { readonly kind: 'rows'; readonly key: string; readonly leaf: Leaf; readonly place: RowsPlace }
  | { readonly kind: 'matches'; readonly inner: Linked; readonly plain: Linked; readonly place: MatchesPlace };

/** Makes rules of correlations: looks names up, puts filters in, and notes what does not fit together. */
export class Linker {
  readonly #documents: Documents;
  readonly #filters: ReadonlyMap<Document, readonly Filter[]>;
  readonly #raises: (correlation: Correlation) => boolean;
  readonly #all: RuleMistake[];
  readonly #linked = new Map<string, Linked | undefined>();
  readonly #numbers = new Map<Document, number>();
  readonly selections = new SelectionCache();

  constructor(
    documents: Documents,
    filters: ReadonlyMap<Document, readonly Filter[]>,
    raises: (correlation: Correlation) => boolean,
    all: RuleMistake[],
  ) {
    this.#documents = documents;
    this.#filters = filters;
    this.#raises = raises;
    this.#all = all;
  }

  /** The rule of a correlation; undefined when something is wrong (noted). */
  rule(correlation: Correlation): Rule | undefined {
    return this.#link(correlation, [], [])?.rule;
  }

  /** `outer`: filters of the correlations that look at this one; they hold for what they see of it, not for itself. */
  #link(correlation: Correlation, outer: readonly Filter[], path: readonly Correlation[]): Linked | undefined {
    const own = this.#filters.get(correlation) ?? [];
    const extra = outer.filter((filter) => !own.includes(filter));
    const key = [correlation, ...extra].map((document) => this.#numberOf(document)).join(' ');
    if (this.#linked.has(key)) return this.#linked.get(key);
    const parts = this.#partsOf(correlation, [...own, ...extra], [...path, correlation]);
    const linked = parts && this.#assemble(correlation, parts, extra);
    this.#linked.set(key, linked);
    return linked;
  }

  #partsOf(correlation: Correlation, filters: readonly Filter[], path: readonly Correlation[]): readonly Part[] | undefined {
    const mistakes = new Mistakes(correlation.file, this.#all);
    const before = mistakes.count;
    const rules = this.#documents.rulesOf(correlation.references, correlation.file);
    if (!rules) return undefined;
    checkAliases(correlation, rules, this.#documents, mistakes);
    if (mistakes.count > before) return undefined;
    const parts = rules.map((rule, index) => {
      if (rule.kind === 'event') return this.#rowsOf(rule, correlation, filters, mistakes);
      return this.#matchesOf(rule, correlation, filters, path, correlation.references[index]?.line ?? correlation.line);
    });
    return parts.every((part) => part !== undefined) && mistakes.count === before ? parts : undefined;
  }

  #rowsOf(rule: EventRule, correlation: Correlation, outer: readonly Filter[], mistakes: Mistakes): Part | undefined {
    const place = fieldsIn(rule, correlation, this.#documents, mistakes);
    const filters = [...new Set([...(this.#filters.get(rule) ?? []), ...outer])];
    const key = [rule, ...filters].map((document) => this.#numberOf(document)).join(' ');
    return rule.match && place && { kind: 'rows', key, leaf: { title: rule.metadata.title, match: rule.match, filters }, place };
  }

  #matchesOf(
    target: Correlation,
    correlation: Correlation,
    filters: readonly Filter[],
    path: readonly Correlation[],
    line: number,
  ): Part | undefined {
    const mistakes = new Mistakes(correlation.file, this.#all);
    const name = shown(target.metadata.name || target.metadata.title);
    if (path.includes(target))
      return mistakes.at(line, `rules names ${name}, which in the end looks at this rule itself: break the circle`);
    if (path.length >= ruleLimits.chain)
      return mistakes.at(line, `rules names ${name}, and more than ${ruleLimits.chain} correlations would stand on one another`);
    if (correlation.vigie.dormantMs !== undefined)
      return mistakes.at(line, `rules names ${name}, a correlation: dormant goes with event rules only`);
    if (correlation.vigie.habitDays)
      return mistakes.at(
        line,
        `rules names ${name}, a correlation: habit_days counts patients of accesses, and goes with event rules only`,
      );
    if (hasAmounts(correlation.type))
      return mistakes.at(
        line,
        `rules names ${name}, a correlation, whose matches hold no numbers: ${correlation.type} goes with event rules only`,
      );
    if (target.subject !== correlation.subject)
      return mistakes.at(
        line,
        `rules names ${name}, whose group-by belongs to another subject (${target.subject}, here ${correlation.subject}): group both by the same`,
      );
    const inner = this.#link(target, filters, path);
    const plain = this.#link(target, [], path);
    if (inner && correlation.vigie.habit && !isSteady(inner.rule))
      return mistakes.at(
        line,
        `rules names ${name}, a correlation whose matches do not stay, or that goes by habits itself: habit goes with event rules and with correlations over these that have a lower bound alone`,
      );
    const place = inner && placesIn(target, inner.rule, correlation, this.#documents, mistakes);
    return inner && plain && place && { kind: 'matches', inner, plain, place };
  }

  #assemble(correlation: Correlation, parts: readonly Part[], extra: readonly Filter[]): Linked {
    // What must not be met is no access of the incident.
    const met = parts.filter((_, input) => !correlation.meeting || inputsOf(correlation.meeting, 'met').has(input));
    const leaves = new Map(
      met.flatMap((part) => (part.kind === 'rows' ? [[part.key, part.leaf] as const] : [...part.inner.leaves])),
    );
    const raises = extra.length === 0 && this.#raises(correlation);
    const id = correlation.metadata.id || correlation.metadata.name;
    const make = (filtered: boolean): Rule => ({
      ...factsOf(correlation),
      id: extra.length === 0 ? id : [id, ...extra.map(({ metadata }) => metadata.id || metadata.name)].join(' without '),
      selection: this.#selectionOf([...leaves.values()].map((leaf) => matchOf(leaf, filtered))),
      inputs: this.#inputsOf(correlation, parts, filtered),
      raises,
      exceptions: [],
    });
    const rule = make(true);
    const exceptions = exceptionsOf([...leaves.values()], this.selections);
    return { rule: exceptions.length === 0 ? rule : { ...rule, exceptions, unfiltered: make(false) }, leaves };
  }

  /** For counting types, event rules whose fields have the same names share an input; for the others each rule has its own. */
  #inputsOf(correlation: Correlation, parts: readonly Part[], filtered: boolean): readonly Input[] {
    const counts = !isMeeting(correlation.type);
    const rows = new Map<string, { readonly place: RowsPlace; readonly matches: Match[]; readonly titles: string[] }>();
    const inputs: (() => Input)[] = [];
    for (const [index, part] of parts.entries()) {
      if (part.kind === 'matches') {
        const { rule } = filtered ? part.inner : part.plain;
        inputs.push(() => ({ kind: 'matches', rule: filtered ? rule : (rule.unfiltered ?? rule), ...part.place }));
        continue;
      }
      const key = counts ? JSON.stringify(part.place) : String(index);
      const row = rows.get(key) ?? { place: part.place, matches: [], titles: [] };
      if (row.matches.length === 0)
        inputs.push(() => ({
          kind: 'rows',
          selection: this.#selectionOf(row.matches),
          ...part.place,
          titles: row.titles,
        }));
      rows.set(key, row);
      row.matches.push(matchOf(part.leaf, filtered));
      row.titles.push(part.leaf.title);
    }
    return inputs.map((input) => input());
  }

  #selectionOf(matches: readonly Match[]): Rule['selection'] {
    return this.selections.of(sharedJoin('or', matches));
  }

  #numberOf(document: Document): number {
    const known = this.#numbers.get(document);
    if (known !== undefined) return known;
    this.#numbers.set(document, this.#numbers.size);
    return this.#numbers.size - 1;
  }
}

function matchOf({ match, filters }: Leaf, filtered: boolean): Match {
  return filtered ? keptBy(match, filters) : match;
}

/** What a rule takes over from its document as it stands there. */
function factsOf({
  type,
  subject,
  metadata,
  groupBy,
  field,
  timespanMs,
  condition,
  percentile,
  meeting,
  isAlone,
  vigie,
  file,
  line,
}: Correlation) {
  return {
    type,
    subject,
    title: metadata.title,
    description: metadata.description,
    level: metadata.level ?? 'informational',
    by: groupBy.map(({ text }) => text),
    field: field.map(({ text }) => text),
    timespanMs,
    condition,
    ...(percentile !== undefined && { percentile }),
    ...(meeting && { meeting }),
    ...(isAlone === true && { isAlone }),
    ...(vigie.spread && { spread: { field: vigie.spread.field.text, atLeast: vigie.spread.atLeast } }),
    ...(vigie.dormantMs !== undefined && { dormantMs: vigie.dormantMs }),
    ...(vigie.habit && { habit: vigie.habit }),
    ...(vigie.habitDays && { habitDays: true }),
    ...(vigie.allowedLatenessMs !== undefined && { allowedLatenessMs: vigie.allowedLatenessMs }),
    steps: vigie.steps,
    attack: vigie.attack,
    falsePositives: metadata.falsePositives,
    runbook: vigie.runbook,
    file,
    line,
  } as const;
}
