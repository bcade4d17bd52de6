/**
 * `npm run bench [-- name ...] [--against commit]`: every benchmark of bench/, or those named; each prints its figures and a ratio within its run.
 * With `--against` those that can compare themselves with another commit do so, which is compiled beside.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { compiledBeside } from './compile/beside.mjs';
import { node, prepare, root } from './prepare.mjs';

prepare();
const wanted = process.argv.slice(2);
const against = wanted.indexOf('--against');
const [, commit] = against < 0 ? [] : wanted.splice(against, 2);
if (against >= 0 && commit === undefined) {
  console.error('--against is followed by a commit, as in --against HEAD~1');
  process.exit(2);
}
/** Where each lies under bench/. */
const ordinary = new Map(
  ['.', 'pages', 'whole'].flatMap((room) =>
    readdirSync(join(root, 'bench', room))
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => file.replace(/\.ts$/, ''))
      .map((name) => [name, join(room, name)]),
  ),
);
// Slow for what it says, so that it runs only when it is named.
const all = new Map([...ordinary, ...['instructions', 'shares'].map((name) => [name, join('against', name)])]);
const unknown = wanted.filter((name) => !all.has(name));
if (unknown.length) {
  console.error(`no benchmark is called ${unknown.join(', ')}; there are ${[...all.keys()].join(', ')}`);
  process.exit(2);
}
const beside = commit === undefined ? undefined : compiledBeside(commit);
const env = beside ? { ...process.env, BENCH_AGAINST: beside.home, BENCH_AGAINST_ID: beside.id } : process.env;
let failed = 0;
for (const name of wanted.length ? wanted : ordinary.keys()) {
  console.log(`\n== ${name} (load ${loadavg()[0]?.toFixed(1)})`);
  const program = join(root, 'dist', 'bench', `${all.get(name)}.js`);
  const outcome = spawnSync(node, ['--expose-gc', program], { cwd: root, stdio: 'inherit', env });
  if (outcome.status !== 0) failed += 1;
}
process.exit(failed ? 1 : 0);
