import type { LedgerCase, LedgerReader } from '#libs/access-store/dossiers/ledger-reader.js';
import { ConfigError } from '#libs/runtime/config.js';

/** Ids that are told when a prefix is not unique. */
const toldMax = 5;

/** The one case whose id begins so. Throws a sentence for a person when there is none, or more than one. */
export async function oneCase(reader: Pick<LedgerReader, 'cases'>, prefix: string): Promise<LedgerCase> {
  const digits = prefix.toLowerCase();
  if (!/^[0-9a-f]{1,32}$/.test(digits))
    throw new ConfigError(`"${prefix.slice(0, 50)}" is no id of a case: 32 hexadecimal digits, or the first of them`);
  const found = await reader.cases(digits, toldMax + 1);
  const [one] = found;
  if (!one)
    throw new Error(
      `ClickHouse knows no case whose id begins with ${digits}: SELECT case_id FROM vigie.dossier_incidents lists them`,
    );
  if (found.length === 1) return one;
  const count = found.length > toldMax ? `more than ${toldMax}` : found.length;
  const ids = found.slice(0, toldMax).map(({ case_id }) => `  ${case_id}`);
  throw new Error(`${count} cases begin with ${digits}; give more digits:\n${ids.join('\n')}`);
}

/** The group of a case: that of its first incident. */
export function groupOf({ incidents }: LedgerCase): string {
  return incidents[0]?.group_id ?? '';
}
