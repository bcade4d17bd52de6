/**
 * `npm run check`: types, format, lint, tidy, two at a time, since each keeps one processor busy. Every check runs even when one fails, and says what it has
 * to say when it ends; the last line counts them.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { compiler, install, node, root } from './prepare.mjs';

install();
const bin = (name, file) => join(root, 'node_modules', name, ...file.split('/'));
/** What was found well formed is not read again: by its content and by what formats it. */
const formatCache = ['--cache', '--cache-strategy=content', `--cache-location=${join(root, '.cache', 'prettier')}`];
/** The longest first. */
const checks = [
  ['types', [compiler, '-p', 'tsconfig.json']],
  ['format', [bin('prettier', 'bin/prettier.cjs'), '--check', '--log-level=warn', ...formatCache, '.']],
  ['types of the pages', [compiler, '-p', 'web/tsconfig.json']],
  ['lint', [bin('oxlint', 'bin/oxlint'), '--deny-warnings']],
  ['tidy', [join(root, 'scripts', 'tidy.mjs')]],
];
const lanes = 2;
const count = checks.length;
let failed = 0;
await Promise.all(Array.from({ length: lanes }, lane));
console.log(`${count - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);

async function lane() {
  for (let next = checks.shift(); next; next = checks.shift()) await run(...next);
}

async function run(name, args) {
  const child = spawn(node, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const [said, complained, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  process.stdout.write(said);
  process.stderr.write(complained);
  console.log(`${name}: ${code === 0 ? 'ok' : 'FAILED'}`);
  if (code !== 0) failed += 1;
}
