import type { Candidate } from './mixture.js';

/** Who opened what: of patients drawn at random and of the sample, the places of the accounts. */
export interface Holdings {
  readonly pool: readonly (readonly number[])[];
  readonly sample: readonly (readonly number[])[];
  /** Patients of each account, by its place. */
  readonly sizes: readonly number[];
  /** Patients that anybody opened. */
  readonly patients: number;
}

/** Colleagues share this part of the smaller one's patients at least, and this many times what chance would have them share. */
const sharedMin = 0.1;
const liftMin = 3;
/** Patients of the pool that two accounts must have in common, so that the figures mean something. */
const seenMin = 3;
/** From this share of their common patients on two accounts are told as alike, not as colleagues: one must not excuse the other. */
const twinShare = 0.5;

/**
 * The patients of the colleagues of an account: of the accounts that open the same ones as it does, much more often than chance, and its own
 * where they are no more than theirs. A sample of a ward's patients is explained by the ward, whoever of it opened most; undefined for an account without colleagues.
 */
export function circleOf(account: number, { pool, sample, sizes, patients }: Holdings): Candidate | undefined {
  const scale = pool.length > 0 ? patients / pool.length : 0;
  const seen = new Int32Array(sizes.length);
  for (const holders of pool) if (holders.includes(account)) for (const one of holders) seen[one] = (seen[one] ?? 0) + 1;
  const own = sizes[account] ?? 0;
  const colleagues = new Uint8Array(sizes.length);
  for (const [other, size] of sizes.entries()) {
    const shared = (seen[other] ?? 0) * scale;
    const isTwin = shared >= twinShare * (own + size - shared);
    const isNear = shared >= sharedMin * Math.min(own, size) && shared >= (liftMin * own * size) / patients;
    if (other !== account && (seen[other] ?? 0) >= seenMin && isNear && !isTwin) colleagues[other] = 1;
  }
  const theirs = unionOf(colleagues, scale, { pool, sample });
  if (theirs.rows.length === 0) return undefined;
  // Somebody of the ward is one of it, with what nobody else opened; who opened as many as all the others together is not excused by them.
  if (own > theirs.size) return theirs;
  colleagues[account] = 1;
  return unionOf(colleagues, scale, { pool, sample });
}

/** The patients that any of these accounts opened. */
function unionOf(accounts: Uint8Array, scale: number, { pool, sample }: Pick<Holdings, 'pool' | 'sample'>): Candidate {
  const isTheirs = (holders: readonly number[]) => holders.some((one) => accounts[one] === 1);
  const rows = sample.flatMap((holders, row) => (isTheirs(holders) ? [row] : []));
  const size = pool.reduce((count, holders) => count + (isTheirs(holders) ? 1 : 0), 0) * scale;
  return { size: Math.max(rows.length, size), rows };
}
