/**
 * What every command needs before it can run: the installed packages, the project's own Node and an up-to-date build.
 * Plain JavaScript without dependencies, because it runs before anything is installed, on whatever Node >= 20 the machine has.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const node = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
/** What compiles and judges types; Nest's command and what reads syntax trees have the TypeScript beside it, whose interface this one has not. */
export const compiler = join(root, 'node_modules', 'typescript-native', 'bin', 'tsc');
const stamp = join(root, 'node_modules', '.vigie-installed-sha256');
const built = join(root, 'dist', '.sources-sha256');
const pages = join(root, 'dist', 'web');
const builtPages = join(root, 'dist', '.pages-sha256');

/** What the compiled code is made of, and what the pages are. */
const sources = ['libs', 'services', 'cli', 'bench', 'scripts', 'tsconfig.base.json', 'tsconfig.build.json', 'package-lock.json'];
const pageSources = ['web', 'libs/texts', 'scripts/prepare.mjs', 'package-lock.json'];

/** Installs exactly what package-lock.json names, once per lock file. Exits with npm's own code when that fails. */
export function install() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(node) && existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) return borrowed();
  say('installing packages, about a minute the first time');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  if (!existsSync(node))
    fail(
      'npm ci finished but node_modules/node/bin/node is missing: was its install script refused? See "allowScripts" in package.json.',
    );
  writeFileSync(stamp, lock);
}

/** Behind a link are the packages of another checkout: npm would empty its folder, under whoever works there. */
function borrowed() {
  if (!existsSync(node)) fail('node_modules is a link, and what it leads to is not whole: install there, or remove the link');
  say('node_modules is a link to packages of another lock file; they are used as they are');
}

/** Compiles TypeScript to dist/, copies the files that the code reads beside it, and bundles what is started; nothing to do where no source has changed since. */
export function build() {
  const stamp = stampOf(sources);
  if (existsSync(built) && readFileSync(built, 'utf8') === stamp) return;
  say('building');
  removeAllBut(compile());
  run(node, [join(root, 'scripts', 'compile', 'copy-assets.mjs')]);
  run(node, [join(root, 'scripts', 'compile', 'bundle.mjs')]);
  writeFileSync(built, stamp);
}

/** Bundles web/ to dist/web/, with a compressed copy of each file beside it; nothing to do where none of its sources has changed since. */
export function buildPages() {
  const stamp = stampOf(pageSources);
  if (existsSync(builtPages) && readFileSync(builtPages, 'utf8') === stamp) return;
  say('building the pages');
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  run(node, [vite, 'build', '--config', join(root, 'web', 'vite.config.mjs'), '--configLoader', 'native', '--logLevel', 'warn']);
  for (const name of readdirSync(pages, { recursive: true })) if (/\.(js|css|html|svg)$/.test(name)) compress(join(pages, name));
  writeFileSync(builtPages, stamp);
}

/** Once here, and never while somebody waits. */
function compress(path) {
  const bytes = readFileSync(path);
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }));
}

/** Compiles what tsconfig.build.json names and whatever that imports; the files that were written, as paths below dist/. */
function compile() {
  // Types are for `npm run check` to judge: what is written is the same without, in a third of the time.
  const outcome = spawnSync(node, [compiler, '-p', 'tsconfig.build.json', '--noCheck', '--listEmittedFiles'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['inherit', 'pipe', 'inherit'],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (outcome.error) fail(`the compiler could not be started: ${outcome.error.message}`);
  const lines = outcome.stdout.split('\n').filter(Boolean);
  const emitted = /^TSFILE: /;
  for (const line of lines.filter((one) => !emitted.test(one))) process.stdout.write(`${line}\n`);
  if (outcome.status !== 0) process.exit(outcome.status ?? 1);
  // The compiler gives real paths.
  const dist = join(realpathSync(root), 'dist');
  return new Set(lines.filter((one) => emitted.test(one)).map((one) => relative(dist, one.replace(emitted, ''))));
}

/** Files of an earlier build that this one did not write would hide a missing import. */
function removeAllBut(written) {
  const dist = join(root, 'dist');
  // The pages are another build's, which may be at work beside this one.
  const folders = readdirSync(dist, { withFileTypes: true }).filter((entry) => entry.isDirectory() && entry.name !== 'web');
  for (const { name: top } of folders)
    for (const below of readdirSync(join(dist, top), { recursive: true })) {
      const name = join(top, below);
      if (/\.js(\.map)?$/.test(name) && !written.has(name)) rmSync(join(dist, name));
    }
}

/** A digest over path, size and time of every file: cheaper than the compiler's own incremental state, and right after any change. */
function stampOf(tops) {
  const hash = createHash('sha256');
  for (const top of tops) {
    const path = join(root, top);
    const folder = statSync(path).isDirectory();
    for (const name of folder ? readdirSync(path, { recursive: true }).toSorted() : ['']) {
      const { size, mtimeMs } = statSync(join(path, name));
      hash.update(`${top}/${name} ${size} ${mtimeMs}\n`);
    }
  }
  return hash.digest('hex');
}

/** Our environment, and where processes keep what Node has compiled of their modules, so that the next one does not do it again. */
export function environment() {
  return { NODE_COMPILE_CACHE: join(root, '.cache', 'compiled'), ...process.env };
}

/** Installs and builds; afterwards `node` and dist/ are there. */
export function prepare() {
  install();
  build();
  buildPages();
}

/** Runs a command to its end with our own streams; ends this process with its code when it fails. */
export function run(command, args, env = {}) {
  const outcome = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  if (outcome.error) fail(`${command} could not be started: ${outcome.error.message}`);
  if (outcome.status !== 0) process.exit(outcome.status ?? 1);
}

export function say(text) {
  process.stderr.write(`vigie: ${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(1);
}
