import { csvCell, spreadsheetText } from '#libs/contracts/csv-cell.js';
import { canonicalAuthority, canonicalIdentifier, groupAuthority } from './canonical.js';
import { mistakeIn } from './identifier-line.js';
import type { GroupKeys } from './key-ring.js';
import type { Pseudonymiser } from './pseudonymiser.js';

export interface PseudonymiseOptions {
  /** The assigning authority of the identifiers; without it, the group's shared one. */
  readonly authority?: string | undefined;
  /** The keys whose pseudonyms are asked for: rows of before a rotation have those of an older one. */
  readonly keyIds: readonly string[];
}

/**
 * The hospital's own tool: identifiers, one a line, to `id,pseudonym` lines (with a heading), one for each key, by the very function of the
 * edge. It runs where the key is; its output joins Vigie's lists to the patient index. Empty lines are left out. Throws when a key id is unknown, and at a line that
 * is no identifier, by its number.
 */
export async function* pseudonymiseLines(
  lines: AsyncIterable<string> | Iterable<string>,
  keys: GroupKeys,
  options: PseudonymiseOptions,
): AsyncGenerator<string> {
  const makers = options.keyIds.map((keyId) => makerOf(keys, keyId));
  const authority = options.authority ? canonicalAuthority(options.authority) : groupAuthority(keys.groupId);
  yield 'id,pseudonym\n';
  let number = 0;
  for await (const line of lines) {
    number += 1;
    const identifier = canonicalIdentifier(line);
    if (!identifier) continue;
    const mistake = mistakeIn(line, identifier);
    if (mistake) throw new Error(`line ${number} of the identifiers: ${mistake}`);
    for (const maker of makers) yield `${csvCell(spreadsheetText(line.trim()))},${maker.of(authority, identifier)}\n`;
  }
}

function makerOf(keys: GroupKeys, keyId: string): Pseudonymiser {
  const maker = keys.of(keyId);
  if (!maker) throw new Error(`the group ${keys.groupId} has no key ${keyId}; it has ${keys.keyIds.join(', ')}`);
  return maker;
}
