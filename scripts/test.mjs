/**
 * `npm test [-- pattern] [jest options]`: prepares, then runs the tests; the last line counts them.
 *
 *   npm test                        every test
 *   npm test -- window-count        the files whose path holds this; compiles nothing first unless they start processes of their own
 *   npm test -- engine -t 'late'    of these, the tests whose name holds this
 *   npm run watch [-- pattern]      again whenever a file changes
 *   npm test -- --isolated          modules are loaded for each file anew, not once for all files of a worker
 *   npm test -- --times             says at the end what each file cost
 *   npm run test:long               the random histories at length, with seeds of their own (printed), and more faults and larger hospitals
 *   npm run test:properties         every property, with twenty times its cases and seeds of their own (printed)
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { build, environment, install, node, root, say } from './prepare.mjs';
import { memoryFolder } from './testing/memory-folder.mjs';
import { needsBuild, needsPages } from './testing/needs-build.mjs';
import { beginRun, endRun } from './testing/run-wide.mjs';
import { timesBegin, timesTable } from './testing/times.mjs';
import { triedBegin, triedInWords } from './testing/tried.mjs';

/** Random histories of `npm run test:long`, where `VIGIE_TEST_HISTORIES` does not say otherwise. */
const longHistories = 10_000;

/** How often `npm run test:properties` tries each property, where `VIGIE_TEST_TURNS` does not say otherwise; and what a test may take of it. */
const propertyTurns = 20;
const propertyTestMs = 3 * 3_600_000;

/** Lines that the end of a run repeats of one failure; the whole stands where it happened. */
const failureLinesMax = 30;

const jest = [
  '--experimental-vm-modules',
  '--no-warnings=ExperimentalWarning',
  join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
];

const given = process.argv.slice(2);
const args = given.filter((arg) => !['--long', '--properties', '--isolated', '--times'].includes(arg));
const long = given.includes('--long');
const properties = given.includes('--properties');
const watch = args.includes('--watch');
const times = given.includes('--times');
/** Who watches changes modules, and wants to see the new ones. */
const isolated = watch || given.includes('--isolated');
/** What all processes of the tests get: those that they start compile what others have compiled before only once. */
const env = {
  ...environment(),
  ...(isolated && { VIGIE_TEST_ISOLATED: '1' }),
  ...(times && timesBegin()),
  // Properties make much that lives shortly: with room for it, collecting it takes a tenth less of the processor.
  NODE_OPTIONS: '--experimental-vm-modules --max-semi-space-size=64',
};

install();
const files = chosenFiles().filter(takesPart);
// Beside each other, since either keeps one processor busy.
const pages = needsPages(files) ? spawn(node, [join(root, 'scripts', 'compile', 'pages.mjs')], { stdio: 'inherit' }) : undefined;
const pagesEnd = pages && once(pages, 'exit');
if (needsBuild(files)) build();
const [pagesCode] = (await pagesEnd) ?? [0];
if (pagesCode !== 0) process.exit(pagesCode ?? 1);
if (watch) process.exit(run([...args], 'inherit').status ?? 1);

const runFolder = beginRun();
// Long runs make gigabytes.
const kept = process.env.TMPDIR || long || properties ? undefined : memoryFolder();
const report = join(root, '.cache', 'test-report.json');
mkdirSync(join(root, '.cache'), { recursive: true });
rmSync(report, { force: true });
const outcome = run(
  [
    // Native addons keep handles that Node waits for in vain when its end comes by itself; what tests leave open shows --detectOpenHandles.
    '--forceExit',
    `--reporters=${join(root, 'scripts', 'testing', 'progress-reporter.mjs')}`,
    '--json',
    `--outputFile=${report}`,
    ...args,
    ...(properties ? [`--testTimeout=${propertyTestMs}`] : []),
    ...(long || properties ? ['--runTestsByPath', ...files] : []),
  ],
  ['inherit', 'ignore', 'inherit'],
  { VIGIE_TEST_RUN: runFolder, ...(kept && { TMPDIR: kept }), ...(long && longRun()), ...(properties && propertyRun()) },
);
const keptMs = endRun(runFolder);
if (kept) rmSync(kept, { recursive: true, force: true, maxRetries: 5 });
const counts = readCounts();
if (times) console.log(timesTable(keptMs));
if (properties) console.log(triedInWords());
for (const failure of counts.failures) console.log(failure);
for (const name of counts.skippedNames) console.log(`skipped: ${name}`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(outcome.status ?? 1);

function run(options, stdio, more = {}) {
  return spawnSync(node, [...jest, ...options], { cwd: root, stdio, env: { ...env, ...more } });
}

/** The files that Jest will run, asked of Jest itself. */
function chosenFiles() {
  const options = args.filter((arg) => arg !== '--watch');
  const listed = spawnSync(node, [...jest, '--listTests', '--json', ...options], {
    cwd: root,
    encoding: 'utf8',
    env,
  });
  if (listed.status !== 0) {
    process.stderr.write(listed.stderr);
    process.exit(listed.status ?? 1);
  }
  const files = JSON.parse(listed.stdout);
  if (files.length === 0) {
    say(
      `no test file matches ${options.join(' ') || 'the configuration'}: a pattern is a part of the path, such as window-count`,
    );
    console.log('0 passed, 1 failed, 0 skipped');
    process.exit(1);
  }
  return files;
}

/** Test files that have a larger measure for long runs say so by what they import, or read; those that have properties, too. */
function takesPart(file) {
  if (long) return /\b(?:casesOf|isLongRun|VIGIE_TEST_HISTORIES)\b/.test(readFileSync(file, 'utf8'));
  return !properties || readFileSync(file, 'utf8').includes("'fast-check'");
}

/** Long runs play histories that no run before has played, and say which, so that a failure can be played again. */
function longRun() {
  const played = {
    VIGIE_TEST_SEED: seed(),
    VIGIE_TEST_HISTORIES: process.env.VIGIE_TEST_HISTORIES ?? String(longHistories),
    VIGIE_TEST_LONG: '1',
  };
  say(
    `playing again what follows: ${Object.entries(played)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')} npm run test:long`,
  );
  return played;
}

/** One turn is played again by the seed that a failure names. */
function propertyRun() {
  const played = triedBegin(process.env.VIGIE_TEST_TURNS ?? propertyTurns, seed());
  const { VIGIE_TEST_SEED, VIGIE_TEST_TURNS } = played;
  say(
    `playing again what follows: VIGIE_TEST_SEED=${VIGIE_TEST_SEED} VIGIE_TEST_TURNS=${VIGIE_TEST_TURNS} npm run test:properties`,
  );
  return played;
}

function seed() {
  return process.env.VIGIE_TEST_SEED ?? String(randomInt(2 ** 31 - 2 ** 20));
}

function readCounts() {
  try {
    const all = JSON.parse(readFileSync(report, 'utf8'));
    const skippedNames = all.testResults.flatMap((suite) =>
      suite.assertionResults.filter((one) => one.status === 'pending').map((one) => one.fullName),
    );
    // A file that does not even load has no assertions, and is a failure all the same.
    const failed =
      all.numFailedTests +
      all.testResults.filter(
        (suite) => suite.status === 'failed' && !suite.assertionResults.some((one) => one.status === 'failed'),
      ).length;
    const failures = all.testResults.flatMap(failuresOf);
    return { passed: all.numPassedTests, failed, skipped: all.numPendingTests, skippedNames, failures };
  } catch (error) {
    console.error(`no test report was written: ${error.message}`);
    return { passed: 0, failed: 1, skipped: 0, skippedNames: [], failures: [] };
  }
}

/** What failed in one file, said again at the end: of a long run often only the end is kept. */
function failuresOf(suite) {
  const file = relative(root, suite.name);
  const failed = suite.assertionResults.filter((one) => one.status === 'failed');
  if (failed.length > 0) return failed.map((one) => shown(file, one.fullName, one.failureMessages.join('\n')));
  return suite.status === 'failed' ? [shown(file, 'does not load', suite.message)] : [];
}

function shown(file, name, message) {
  const lines = stripVTControlCharacters(message).split('\n');
  const more = lines.length > failureLinesMax ? ['…'] : [];
  return [`FAILED ${file}: ${name}`, ...lines.slice(0, failureLinesMax), ...more].join('\n  ');
}
