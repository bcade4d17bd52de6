import { flag, type PendingDays } from '../pending-days.js';

/** Rows looked at between two yields. */
const rowsAtATime = 2_048;

/** Sums of a day by role, to compare everybody with the others. */
export class FirstPeers {
  readonly #all: { readonly sums: Float64Array; days: number };
  readonly #roles = new Map<number, { readonly sums: Float64Array; days: number }>();

  constructor(private readonly columns: number) {
    this.#all = { sums: new Float64Array(columns), days: 0 };
  }

  /** Of the honest days that were given; yields now and then. */
  static *of(pending: PendingDays, rows: readonly number[], flagsOf: (row: number) => number): Generator<void, FirstPeers> {
    const peers = new FirstPeers(pending.columns);
    for (const [done, row] of rows.entries()) {
      if (done % rowsAtATime === rowsAtATime - 1) yield;
      const flags = flagsOf(row);
      if (flags & flag.service || (flags & flag.told && !(flags & flag.honest))) continue;
      peers.take(pending.roleOf(row), (column) => pending.countOf(row, column));
    }
    return peers;
  }

  take(role: number, countOf: (column: number) => number): void {
    let own = this.#roles.get(role);
    if (!own) this.#roles.set(role, (own = { sums: new Float64Array(this.columns), days: 0 }));
    for (const peers of [own, this.#all]) {
      peers.days += 1;
      for (let column = 0; column < this.columns; column += 1) peers.sums[column] = (peers.sums[column] ?? 0) + countOf(column);
    }
  }

  /** The mean of the others of the role, of everybody where they are fewer than three. */
  without(role: number, column: number, count: number): number {
    const own = this.#roles.get(role);
    const { sums, days } = own && own.days > 3 ? own : this.#all;
    return ((sums[column] ?? 0) - count) / Math.max(1, days - 1);
  }
}
