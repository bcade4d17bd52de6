import type { Texts } from '../memory/texts.js';
import { type DayTable, flag } from './day-table.js';
import type { Giving } from './giving.js';
import type { AccountNumber, Milliseconds } from '../scan/kinds.js';

/** Roles and kinds that are told apart; another one counts as not known, so that nobody fills the memory with them. */
const textsMax = 4_096;
/** The number of the text of an access that says no role, or no kind. */
const none = 0;

/** Roles and kinds of accounts on their days. */
export class Roles {
  /** Of days whose accesses say several roles, all of them. */
  readonly #several = new Map<number, readonly number[]>();
  /** Days to which another role has come since, or none beside one, and which: less may be told on them than was thought. */
  readonly further = new Map<number, number[]>();

  constructor(
    private readonly table: DayTable,
    private readonly texts: Texts,
    private readonly giving: Giving,
  ) {}

  /** What an access at `time` says of the account. Of the day its newest access that says so counts, of one time the first text in order. */
  note(record: number, role: number, kind: number, time: Milliseconds): void {
    const { table } = this;
    if (role !== none && kind !== none && table.saysAgain(record, role, kind, time)) return;
    const isSaid = role === none ? (table.flags(record) & flag.roleless) > 0 : role === table.role(record);
    if (!isSaid) this.#meet(record, role);
    if (role > 0 && this.#isNewer(role, table.role(record), time, table.roleAt(record))) {
      if (role !== table.role(record)) this.giving.change(record);
      table.setRole(record, role, time);
    }
    if (kind > 0 && this.#isNewer(kind, table.kind(record), time, table.kindAt(record))) {
      if (kind !== table.kind(record)) this.giving.change(record);
      table.setKind(record, kind, time);
    }
  }

  /** All that accesses of the day say, in no order; empty where none has come. */
  of(record: number): readonly string[] {
    return this.#all(record).map((role) => this.texts.text(role));
  }

  /** The roles of a day of which more than one was said; empty for others. */
  severalOf(record: number): readonly string[] {
    return (this.#several.get(record) ?? []).map((role) => this.texts.text(role));
  }

  /** Accesses of the day say these as well, empty text for none: whoever knows that has judged the day by them. */
  adopt(record: number, roles: readonly string[]): void {
    this.#add(
      record,
      roles.map((role) => this.texts.of(role)),
    );
  }

  drop(record: number): void {
    this.#several.delete(record);
    this.further.delete(record);
  }

  /** An access says what the newest one does not; to be called before that is known as the newest. */
  #meet(record: number, role: number): void {
    const before = this.#all(record);
    if (before.includes(role)) return;
    this.#add(record, [role]);
    if (before.length > 0) this.further.set(record, [...(this.further.get(record) ?? []), role]);
  }

  #add(record: number, roles: readonly number[]): void {
    const { table } = this;
    if (roles.includes(none)) table.setFlags(record, table.flags(record) | flag.roleless);
    const named = new Set([...this.#named(record), ...roles.filter((role) => role !== none)]);
    if (named.size > 1) this.#several.set(record, [...named]);
  }

  #all(record: number): readonly number[] {
    const named = this.#named(record);
    return (this.table.flags(record) & flag.roleless) > 0 ? [none, ...named] : named;
  }
  #named(record: number): readonly number[] {
    const newest = this.table.role(record);
    return this.#several.get(record) ?? (newest > 0 ? [newest] : []);
  }

  #isNewer(text: number, known: number, time: Milliseconds, at: number): boolean {
    if (time !== at || known === 0) return time >= at || known === 0;
    return this.texts.text(text) < this.texts.text(known);
  }

  /** The number of a text that rows say, most often the known one; 0 for none. */
  textOf(bytes: Uint8Array, view: DataView, start: number, end: number, known: number): number {
    if (this.texts.isAt(known, bytes, start, end)) return known;
    return end === 0 || this.texts.count >= textsMax ? 0 : this.texts.ofBytes(bytes, view, start, end);
  }
}

/** The days of accounts, and what is told of them. */
interface ToldDays {
  readonly table: DayTable;
  readonly texts: Texts;
  readonly roles: Roles;
  leastOf(account: AccountNumber, day: number, column: number, roles: readonly string[]): number;
}

/** Whether less is told of a rule on the day now that its accesses say these roles, too; it is remembered. What was asked for before a restart is no longer known, and is asked for again. */
export function lowersLeast(days: ToldDays, record: number, column: number, roles: readonly number[]): boolean {
  const { table, texts } = days;
  const said = roles.map((role) => texts.text(role));
  const before = days.roles.of(record).filter((role) => !said.includes(role));
  const leastBy = (some: readonly string[]): number => days.leastOf(table.account(record), table.day(record), column, some);
  const known = table.least(record, column) || leastBy(before);
  const least = leastBy(said);
  if (least >= known) return false;
  table.setLeast(record, column, least);
  return true;
}
