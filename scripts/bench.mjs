/** `npm run bench [-- name ...]`: every benchmark of bench/, or those named; each prints its figures and a ratio within its run. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { node, prepare, root } from './prepare.mjs';

prepare();
const wanted = process.argv.slice(2);
const all = readdirSync(join(root, 'bench'))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => file.replace(/\.ts$/, ''));
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length) {
  console.error(`no benchmark is called ${unknown.join(', ')}; there are ${all.join(', ')}`);
  process.exit(2);
}
let failed = 0;
for (const name of wanted.length ? wanted : all) {
  console.log(`\n== ${name}`);
  const outcome = spawnSync(node, ['--expose-gc', join(root, 'dist', 'bench', `${name}.js`)], { cwd: root, stdio: 'inherit' });
  if (outcome.status !== 0) failed += 1;
}
process.exit(failed ? 1 : 0);
