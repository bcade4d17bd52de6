/**
 * Numbers that stand for something, so that the compiler refuses one in place of another: an account's number as a ledger's, a time as a mark. A plain number may become any of
 * them, as what is read from a column or added up does; they cost nothing where code runs.
 */
interface Kind<Name extends string> {
  readonly kind?: Name;
}

/** The number of an account in its table, from 0. */
export type AccountNumber = number & Kind<'account'>;
/** The number of a ledger in its store, from 1; 0 for none. */
export type LedgerNumber = number & Kind<'ledger'>;
/** What an entry says besides value and time, 22 bits, given out as they are met. */
export type MarkNumber = number & Kind<'mark'>;
/** Event or wall time since 1970, or a length of time: milliseconds both. */
export type Milliseconds = number & Kind<'milliseconds'>;
