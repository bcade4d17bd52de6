/**
 * fast-check as test files see it otherwise: the same cases at every run, so that a change is judged by what it changes, and not by a case that nobody has
 * met before. New ones are what `npm run test:properties` and `npm run test:long` are for. `VIGIE_TEST_SEED` tries others, and `VIGIE_TEST_PATH` one of them
 * alone: the path that a failure names, or the beginning of it, from which it is shrunk again.
 */
import * as fc from 'fast-check';
import { stringsOf } from './characters.mjs';

export * from 'fast-check';

export const string = stringsOf(fc);

const usualSeed = 20_261_130;

const path = process.env.VIGIE_TEST_PATH;

/** As fast-check's. */
export function assert(property, given = {}) {
  return fc.assert(property, path === undefined ? given : { ...given, path, numRuns: 1 });
}

fc.configureGlobal({ seed: Number(process.env.VIGIE_TEST_SEED ?? usualSeed) });
