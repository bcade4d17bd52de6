import type { AccessRow } from '#libs/contracts/access-row.js';
import type { LiveSelection } from '../compile/series.js';
import { noSelections, type SelectionSets } from '../memory/selection-sets.js';
import type { ScannedRow } from '../scan/scanned-row.js';
import type { AccountNumber } from '../scan/kinds.js';

/**
 * Selections that incidents were told by and that no rule has any more, since a list that they ask, or the rule itself, is another. The store
 * lists an incident by the selections that it names, so the accesses of these accounts go on being asked for them: else the list would have
 * accesses that the figure has not. Other accounts pay nothing for it.
 */
export class FormerSelections {
  /** Whether no account has any: then nothing needs to be asked. Each row looks. */
  isNone = true;
  /** By account; where accounts of another state have some, also those that were looked up and have none. */
  readonly #byAccount = new Map<number, readonly LiveSelection[]>();
  /** By the key of an account of the state that this one stands beside. */
  #byKey: ReadonlyMap<string, readonly LiveSelection[]> = new Map();
  /** Of the selections of rules. */
  readonly #live: number;

  constructor(
    /** Those whose condition is known. */
    readonly known: readonly LiveSelection[],
    live: readonly LiveSelection[],
    private readonly sets: SelectionSets,
    private readonly wholeRow: (row: ScannedRow) => Partial<AccessRow>,
  ) {
    this.#live = sets.of(live.map(({ number }) => number));
  }

  /** Whether a rule has one of the set. */
  isLive(set: number): boolean {
    return this.sets.meet(set, this.#live);
  }

  /** Those of a set that no rule has. */
  within(set: number): number {
    return this.sets.without(set, this.#live);
  }

  /** The set of an account's former selections that take the row. Its account has been looked up, 0 for a new one. */
  of(row: ScannedRow): number {
    const asked = this.#asked(row);
    if (!asked || asked.length === 0) return noSelections;
    const whole = this.wholeRow(row);
    return this.sets.of(asked.flatMap(({ number, selection }) => (selection.matches(whole) ? number : [])));
  }

  /** Says what the incidents of an account name. */
  note(account: AccountNumber, named: number): void {
    const asked = this.known.filter(({ number }) => this.sets.has(named, number));
    if (asked.length === 0) return this.forget(account);
    this.#byAccount.set(account, asked);
    this.isNone = false;
  }

  forget(account: AccountNumber): void {
    this.#byAccount.delete(account);
    this.isNone = this.#byAccount.size === 0 && this.#byKey.size === 0;
  }

  /** Asks as another does, whose accounts have other numbers; `keyOf` an account there. */
  standBeside(other: FormerSelections, keyOf: (account: AccountNumber) => Uint8Array | undefined): void {
    this.#byKey = new Map([...other.#byAccount].map(([account, asked]) => [nameOf(keyOf(account) ?? noKey), asked]));
    this.isNone &&= this.#byKey.size === 0;
  }

  #asked(row: ScannedRow): readonly LiveSelection[] | undefined {
    const asked = this.#byAccount.get(row.account);
    if (asked || this.#byKey.size === 0) return asked;
    const found = this.#byKey.get(nameOf(row.keyBytes.subarray(row.accountStart, row.accountEnd))) ?? none;
    if (row.account !== 0) this.#byAccount.set(row.account, found);
    return found;
  }
}

const none: readonly LiveSelection[] = [];
const noKey = new Uint8Array(0);

function nameOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}
