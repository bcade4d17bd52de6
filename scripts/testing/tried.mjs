/** What `npm run test:properties` has tried: a line for each property, and the sentence at the end of the run. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from '../prepare.mjs';

const file = join(root, '.cache', 'tried.jsonl');

/** The variables of a run that tries each property by this many turns, of this seed and the next ones. */
export function triedBegin(turns, seed) {
  rmSync(file, { force: true });
  return { VIGIE_TEST_TRIED: file, VIGIE_TEST_TURNS: String(turns), VIGIE_TEST_SEED: String(seed) };
}

/** The line of a property that was tried with so many cases; `cut` where the time was over before all its turns. `where` is the state of Jest's `expect`. */
export function lineOf({ testPath, currentTestName }, cases, cut) {
  return `${JSON.stringify({ file: relative(root, testPath), test: currentTestName, cases, cut })}\n`;
}

/** In words, with those that were cut by name. */
export function triedInWords() {
  const all = existsSync(file)
    ? readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];
  const cases = all.reduce((sum, one) => sum + one.cases, 0);
  return [
    ...all.filter(({ cut }) => cut).map((one) => `ten minutes were over after ${one.cases} cases: ${one.file}: ${one.test}`),
    `${all.length} properties held in ${cases} cases; ${relative(root, file)} has them one by one`,
  ].join('\n');
}
