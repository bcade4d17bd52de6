import type { CompiledRule } from '../compile/series.js';
import type { Days } from '../days/days.js';
import { type Entry, markOf, timeOf } from '../memory/entry.js';
import { type LedgerHeads, restMax } from '../memory/ledger-heads.js';
import type { LedgerStore } from '../memory/ledger-store.js';
import type { Marks } from '../memory/marks.js';
import { everySelection, noSelections } from '../memory/selection-sets.js';
import type { Bounds } from './bounds.js';
import type { Place } from './firing.js';
import type { LookBack } from './look-back.js';
import type { Looking, LookingTable } from './looking.js';
import type { AccountNumber, LedgerNumber, Milliseconds } from '../scan/kinds.js';

/**
 * For how many entries of a ledger no rule has to be asked. After its rules were asked, a ledger knows how far each bound lies below what its rule is
 * told from, and the least of these numbers is how many more entries may come, each of which raises every bound by one at most. They are counted, and
 * come into the bounds when another set of selections, a late entry or the last of them has the rules asked again. So rules over the
 * same accesses cost one comparison an access together, and their bounds are not read.
 *
 * Rules that go by a day are left alone for as long as nothing that is known of the day changes (`DayTable.rely`): it is the judge of this ledger alone,
 * or somebody who says so there, that changes it. Where nobody has asked what is told on the day, and the next one begins so, too, the rest goes on into that.
 */
export class Rests {
  readonly #heads: LedgerHeads;

  constructor(
    private readonly ledgers: LedgerStore,
    private readonly marks: Marks,
    private readonly bounds: Bounds,
    private readonly looking: LookingTable,
    private readonly days: Days | undefined,
  ) {
    this.#heads = ledgers.heads;
  }

  /**
   * Whether the entry, which has not been put in, says what the newest one says, a little later, and no rule has to be asked of such: most accesses of a session
   * come from one address. What is looked at of other entries would come to the same: a window that holds the newest one has not grown, and one that does not
   * holds this one alone, of which bounds are not below since they are not of that.
   */
  takesSame({ ledger, series }: Place, entry: Entry): boolean {
    const { ledgers, marks, looking } = this;
    const length = ledgers.length(ledger);
    if (length === 0) return false;
    const words = ledgers.words(ledger);
    const word = ledgers.start(ledger) + (length - 1) * ledgers.width;
    if (markOf(words, word) !== entry.mark || !ledgers.saysSame(words, word, entry)) return false;
    if (!ledgers.sameOwnSpread(words, word, entry)) return false;
    const set = marks.setOf(entry.mark);
    if (this.#heads.restSet(ledger) !== set) return false;
    return !looking.of(series, set).asksDays && timeOf(words, word) < entry.time;
  }

  /** The same of a series with cells, whose entries all count, where its value is known to be that of the newest one (`LedgerHeads.isShaped`). None that asks of days rests there. */
  takesAgain(ledger: LedgerNumber, time: Milliseconds): boolean {
    const { ledgers } = this;
    const heads = this.#heads;
    if (!heads.isShaped(ledger) || heads.restSet(ledger) !== everySelection) return false;
    return ledgers.timeAt(ledger, ledgers.length(ledger) - 1) < time;
  }

  /** Whether no rule has to be asked of the newest entry, which is none that came before. */
  takes({ ledger, account }: Place, asked: Looking, time: Milliseconds, seen: LookBack): boolean {
    const heads = this.#heads;
    const { set } = asked;
    const rest = heads.restSet(ledger);
    if (rest !== set) return rest === 0 && this.#takesFirst(ledger, account, asked, time);
    if (asked.asksDays && !this.#isSameDay(account, time, heads.restRecord(ledger)) && !this.#goesOnInto(ledger, account, time))
      return false;
    const value = seen.valueAt >= 0 && this.#covers(asked, seen.valueSet) && seen.valueAt > time - asked.timespanMs ? 0 : 1;
    const spread = this.#bringsSpread(asked, seen) ? 1 : 0;
    if ((value | spread) === 0) return true;
    return (spread === 0 || !heads.isSoleRest(ledger)) && heads.useRest(ledger, value, spread);
  }

  /** An entry was taken in, and other rules were asked of it, which changed nothing that the rest goes by: their own counts of the day are others. */
  goOn({ ledger }: Place): void {
    const record = this.#heads.restRecord(ledger);
    if (record > 0) this.days?.table.rely(record);
  }

  /** Whether the entry may bring a spread value that windows lack, where a rule asks for one. */
  #bringsSpread(asked: Looking, { newSpread, lastSet }: LookBack): boolean {
    return asked.spreads && (newSpread || !this.#covers(asked, lastSet));
  }

  /** Whether all that look at entries of the one look at those of `set`. */
  #covers({ series, set: asked }: Looking, set: number): boolean {
    return set === asked || (set !== noSelections && this.looking.beyond(series, set, asked) !== undefined);
  }

  /** Where all bounds are zero, the first entry raises them to one: that need not be written where no rule asks for so few. */
  #takesFirst(ledger: LedgerNumber, account: AccountNumber, { fresh, set, asksDays }: Looking, time: Milliseconds): boolean {
    const heads = this.#heads;
    if (fresh < 0 || heads.bounds(ledger) !== 0) return false;
    const record = asksDays ? this.#newDay(account, time) : 0;
    if (asksDays && record === 0) return false;
    heads.beginRest(ledger, set, fresh, record);
    return true;
  }

  /** A rest that goes by the minima alone holds on a day that has just begun, too. */
  #goesOnInto(ledger: LedgerNumber, account: AccountNumber, time: Milliseconds): boolean {
    if (!this.#heads.restsByMinima(ledger)) return false;
    const record = this.#newDay(account, time);
    if (record > 0) this.#heads.setRestRecord(ledger, record);
    return record > 0;
  }

  /** The day of the time, if it has just begun and a rest may go by minima alone on it; 0 if not. */
  #newDay(account: AccountNumber, time: Milliseconds): number {
    const { days } = this;
    const record = days?.at(account, time) ?? 0;
    if (record === 0 || !days?.beginsUnnoted(record, time)) return 0;
    days.table.rely(record);
    return record;
  }

  #isSameDay(account: AccountNumber, time: Milliseconds, record: number): boolean {
    const { days } = this;
    return !days || (record > 0 && days.at(account, time) === record && days.table.isReliable(record));
  }

  /** Brings the bounds up to date. From here on rules are asked of every entry, until `begin`. */
  end({ ledger, series }: Place): void {
    const heads = this.#heads;
    const set = heads.restSet(ledger);
    if (set === 0) return;
    const values = heads.restValues(ledger);
    const spreads = heads.restSpreads(ledger);
    heads.setRest(ledger, 0, 0, 0, false);
    if ((values | spreads) === 0) return;
    for (const rule of this.looking.of(series, set).rules) this.bounds.add(ledger, rule, values, spreads);
  }

  /** The rules have been asked of the newest entry: notes for how many more they need not be. */
  begin({ ledger, account }: Place, asked: Looking, time: Milliseconds, seen: LookBack): void {
    const { days } = this;
    const { rules, set } = asked;
    const record = asked.asksDays && days ? days.at(account, time) : 0;
    // Who goes from clinic to clinic all the time would end the rest with each access.
    const isSole = asked.spreads && !this.#bringsSpread(asked, seen);
    let least = restMax;
    for (let i = 0; i < rules.length; i += 1) {
      const rule = rules[i];
      if (!rule) continue;
      const left = this.#leftOf(ledger, rule, record, time, isSole);
      if (left < 0) return;
      if (left < least) least = left;
    }
    if (record > 0) days?.table.rely(record);
    this.#heads.setRest(ledger, set, least, record, isSole, record > 0 && days?.table.goesByMinima(record));
  }

  /** How many more entries may come of which the rule need not be asked; below 0 where it must be asked of each. */
  #leftOf(ledger: LedgerNumber, rule: CompiledRule, record: number, time: Milliseconds, isSole: boolean): number {
    const { bounds, days } = this;
    const upper = bounds.upper(ledger, rule);
    if (rule.habit >= 0) return days ? Math.min(restMax, days.spare(record, rule.habit, time, rule)) - upper : restMax;
    // Of a day that is not unusual such a rule is told nothing, whatever windows hold.
    if (rule.days && days?.isUsual(record) !== false) return restMax;
    const value = rule.atLeast - 1 - upper;
    if (rule.spreadAtLeast === 0) return value;
    const spread = rule.spreadAtLeast - 1 - bounds.upperSpread(ledger, rule);
    if (spread < 0) return value;
    return isSole ? restMax : Math.max(value, spread);
  }
}
