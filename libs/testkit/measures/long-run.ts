// measures/: how much of its subject a test tries, in a run that somebody waits for and in one that takes its time.
// Tests alone ask.

/**
 * True under `npm run test:long`, which takes its time: tests of which `npm test` has the smaller measure then have the larger one. What a
 * test says of its subject is the same in both.
 */
export const isLongRun = process.env['VIGIE_TEST_LONG'] === '1';

/** How many cases a property is tried with: the first under `npm test`, the second under `npm run test:long`. */
export function casesOf(usual: number, long: number): number {
  return isLongRun ? long : usual;
}
