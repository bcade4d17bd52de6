import type { CompiledRule } from '../compile/series.js';
import type { LedgerStore } from '../memory/ledger-store.js';
import type { Bounds } from './bounds.js';
import type { Place } from './firing.js';
import type { KnownFirings } from './known-firings.js';
import type { LateBounds } from './late-bounds.js';
import type { Looking } from './looking.js';
import type { LedgerNumber, Milliseconds } from '../scan/kinds.js';

/** Ledgers of which something is known at most, and sets of selections of one. */
const ledgersMax = 1_024;
const setsMax = 4;
/** Entries in a ledger from which on it is worth knowing. */
const entriesMin = 128;
/** Entries after which it is looked again which rules hold. */
const usesMax = 256;
/** With fewer rules that hold it is no gain. */
const coveredMin = 2;

/** What late entries of one set of selections need not be asked about. */
interface LateRest {
  readonly set: number;
  /** Rules that hold at every time that such an entry can reach, and those that are asked of each entry all the same. */
  readonly covered: readonly CompiledRule[];
  readonly each: readonly CompiledRule[];
  /** The covered ones hold at times above `from`, gaps shorter than quiet, up to `until`, event time in ms. */
  from: number;
  until: number;
  /** Entries that came since bounds were brought up to date, how many of these may have brought a spread value, and the oldest. */
  owed: number;
  owedSpreads: number;
  oldest: number;
  uses: number;
}

/**
 * Of an account that is being emptied most rules hold all the time, and a late access among their firings tells nothing: it only raises bounds. So for late
 * entries, too, a ledger may rest: as long as the newest entry is one at which these rules hold, late ones behind the first firing are counted, and come into the
 * bounds when the rules are asked again. What else is asked of them, days, silences and rules that do not hold, is asked as ever.
 */
export class LateRests {
  /** By ledger. */
  readonly #known = new Map<number, LateRest[]>();

  constructor(
    private readonly ledgers: LedgerStore,
    private readonly bounds: Bounds,
    private readonly late: LateBounds,
    private readonly fired: KnownFirings,
    /** Without it rules that go by days never hold. */
    private readonly hasDays: boolean,
    private readonly least = entriesMin,
  ) {}

  /** The rules that must be asked of the late entry, which has come in at `time` and is none that came before; undefined for all of them. */
  takes({ ledger }: Place, { set }: Looking, time: Milliseconds): readonly CompiledRule[] | undefined {
    const rests = this.#known.size === 0 ? undefined : this.#known.get(ledger);
    const rest = rests?.find((one) => one.set === set);
    if (!rests || !rest) {
      if (rests) this.#settleAll(ledger, rests);
      return undefined;
    }
    if (rest.uses >= usesMax || !this.#holds(ledger, rest, time)) {
      this.#settleAll(ledger, rests);
      rests.splice(rests.indexOf(rest), 1);
      return undefined;
    }
    rest.uses += 1;
    rest.owed += 1;
    if (!this.ledgers.hasSoleSpread(ledger)) rest.owedSpreads += 1;
    if (time < rest.oldest) rest.oldest = time;
    return rest.each;
  }

  #holds(ledger: LedgerNumber, rest: LateRest, time: Milliseconds): boolean {
    const newest = this.ledgers.timeAt(ledger, this.ledgers.length(ledger) - 1);
    if (newest > rest.until) {
      [rest.from, rest.until] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
      for (const rule of rest.covered) {
        const { from, to } = this.fired.of(ledger, rule);
        rest.from = Math.max(rest.from, from);
        rest.until = Math.min(rest.until, to);
      }
    }
    return time > rest.from && newest <= rest.until;
  }

  /** All rules have been asked of a late entry at `time`: notes which need not be. */
  begin({ ledger, series }: Place, { set, rules }: Looking, time: Milliseconds): void {
    const { ledgers, fired } = this;
    const length = ledgers.length(ledger);
    if (length < this.least || rules.length < coveredMin || series.kind === 'ordered' || ledgers.amounts) return;
    const newest = ledgers.timeAt(ledger, length - 1);
    const covered: CompiledRule[] = [];
    const each: CompiledRule[] = [];
    for (const rule of rules) {
      if (!this.hasDays && (rule.habit >= 0 || rule.days)) continue;
      const { isKnown, from, to } = fired.of(ledger, rule);
      (isPlain(rule) && isKnown && time > from && newest <= to ? covered : each).push(rule);
    }
    if (covered.length < coveredMin) return;
    const begun = {
      set,
      covered,
      each,
      from: time,
      until: Number.NEGATIVE_INFINITY,
      owed: 0,
      owedSpreads: 0,
      oldest: Number.POSITIVE_INFINITY,
      uses: 0,
    };
    if (!this.#known.has(ledger) && this.#known.size >= ledgersMax) this.#letGo();
    const others = this.#known.get(ledger) ?? [];
    this.#settleAll(ledger, others);
    // What is asked of each entry goes by bounds that must be up to date, so that no two may disagree about a rule.
    const agreeing = others.filter((other) => other.set !== set && !meet(other.each, covered) && !meet(other.covered, each));
    this.#known.set(ledger, [...agreeing.slice(1 - setsMax), begun]);
  }

  /** Brings the bounds up to date; to be called before rules are asked of the newest entry. */
  settle(ledger: LedgerNumber): void {
    const rests = this.#known.size === 0 ? undefined : this.#known.get(ledger);
    if (rests) this.#settleAll(ledger, rests);
  }

  forget(ledger: LedgerNumber): void {
    if (this.#known.size > 0) this.#known.delete(ledger);
  }

  #settleAll(ledger: LedgerNumber, rests: readonly LateRest[]): void {
    for (const rest of rests) if (rest.owed > 0) this.#settle(ledger, rest);
  }

  #settle(ledger: LedgerNumber, rest: LateRest): void {
    const { covered, owed, owedSpreads, oldest } = rest;
    const stretches = this.late.of(ledger);
    for (const rule of covered) {
      this.bounds.add(ledger, rule, owed, owedSpreads);
      stretches?.[rule.slot]?.raiseFrom(oldest, owed, owedSpreads);
    }
    rest.owed = 0;
    rest.owedSpreads = 0;
    rest.oldest = Number.POSITIVE_INFINITY;
  }

  /** Forgets the ledger that is known for longest. */
  #letGo(): void {
    for (const [ledger, rests] of this.#known) {
      this.#settleAll(ledger, rests);
      this.#known.delete(ledger);
      return;
    }
  }
}

/** Whether nothing but its counts decides about the rule, and nothing but incidents goes by its firings. */
function isPlain({ settleMs, dormancy, habit, days, feeds }: CompiledRule): boolean {
  return settleMs === 0 && dormancy < 0 && habit < 0 && !days && feeds.length === 0;
}

function meet(some: readonly CompiledRule[], others: readonly CompiledRule[]): boolean {
  return some.some((rule) => others.includes(rule));
}
