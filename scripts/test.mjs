/** `npm test [-- pattern]`: prepares, then runs every test; the last line counts them. */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { node, prepare, root } from './prepare.mjs';

prepare();
const report = join(root, '.cache', 'test-report.json');
rmSync(report, { force: true });
const outcome = spawnSync(
  node,
  [
    '--experimental-vm-modules',
    '--no-warnings=ExperimentalWarning',
    join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
    // Native addons keep handles that Node waits for in vain when its end comes by itself; what tests leave open shows --detectOpenHandles.
    '--forceExit',
    '--json',
    `--outputFile=${report}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: ['inherit', 'ignore', 'inherit'], env: { ...process.env, NODE_OPTIONS: '--experimental-vm-modules' } },
);
const counts = readCounts();
for (const name of counts.skippedNames) console.log(`skipped: ${name}`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(outcome.status ?? 1);

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
    return { passed: all.numPassedTests, failed, skipped: all.numPendingTests, skippedNames };
  } catch (error) {
    console.error(`no test report was written: ${error.message}`);
    return { passed: 0, failed: 1, skipped: 0, skippedNames: [] };
  }
}
