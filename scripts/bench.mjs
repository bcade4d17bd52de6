/** `npm run bench [-- name ...]`: every benchmark of bench/, or those named; each prints its figures and a ratio within its run. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { node, prepare, root } from './prepare.mjs';

prepare();
const wanted = process.argv.slice(2);
/** Beside those that lie in bench/ itself. */
const rooms = ['.', 'pages'];
const all = new Map(
  rooms.flatMap((room) =>
    readdirSync(join(root, 'bench', room))
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => file.replace(/\.ts$/, ''))
      .map((name) => [name, join(room, name)]),
  ),
);
const unknown = wanted.filter((name) => !all.has(name));
if (unknown.length) {
  console.error(`no benchmark is called ${unknown.join(', ')}; there are ${[...all.keys()].join(', ')}`);
  process.exit(2);
}
let failed = 0;
for (const name of wanted.length ? wanted : all.keys()) {
  console.log(`\n== ${name}`);
  const outcome = spawnSync(node, ['--expose-gc', join(root, 'dist', 'bench', `${all.get(name)}.js`)], {
    cwd: root,
    stdio: 'inherit',
  });
  if (outcome.status !== 0) failed += 1;
}
process.exit(failed ? 1 : 0);
