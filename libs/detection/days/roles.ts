import type { Texts } from '../memory/texts.js';
import type { DayTable } from './day-table.js';
import type { Giving } from './giving.js';

/** Roles and kinds that are told apart; another one counts as not known, so that nobody fills the memory with them. */
const textsMax = 4_096;

/** Roles and kinds of accounts on their days. */
export class Roles {
  constructor(
    private readonly table: DayTable,
    private readonly texts: Texts,
    private readonly giving: Giving,
  ) {}

  /** What an access at `time` says of the account. Of the day its newest access that says so counts, of one time the first text in order. */
  note(record: number, role: number, kind: number, time: number): void {
    const { table } = this;
    if (role > 0 && this.#isNewer(role, table.role(record), time, table.roleAt(record))) {
      if (role !== table.role(record)) this.giving.change(record);
      table.setRole(record, role, time);
    }
    if (kind > 0 && this.#isNewer(kind, table.kind(record), time, table.kindAt(record))) {
      if (kind !== table.kind(record)) this.giving.change(record);
      table.setKind(record, kind, time);
    }
  }

  #isNewer(text: number, known: number, time: number, at: number): boolean {
    if (time !== at || known === 0) return time >= at || known === 0;
    return this.texts.text(text) < this.texts.text(known);
  }

  /** The number of a text that rows say, most often the known one; 0 for none. */
  textOf(bytes: Uint8Array, view: DataView, start: number, end: number, known: number): number {
    if (this.texts.isAt(known, bytes, start, end)) return known;
    return end === 0 || this.texts.count >= textsMax ? 0 : this.texts.ofBytes(bytes, view, start, end);
  }
}
