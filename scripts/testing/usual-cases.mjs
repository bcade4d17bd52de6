/**
 * fast-check as test files see it otherwise: the same cases at every run, so that a change is judged by what it changes, and not by a case that nobody has
 * met before. New ones are what `npm run test:properties` and `npm run test:long` are for. `VIGIE_TEST_SEED` tries others.
 */
import * as fc from 'fast-check';
import { stringsOf } from './characters.mjs';

export * from 'fast-check';

export const string = stringsOf(fc);

const usualSeed = 20_261_130;

fc.configureGlobal({ seed: Number(process.env.VIGIE_TEST_SEED ?? usualSeed) });
