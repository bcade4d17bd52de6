// compile/: lays rules out as series, so that all over the same inputs share their windows.
// It plans; what windows hold lies in memory, and judge follows the plan.

import { isStoredSubject } from '#libs/contracts/vocabulary.js';
import type { HabitRule } from '#libs/habits/seams.js';
import { reachOf } from '../rule/reach.js';
import type { Rule, Selection } from '../rule/rule.js';
import type { CompiledRule, CompiledSeries, CompileOptions, DayCount, MatchFeed, Series } from './series.js';
import { outside } from '../scan/outside.js';
import type { Milliseconds } from '../scan/kinds.js';

/** Takes part in building; what others see is `Series` and `CompiledRule`. */
export interface Draft {
  readonly series: { -readonly [K in keyof Series]: Series[K] } & { readonly rules: CompiledRule[] };
}

/** Series and rules while they are being laid out: numbers of selections, the series met so far, and what follows from all of them. */
export class Build {
  readonly selections = new Map<string, Selection>();
  readonly ids: string[] = [];
  readonly drafts = new Map<string, Draft>();
  readonly compiled = new Map<
    string,
    { -readonly [K in keyof CompiledRule]: CompiledRule[K] } & { readonly feeds: MatchFeed[] }
  >();
  readonly dayCounts: { -readonly [K in keyof DayCount]: DayCount[K] }[] = [];
  /** What is compiled now is without exceptions. */
  isSuppressed = false;
  readonly dormancies: { selection: number; dormantMs: Milliseconds }[] = [];
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
      series: {
        index: 0,
        key: 'main',
        kind: 'main',
        feeds: [],
        rules: [],
        horizonMs: 0,
        inputs: 0,
        spreads: false,
        amounts: false,
      },
    };
  }

  numberOf(selection: Selection): number {
    return this.#numbers.get(selection.id) ?? 0;
  }

  main(): Draft {
    return this.#main;
  }

  other(given: Omit<Series, 'index' | 'rules' | 'horizonMs'>): Draft {
    const known = this.drafts.get(given.key);
    if (known) return known;
    const draft: Draft = { series: { ...given, index: this.drafts.size + 1, rules: [], horizonMs: 0 } };
    this.drafts.set(given.key, draft);
    return draft;
  }

  dormancy(selection: number, dormantMs: Milliseconds): number {
    const known = this.dormancies.find((one) => one.selection === selection);
    if (!known) return this.dormancies.push({ selection, dormantMs }) - 1;
    known.dormantMs = Math.min(known.dormantMs, dormantMs);
    return this.dormancies.indexOf(known);
  }

  /** The column of a rule's counts of a day. One without its exceptions has that of the rule that has them. */
  habit(habit: HabitRule, key: string): number {
    const known = this.dayCounts.findIndex((one) => (this.isSuppressed ? one.habit.id === habit.id : one.key === key));
    return known >= 0 ? known : this.dayCounts.push({ habit, key, rule: undefined }) - 1;
  }

  learns(rule: CompiledRule): void {
    const counts = this.dayCounts[rule.habit];
    if (counts) counts.rule ??= rule;
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
        ...series.rules.map(
          ({ timespanMs, forwardMs, waitsMs, rule }) =>
            timespanMs + forwardMs + waitsMs + this.latenessOf(rule) + (rule.habit ? spareMsOf(rule) : 0),
        ),
      );
    const main = this.#main.series;
    this.#placeSlots();
    // Incidents of rules over rules begin with what the inner ones counted; and nobody else knows what subjects did that no store has.
    const { holdsReach, subject = 'account' } = this.options;
    const reaching = holdsReach || !isStoredSubject(subject) ? rules : rules.filter(({ innerMs }) => innerMs > 0);
    const reachedMs = Math.max(0, ...reaching.map((rule) => rule.reachMs + rule.waitsMs));
    main.horizonMs = Math.max(main.horizonMs, lateness + Math.max(this.options.quietMs, reachedMs));
    const behindMs = this.ids.map(() => Number.POSITIVE_INFINITY);
    const reachMs = this.ids.map(() => 0);
    for (const one of rules)
      for (const id of lookedAt(one.rule)) {
        const number = this.#numbers.get(id) ?? 0;
        behindMs[number] = Math.min(
          behindMs[number] ?? outside(),
          one.series.horizonMs - one.timespanMs - one.forwardMs - one.waitsMs,
        );
        reachMs[number] = Math.max(reachMs[number] ?? outside(), one.reachMs);
      }
    return {
      selectionIds: this.ids,
      live: [...this.selections.values()].map((selection) => ({ number: this.numberOf(selection), selection })),
      main,
      others,
      rules,
      dormancies: this.dormancies,
      dayCounts: this.dayCounts,
      daysRules: rules.filter(({ days }) => days),
      mainSlots: Math.max(1, main.rules.length),
      allowedLatenessMsMax: lateness,
      reach: reachOf(this.given),
      reachMs,
      behindMs,
      horizonMsMax: Math.max(main.horizonMs, lateness + Math.max(0, ...reachMs)),
    };
  }

  /** Bounds of the rules that most others look at the same accesses with come first: few accounts meet more than these. */
  #placeSlots(): void {
    const main = [...this.compiled.values()].filter(({ series }) => series === this.#main.series);
    const alike = [...Map.groupBy(main, ({ counted }) => counted).values()].toSorted((a, b) => b.length - a.length);
    for (const [slot, rule] of alike.flat().entries()) rule.slot = slot;
  }

  #note(rule: Rule): void {
    this.selections.set(rule.selection.id, rule.selection);
    for (const { excluded } of rule.exceptions) this.selections.set(excluded.id, excluded);
    for (const input of rule.inputs)
      if (input.kind === 'rows') this.selections.set(input.selection.id, input.selection);
      else this.#note(input.rule);
  }
}

/**
 * How much longer entries are held than judging needs, so that the largest counts of a day are found out for many accesses in one go: so often that
 * each entry is looked at some ten times for it.
 */
function spareMsOf({ timespanMs }: Rule): number {
  return Math.max(minuteMs * 10, timespanMs / 8);
}
const minuteMs = 60_000;

/** Ids of the selections whose accesses decide about the rule. */
function lookedAt(rule: Rule): ReadonlySet<string> {
  const inputs = rule.inputs.flatMap((input) => (input.kind === 'rows' ? [input.selection.id] : [...lookedAt(input.rule)]));
  return new Set([rule.selection.id, ...inputs]);
}
