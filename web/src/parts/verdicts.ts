import type { Verdict } from '#libs/contracts/case-action.js';

/** In the order in which they are offered. The contract's own list would bring the whole of its library along. */
export const verdictList = [
  'true_positive',
  'suspicious',
  'authorised',
  'false_positive',
  'test',
  'duplicate',
  'insufficient_data',
] as const satisfies readonly Verdict[];
