/** How strongly the accesses speak for a finding, in the words of forensic reports (ENFSI, from the Bayes factor). */
export const supports = ['weak', 'moderate', 'moderately strong', 'strong', 'very strong', 'extremely strong'] as const;
export type Support = (typeof supports)[number];

/** Bayes factors from which on each word but the first holds. */
const bounds = [10, 100, 1_000, 10_000, 1_000_000];

/** The word for the natural logarithm of a Bayes factor. */
export function supportOf(lnBayes: number): Support {
  return supports[bounds.filter((bound) => lnBayes >= Math.log(bound)).length] ?? 'weak';
}
