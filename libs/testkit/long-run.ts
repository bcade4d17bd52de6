/**
 * True under `npm run test:long`, which takes its time: tests of which `npm test` has the smaller measure then have the larger one. What a
 * test says of its subject is the same in both.
 */
export const isLongRun = process.env['VIGIE_TEST_LONG'] === '1';
