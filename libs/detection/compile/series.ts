import { compileRule } from './compile-rule.js';
import { type Reach, reachOf } from '../rule/reach.js';
import { type Field, type Rule, type Selection } from '../rule/rule.js';
import type { Threshold } from '../judge/window-count.js';

/** Where the value of an entry comes from. */
export type ValueSource =
  | { readonly kind: 'patient' }
  | { readonly kind: 'event' }
  | { readonly kind: 'fields'; readonly fields: readonly Field[] }
  /** The number of the input, for rules that ask which inputs are met. */
  | { readonly kind: 'input'; readonly input: number };

/** Accesses of a selection, as a series takes them. */
export interface RowFeed {
  /** Number of the selection. */
  readonly selection: number;
  readonly by: readonly Field[];
  readonly value: ValueSource;
  readonly spread: Field | undefined;
}

/** Matches of another rule, as a series takes them; `by`, `spread` and the numbers of a value are places in that rule's group-by. */
export interface MatchFeed {
  readonly series: Series;
  readonly by: readonly number[];
  readonly value:
    | { readonly kind: 'match' }
    | { readonly kind: 'places'; readonly places: readonly number[] }
    | { readonly kind: 'input'; readonly input: number };
  readonly spread: number | undefined;
}

/**
 * What windows are kept over: entries by account and group-by cell. Every rule over the same inputs shares its ledgers, whatever its
 * window. The series `main` holds every selected access of an account once, by patient: rules over patients of the whole account count
 * there what is marked with their selection, and incidents list patients from it.
 */
export interface Series {
  readonly index: number;
  /** Names the content: windows survive a change of rules that leaves the series as it was. */
  readonly key: string;
  readonly kind: 'main' | 'count' | 'ordered';
  readonly feeds: readonly RowFeed[];
  readonly rules: readonly CompiledRule[];
  /** How far back entries are kept from the newest of their account, milliseconds. */
  readonly horizonMs: number;
  /** Inputs of a series of kind `ordered`. */
  readonly inputs: number;
  /** Entries carry a spread value of their own. */
  readonly spreads: boolean;
}

/** A rule within its series. */
export interface CompiledRule extends Threshold {
  readonly rule: Rule;
  readonly series: Series;
  /** Place in the bounds of a ledger. */
  readonly slot: number;
  /** What it raises: incidents, a record of what its exceptions suppress, or nothing by itself. */
  readonly raises: 'incident' | 'suppressed' | 'nothing';
  /** Number of the selection whose patients its incidents list. */
  readonly selection: number;
  /** Exceptions of a suppressed rule, with the number of the selection that each takes out. */
  readonly exceptions: readonly { readonly id: string; readonly selection: number }[];
  /** Series that take its matches. */
  readonly feeds: readonly MatchFeed[];
  /** Milliseconds by which event time must have passed an anchor before it may be judged; 0 where more accesses cannot undo it. */
  readonly settleMs: number;
  /** How far before an anchor the accesses lie that decide it, inner rules included, milliseconds. */
  readonly reachMs: number;
  /** Column of the dormancy table, -1 for none. */
  readonly dormancy: number;
  readonly dormantMs: number;
  /** Names what makes it hold: equal for rules that hold at the same times. */
  readonly key: string;
}

/** A selection and its number. */
export interface LiveSelection {
  readonly number: number;
  readonly selection: Selection;
}

export interface CompiledSeries {
  /** Ids by number, those of earlier rules included. */
  readonly selectionIds: readonly string[];
  readonly live: readonly LiveSelection[];
  readonly main: Series;
  /** All but `main`. */
  readonly others: readonly Series[];
  readonly rules: readonly CompiledRule[];
  /** Selections whose accesses make accounts wake up, by column of the dormancy table. */
  readonly dormancies: readonly { readonly selection: number; readonly dormantMs: number }[];
  readonly mainSlots: number;
  /** Of series without and with spread values of their own. */
  readonly otherSlots: number;
  readonly spreadSlots: number;
  readonly allowedLatenessMsMax: number;
  readonly reach: Reach;
  /** By selection: the longest reach of the rules that look at it. */
  readonly reachMs: readonly number[];
  /** By selection: how far behind its account's newest an access may lie and every window that it changes still be held. */
  readonly behindMs: readonly number[];
  /** The longest time that any series looks back. */
  readonly horizonMsMax: number;
}

export interface CompileOptions {
  readonly holdsReach?: boolean;
  readonly quietMs: number;
  readonly allowedLatenessMs: number;
}

/** Takes part in building; what others see is `Series` and `CompiledRule`. */
export interface Draft {
  readonly series: { -readonly [K in keyof Series]: Series[K] } & { readonly rules: CompiledRule[] };
}

/**
 * Lays the rules out as series. `earlier` are the selections of incidents that are still held: their ids keep a number.
 */
export function compileSeries(rules: readonly Rule[], earlier: readonly string[], options: CompileOptions): CompiledSeries {
  const build = new Build(rules, earlier, options);
  for (const rule of rules) if (rule.raises) build.rule(rule, 'incident');
  for (const { raises, unfiltered, exceptions } of rules)
    if (raises && unfiltered) build.rule({ ...unfiltered, exceptions }, 'suppressed');
  return build.finish();
}

export class Build {
  readonly selections = new Map<string, Selection>();
  readonly ids: string[] = [];
  readonly drafts = new Map<string, Draft>();
  readonly compiled = new Map<
    string,
    { -readonly [K in keyof CompiledRule]: CompiledRule[K] } & { readonly feeds: MatchFeed[] }
  >();
  readonly dormancies: { selection: number; dormantMs: number }[] = [];
  readonly #main: Draft;
  readonly #numbers: ReadonlyMap<string, number>;

  constructor(
    private readonly given: readonly Rule[],
    earlier: readonly string[],
    readonly options: CompileOptions,
  ) {
    for (const rule of given) for (const one of [rule, ...(rule.unfiltered ? [rule.unfiltered] : [])]) this.#note(one);
    this.ids = [...new Set([...earlier, ...this.selections.keys()])];
    this.#numbers = new Map(this.ids.map((id, number) => [id, number]));
    this.#main = {
      series: { index: 0, key: 'main', kind: 'main', feeds: [], rules: [], horizonMs: 0, inputs: 0, spreads: false },
    };
  }

  numberOf(selection: Selection): number {
    return this.#numbers.get(selection.id) ?? 0;
  }

  rule(rule: Rule, raises: CompiledRule['raises']): CompiledRule {
    return compileRule(this, rule, raises);
  }

  main(): Draft {
    return this.#main;
  }

  other(kind: 'count' | 'ordered', key: string, feeds: readonly RowFeed[], spreads: boolean, inputs: number): Draft {
    const known = this.drafts.get(key);
    if (known) return known;
    const draft: Draft = { series: { index: this.drafts.size + 1, key, kind, feeds, rules: [], horizonMs: 0, inputs, spreads } };
    this.drafts.set(key, draft);
    return draft;
  }

  dormancy(selection: number, dormantMs: number): number {
    const known = this.dormancies.find((one) => one.selection === selection);
    if (!known) return this.dormancies.push({ selection, dormantMs }) - 1;
    known.dormantMs = Math.min(known.dormantMs, dormantMs);
    return this.dormancies.indexOf(known);
  }

  latenessOf(rule: Rule): number {
    return rule.allowedLatenessMs ?? this.options.allowedLatenessMs;
  }

  finish(): CompiledSeries {
    const rules = [...this.compiled.values()];
    const lateness = Math.max(this.options.allowedLatenessMs, ...rules.map(({ rule }) => this.latenessOf(rule)));
    const others = [...this.drafts.values()].map(({ series }) => series);
    for (const series of [this.#main.series, ...others])
      series.horizonMs = Math.max(
        0,
        ...series.rules.map(({ timespanMs, settleMs, rule }) => timespanMs + settleMs + this.latenessOf(rule)),
      );
    const main = this.#main.series;
    main.horizonMs = Math.max(main.horizonMs, this.options.quietMs + lateness);
    if (this.options.holdsReach)
      main.horizonMs = Math.max(main.horizonMs, lateness + Math.max(0, ...rules.map((rule) => rule.reachMs + rule.settleMs)));
    const behindMs = this.ids.map(() => Number.POSITIVE_INFINITY);
    const reachMs = this.ids.map(() => 0);
    for (const one of rules)
      for (const id of lookedAt(one.rule)) {
        const number = this.#numbers.get(id) ?? 0;
        behindMs[number] = Math.min(behindMs[number] ?? 0, one.series.horizonMs - one.timespanMs - one.settleMs);
        reachMs[number] = Math.max(reachMs[number] ?? 0, one.reachMs);
      }
    return {
      selectionIds: this.ids,
      live: [...this.selections.values()].map((selection) => ({ number: this.numberOf(selection), selection })),
      main,
      others,
      rules,
      dormancies: this.dormancies,
      mainSlots: Math.max(1, main.rules.length),
      otherSlots: slotsOf(others.filter(({ spreads }) => !spreads)),
      spreadSlots: slotsOf(others.filter(({ spreads }) => spreads)),
      allowedLatenessMsMax: lateness,
      reach: reachOf(this.given),
      reachMs,
      behindMs,
      horizonMsMax: Math.max(main.horizonMs, lateness + Math.max(0, ...reachMs)),
    };
  }

  #note(rule: Rule): void {
    this.selections.set(rule.selection.id, rule.selection);
    for (const { excluded } of rule.exceptions) this.selections.set(excluded.id, excluded);
    for (const input of rule.inputs)
      if (input.kind === 'rows') this.selections.set(input.selection.id, input.selection);
      else this.#note(input.rule);
  }
}

function slotsOf(series: readonly Series[]): number {
  return Math.max(1, ...series.map(({ rules }) => rules.length));
}

/** Ids of the selections whose accesses decide about the rule. */
function lookedAt(rule: Rule): ReadonlySet<string> {
  const inputs = rule.inputs.flatMap((input) => (input.kind === 'rows' ? [input.selection.id] : [...lookedAt(input.rule)]));
  return new Set([rule.selection.id, ...inputs]);
}
