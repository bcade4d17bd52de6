import type { CompiledRule, Series } from '../compile/series.js';
import { restMax } from '../memory/ledger-heads.js';
import type { SelectionSets } from '../memory/selection-sets.js';
import type { Milliseconds } from '../scan/kinds.js';

/** The rules of a series that look at accesses under one of a set of selections, and what all of them have in common. */
export interface Looking {
  readonly series: Series;
  readonly set: number;
  readonly rules: readonly CompiledRule[];
  /** The shortest of their windows, milliseconds. */
  readonly timespanMs: Milliseconds;
  /** One of them asks for a spread. */
  readonly spreads: boolean;
  /** One of them goes by what is known of the day. */
  readonly asksDays: boolean;
  /** Whether entries may be taken in of which none of them is asked (see `Rests`). */
  readonly mayRest: boolean;
  /** After the first entry of all: how many more may come, of the same spread value, before one of them can hold; -1 where they must be asked. Of a set that asks for days, on a boundless one. */
  readonly fresh: number;
}

/** What looks at which entries; rows repeat it, so each is found once. */
export class LookingTable {
  /** By series, then by set of selections. */
  readonly #known: (Looking | undefined)[][] = [];
  /** By series, then by one set and by another: see `beyond`. */
  readonly #beyond: (Looking | null | undefined)[][][] = [];

  /** `hasDays`: whether anything is known of days. */
  constructor(
    private readonly sets: SelectionSets,
    private readonly hasDays: boolean,
  ) {}

  of(series: Series, set: number): Looking {
    const known = this.#known[series.index]?.[set];
    return known?.series === series ? known : this.#note(series, set);
  }

  /** The rules that look at entries of `set` and not at those of `other`, where all that look at those of `other` look at them, too; else undefined. */
  beyond(series: Series, set: number, other: number): Looking | undefined {
    const known = this.#beyond[series.index]?.[other]?.[set];
    if (known !== undefined && (known === null || known.series === series)) return known ?? undefined;
    const { rules } = this.of(series, other);
    const isWithin = rules.every(({ counted }) => this.sets.has(set, counted));
    const made = isWithin ? this.#looking(series, set, (rule) => !rules.includes(rule)) : undefined;
    ((this.#beyond[series.index] ??= [])[other] ??= [])[set] = made ?? null;
    return made;
  }

  #note(series: Series, set: number): Looking {
    const noted = this.#looking(series, set, () => true);
    (this.#known[series.index] ??= [])[set] = noted;
    return noted;
  }

  #looking(series: Series, set: number, isAmong: (rule: CompiledRule) => boolean): Looking {
    const rules = series.rules.filter((rule) => this.sets.has(set, rule.counted) && isAmong(rule));
    const asksDays = this.hasDays && rules.some(isOfDays);
    const mayRest =
      series.kind !== 'ordered' &&
      !series.amounts &&
      // Of a series in cells several ledgers raise the counts of one day, so that one cannot go by what it saw last.
      (!asksDays || series.kind === 'main') &&
      set <= restMax &&
      rules.every(({ settleMs }) => settleMs === 0);
    return {
      series,
      set,
      rules,
      timespanMs: Math.min(...rules.map(({ timespanMs }) => timespanMs)),
      spreads: rules.some(({ spreadAtLeast }) => spreadAtLeast > 0),
      asksDays,
      mayRest,
      fresh: mayRest ? freshOf(rules.filter((rule) => this.hasDays || !isOfDays(rule))) : -1,
    };
  }
}

function isOfDays({ habit, days }: CompiledRule): boolean {
  return habit >= 0 || days;
}

/** One entry is there. Whatever asks for two spread values lacks one. */
function freshOf(rules: readonly CompiledRule[]): number {
  return Math.min(
    restMax,
    ...rules.map(({ atLeast, spreadAtLeast, days }) => (spreadAtLeast > 1 || days ? restMax : atLeast - 2)),
  );
}
