import type { ChainFindings, Fault } from '#libs/audit/chain-check.js';
import type { ChainHead } from '#libs/audit/chain.js';
import { AuditReader } from '#libs/access-store/audit/audit-reader.js';
import { printable } from '#libs/contracts/visible-text.js';
import { readCommandConfig } from '../config.js';
import { alignedRows } from '../table.js';
import { withStore } from '../with-store.js';

export interface VerifyOptions {
  /** Milliseconds since 1970. */
  readonly from?: number;
  readonly to?: number;
  readonly head?: readonly ChainHead[];
}

/** Later than any row. */
const endOfTime = Date.UTC(2300, 0);

const faults: Readonly<Record<Fault, string>> = {
  changed: 'is not what was written',
  missing: 'is missing, a later one is there',
  out_of_order: 'comes after a later one',
  doubled: 'is there twice, with different contents',
  made_anew: 'is whole, and not the one whose head was kept: the chain was made anew',
  cut_off: 'is gone, with what followed it up to the head that was kept',
};

/** `vigie audit verify`: prints what holds of each chain, and the first bad row, by heads that were kept too; exit code 1 with one. */
export async function verifyCommand({ from = 0, to = endOfTime, head = [] }: VerifyOptions): Promise<void> {
  const chains = await withStore(readCommandConfig(), (client) => new AuditReader(client).check({ from, to }, head));
  for (const line of verifyText(chains)) process.stdout.write(`${line}\n`);
  if (chains.some(({ bad }) => bad)) process.exitCode = 1;
}

/** A line for each chain, in order of their beginnings, then the faults. */
export function verifyText(chains: readonly ChainFindings[]): readonly string[] {
  const ordered = printable(chains.toSorted((a, b) => (a.from < b.from ? -1 : 1)));
  const heading = ['chain', 'rows that hold', 'from', 'to', 'head'];
  const rows = ordered.map(({ chainId, holds, from, to, head }) => [chainId, String(holds), from, to, holds > 0 ? head : '']);
  const broken = ordered.flatMap(({ chainId, bad }) =>
    bad ? [`BAD  row ${bad.number} of ${chainId} ${faults[bad.fault]}`] : [],
  );
  const held = ordered.reduce((sum, { holds }) => sum + holds, 0);
  const sum = `${held} row(s) of ${ordered.length} chain(s) hold; ${broken.length === 0 ? 'none is bad' : `${broken.length} chain(s) broken`}`;
  return [...(rows.length > 0 ? alignedRows([heading, ...rows], new Set([1])) : []), ...broken, sum];
}
