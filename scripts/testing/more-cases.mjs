/**
 * fast-check as test files see it under `npm run test:properties`: `assert` tries a property by many turns, each with as many cases as the test asks for and a
 * seed of its own. More turns, not longer ones, because fast-check makes larger values towards the end of a turn: each is one that `npm test` may have, and its
 * seed alone plays it again.
 */
import * as fc from 'fast-check';
import { appendFileSync } from 'node:fs';
import { stringsOf } from './characters.mjs';
import { globalsInUse } from './sources.mjs';
import { lineOf } from './tried.mjs';

export * from 'fast-check';

export const string = stringsOf(fc);

/** No turn of a property begins later than this after its first, in milliseconds: of those that start processes all turns would take hours. */
const limitMs = 10 * 60_000;
/** Of fast-check. */
const usualCases = 100;

const firstSeed = Number(process.env.VIGIE_TEST_SEED);
const turns = Number(process.env.VIGIE_TEST_TURNS);

/** As fast-check's: what it throws names seed and path of the counterexample. */
export function assert(property, given = {}) {
  const untilMs = Date.now() + limitMs;
  const [goesOn, play] = [
    (turn) => turn < turns && Date.now() < untilMs,
    (turn) => fc.assert(property, { ...given, seed: firstSeed + turn }),
  ];
  const where = globalsInUse().expect.getState();
  const note = (played) =>
    appendFileSync(process.env.VIGIE_TEST_TRIED, lineOf(where, played * (given.numRuns ?? usualCases), played < turns));
  if (property.isAsync()) return playInTurn(goesOn, play).then(note);
  let turn = 0;
  for (; goesOn(turn); turn += 1) play(turn);
  note(turn);
  return undefined;
}

async function playInTurn(goesOn, play) {
  let turn = 0;
  for (; goesOn(turn); turn += 1) await play(turn);
  return turn;
}
