import { csvCell, spreadsheetText } from '#libs/contracts/csv-cell.js';
import { canonicalAuthority, canonicalIdentifier, groupAuthority } from './canonical.js';
import type { GroupKeys } from './key-ring.js';

export interface PseudonymiseOptions {
  /** The assigning authority of the identifiers; without it, the group's shared one. */
  readonly authority?: string | undefined;
  /** A key other than the one in use, for rows written before a rotation. */
  readonly keyId?: string | undefined;
}

/**
 * The hospital's own tool: identifiers, one a line, to `id,pseudonym` lines (with a heading), by the very function of the edge. It runs
 * where the key is; its output joins Vigie's lists to the patient index. Empty lines are left out. Throws when the key id is unknown.
 */
export async function* pseudonymiseLines(
  lines: AsyncIterable<string> | Iterable<string>,
  keys: GroupKeys,
  options: PseudonymiseOptions = {},
): AsyncGenerator<string> {
  const pseudonymiser = options.keyId ? keys.of(options.keyId) : keys.active;
  if (!pseudonymiser) throw new Error(`the group ${keys.groupId} has no key ${options.keyId}; it has ${keys.keyIds.join(', ')}`);
  const authority = options.authority ? canonicalAuthority(options.authority) : groupAuthority(keys.groupId);
  yield 'id,pseudonym\n';
  for await (const line of lines) {
    const identifier = canonicalIdentifier(line);
    if (identifier) yield `${csvCell(spreadsheetText(line.trim()))},${pseudonymiser.of(authority, identifier)}\n`;
  }
}
