import { canonicalAuthority, canonicalIdentifier, groupAuthority } from './canonical.js';
import { mistakeIn } from './identifier-line.js';
import type { GroupKeys } from './key-ring.js';

export interface CanaryPseudonyms {
  /** Each once, in order of the lines. */
  readonly pseudonyms: readonly string[];
  /** What is wrong, by line number from 1 and never with the line's text. Not empty: nothing must be stored. */
  readonly mistakes: readonly { readonly line: number; readonly reason: string }[];
  /** Lines that hold an identifier. */
  readonly identifiers: number;
}

/** Identifiers of one run. */
const identifiersMax = 10_000;

/**
 * Identifiers, one a line, to pseudonyms by the function of `pseudonymiseLines`; empty lines are left out. Those of every key of
 * the group: rows of before a rotation have an older one, and one that is to come into use must find its canaries there.
 */
export async function canaryPseudonyms(
  lines: AsyncIterable<string> | Iterable<string>,
  keys: GroupKeys,
  { authority }: { readonly authority?: string | undefined },
): Promise<CanaryPseudonyms> {
  const of = authority ? canonicalAuthority(authority) : groupAuthority(keys.groupId);
  const makers = keys.keyIds.flatMap((keyId) => keys.of(keyId) ?? []);
  const pseudonyms = new Set<string>();
  const mistakes: { line: number; reason: string }[] = [];
  let identifiers = 0;
  let line = 0;
  for await (const text of lines) {
    line += 1;
    const identifier = canonicalIdentifier(text);
    if (!identifier) continue;
    const reason =
      mistakeIn(text, identifier) ?? (identifiers >= identifiersMax ? `more than ${identifiersMax} identifiers` : undefined);
    if (reason) {
      mistakes.push({ line, reason });
      continue;
    }
    identifiers += 1;
    for (const maker of makers) pseudonyms.add(maker.of(of, identifier));
  }
  return { pseudonyms: [...pseudonyms], mistakes, identifiers };
}
