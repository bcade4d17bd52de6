/**
 * `npm run bench` lists the benchmarks of bench/; `npm run bench -- name ...` runs those named, each of which prints its figures and ratios within its run, and
 * `npm run bench -- all` every ordinary one. With `--json` the output is one document a benchmark, a line each, and what people read goes to the other stream.
 * With `--against commit` those that can compare themselves with another commit do so, which is compiled beside.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compiledBeside } from './compile/beside.mjs';
import { node, prepare, root } from './prepare.mjs';

const wanted = process.argv.slice(2);
const against = wanted.indexOf('--against');
const [, commit] = against < 0 ? [] : wanted.splice(against, 2);
if (against >= 0 && commit === undefined) {
  console.error('--against is followed by a commit, as in --against HEAD~1');
  process.exit(2);
}
const json = wanted.indexOf('--json');
if (json >= 0) wanted.splice(json, 1);
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
const known = new Map([...ordinary, ...['instructions', 'shares'].map((name) => [name, join('against', name)])]);
const unknown = wanted.filter((name) => name !== 'all' && !known.has(name));
if (unknown.length) {
  console.error(`no benchmark is called ${unknown.join(', ')}; there are ${[...known.keys()].join(', ')}, and all`);
  process.exit(2);
}
if (!wanted.length) {
  console.log('npm run bench -- NAME ... [--json] [--against COMMIT]\n');
  for (const [name, path] of known) console.log(`  ${name.padEnd(13)} ${whatIs(path)}`);
  console.log(`  ${'all'.padEnd(13)} Each of them but instructions and shares, for hours.`);
  process.exit(0);
}
prepare();
const beside = commit === undefined ? undefined : compiledBeside(commit);
const own = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' });
const env = {
  ...process.env,
  ...(own.status === 0 && { BENCH_COMMIT: own.stdout.trim() }),
  ...(json >= 0 && { BENCH_JSON: '1' }),
  ...(beside && { BENCH_AGAINST: beside.home, BENCH_AGAINST_ID: beside.id }),
};
let failed = 0;
for (const name of wanted.includes('all') ? ordinary.keys() : wanted) {
  console.error(`\n== ${name}`);
  const program = join(root, 'dist', 'bench', `${known.get(name)}.js`);
  const outcome = spawnSync(node, ['--expose-gc', program], { cwd: root, stdio: 'inherit', env });
  if (outcome.status !== 0) failed += 1;
}
process.exit(failed ? 1 : 0);

/** The first sentence of what its file says of itself. */
function whatIs(path) {
  const [, comment = ''] = /^\/\*\*([\s\S]*?)\*\//.exec(readFileSync(join(root, 'bench', `${path}.ts`), 'utf8')) ?? [];
  const words = comment.replaceAll(/\s*\n \* ?/g, ' ').trim();
  return /^.*?[.;](?=\s|$)/.exec(words)?.[0].replace(/;$/, '.') ?? words;
}
