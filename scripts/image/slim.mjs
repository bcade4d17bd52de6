/**
 * `node scripts/image/slim.mjs packages|program` leaves of node_modules, or of dist, what the image of the services needs: no embedded engine, no
 * benches, no test kit, no types, no source maps. Run inside the build of the image, never in a checkout.
 */
import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keptApart } from '../compile/kept-apart.mjs';

/** What runs in a container of the services; `vigie start` is for the embedded default, and not among them. */
export const entries = [
  ...['archiver', 'console', 'ingestor', 'notifier', 'scorer'].map((name) => `services/${name}/main.js`),
  'cli/vigie.js',
];
/** The bundler names the modules of a file in it, each in a line before its own; what holds one of these is left out with all that only it leads to. */
const left = /^\/\/ dist\/(cli\/start|libs\/testkit|services\/clickhouse)\//m;

/** What is found in node_modules when it runs: Node itself, and what the bundles do not take in, but for the embedded engine. */
export const runtimePackages = ['node', ...keptApart.filter((name) => name !== 'chdb')];
/** Read by compilers, debuggers and people alone. */
const idle =
  /(\.d\.[cm]?ts|\.map|\.tsbuildinfo|\.flow|(^|\/)(CHANGELOG|HISTORY|README|CONTRIBUTING)[^/]*\.md)$|(^|\/)(test|tests|__tests__|docs|example|examples|\.github)\//i;
/** Stays of a package whose code is in the bundles: under which licence it is passed on, and what scanners know it by. */
const named = /(^|\/)(package\.json|(licen[cs]e|notice|copying|copyright)[^/]*)$/i;
/** The folder of the innermost package that a file is of. */
const packageOf = /^(?:.*node_modules\/)?(?:@[^/]+\/)?[^/]+(?=\/)/;

/** The modules of a compiled tree that its entries lead to, static imports and dynamic ones, as paths below it. */
export function reachableFrom(dist, roots) {
  const reached = new Set();
  const waiting = [...roots];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file)) continue;
    const text = readFileSync(join(dist, file), 'utf8');
    if (left.test(text)) continue;
    reached.add(file);
    for (const [, name] of text.matchAll(/(?:\bfrom|\bimport\(|\bimport|\bnew URL\()\s*['"]([^'"]+\.js)['"]/g)) {
      const target = name.startsWith('#') ? name.slice(1) : name.startsWith('.') ? join(dirname(file), name) : undefined;
      if (target !== undefined && existsSync(join(dist, target))) waiting.push(target);
    }
  }
  return reached;
}

/** Whether a file of the tree stays: a module that is reached, or what modules read where the compiler has put them. */
export function stays(file, reached) {
  if (file.endsWith('.js')) return reached.has(file);
  return !/\.(map|ts)$|^(cli\/start|libs\/testkit|services\/clickhouse|bench)\/|(^|\/)\.[^/]*$/.test(file);
}

/** Folders below `modules` of packages and of all that they need, as Node finds them: inside the package that asks first. */
export function packagesFor(modules, names) {
  const found = new Set();
  const waiting = names.map((name) => ({ name, from: '' }));
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    const folder = placesOf(one.name, one.from).find((path) => existsSync(join(modules, path, 'package.json')));
    if (folder === undefined || found.has(folder)) continue;
    found.add(folder);
    const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(
      readFileSync(join(modules, folder, 'package.json'), 'utf8'),
    );
    const needed = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
    waiting.push(...needed.map((name) => ({ name, from: folder })));
  }
  return found;
}

function placesOf(name, from) {
  if (from === '') return [name];
  const up = from.lastIndexOf('node_modules/');
  return [`${from}/node_modules/${name}`, ...placesOf(name, up > 0 ? from.slice(0, up - 1) : '')];
}

/** Whether a file below node_modules stays: whole packages that are found at run time, names and licences of the others. */
export function packageFileStays(file, packages) {
  const folder = packageOf.exec(file)?.[0];
  if (folder === undefined || folder.startsWith('chdb') || folder.startsWith('@chdb/')) return false;
  return packages.has(folder) ? !idle.test(file) : named.test(file);
}

function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => !one.isDirectory())
    .map((one) => relative(folder, join(one.parentPath, one.name)));
}

function removeEmpty(folder) {
  for (const one of readdirSync(folder, { withFileTypes: true })) if (one.isDirectory()) removeEmpty(join(folder, one.name));
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}

const [, self, what] = process.argv;
if (self === fileURLToPath(import.meta.url)) {
  if (what === 'program') {
    const reached = reachableFrom('dist', entries);
    for (const file of filesOf('dist')) if (!stays(file, reached)) rmSync(join('dist', file));
    removeEmpty('dist');
  } else if (what === 'packages') {
    const packages = packagesFor('node_modules', runtimePackages);
    for (const file of filesOf('node_modules')) if (!packageFileStays(file, packages)) rmSync(join('node_modules', file));
    removeEmpty('node_modules');
  } else {
    console.error('say what to slim: packages or program');
    process.exitCode = 2;
  }
}
