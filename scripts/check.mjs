/** `npm run check`: format, lint, types, tidy. Every check runs even when one fails; the last line counts them. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { install, node, root } from './prepare.mjs';

install();
const bin = (name, file) => join(root, 'node_modules', name, ...file.split('/'));
const checks = [
  ['format', node, [bin('prettier', 'bin/prettier.cjs'), '--check', '--log-level=warn', '.']],
  ['lint', node, [bin('oxlint', 'bin/oxlint'), '--deny-warnings']],
  ['types', node, [bin('typescript', 'bin/tsc'), '-p', 'tsconfig.json']],
  ['types of the pages', node, [bin('typescript', 'bin/tsc'), '-p', 'web/tsconfig.json']],
  ['tidy', node, [join(root, 'scripts', 'tidy.mjs')]],
];
let failed = 0;
for (const [name, command, args] of checks) {
  const outcome = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  console.log(`${name}: ${outcome.status === 0 ? 'ok' : 'FAILED'}`);
  if (outcome.status !== 0) failed += 1;
}
console.log(`${checks.length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
