/**
 * Node's loader over our sources: names as the compiler takes them, code as Jest's transformer makes it. `@jest/globals` are those of the test
 * file that runs, asked for at each use, since modules that several files share are loaded once.
 */
import { existsSync, readFileSync } from 'node:fs';
import inspector from 'node:inspector';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { root } from '../prepare.mjs';

const globalsUrl = 'vigie:test-globals';
/** In the place of fast-check: by how many turns properties are tried, and with which seeds. */
const cases = pathToFileURL(join(import.meta.dirname, process.env.VIGIE_TEST_TURNS ? 'more-cases.mjs' : 'usual-cases.mjs')).href;
const key = 'vigie.testGlobals';
const names = ['afterAll', 'afterEach', 'beforeAll', 'beforeEach', 'describe', 'expect', 'it', 'jest', 'test'];

/** What the transformer is told that Node can do by itself: modules stay as they are written. */
const modules = {
  isInternalModule: false,
  supportsDynamicImport: true,
  supportsExportNamespaceFrom: true,
  supportsStaticESM: true,
  supportsTopLevelAwait: true,
};

/** Only makes a compiled file larger, unless a debugger reads it: stacks are read by the maps that `sourceMaps` names. */
const inlineMap = /\n\/\/# sourceMappingURL=data:[^\n]*\s*$/;

/** By path and by URL of a source, the file of its source map. */
export const sourceMaps = new Map();

let transformer;

/** Sources are made by this transformer of Jest from now on. */
export function transformBy(given) {
  transformer = given;
}

/** `@jest/globals` are these from now on. */
export function giveGlobals(globals) {
  globalThis[Symbol.for(key)] = globals;
}

/** Those that were given last. */
export function globalsInUse() {
  return globalThis[Symbol.for(key)];
}

registerHooks({
  resolve(name, context, next) {
    const url = ours(name, context.parentURL);
    return url === undefined ? next(name, context) : { url, format: 'module', shortCircuit: true };
  },
  load(url, context, next) {
    if (url === globalsUrl) return { format: 'module', source: globalsSource(), shortCircuit: true };
    if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
    return { format: 'module', source: compiled(url), shortCircuit: true };
  },
});

function ours(name, parent) {
  if (name === '@jest/globals') return globalsUrl;
  if (name === 'fast-check' && parent !== cases) return cases;
  return sourceOf(name, parent);
}

/** The source that a compiled name stands for, as a URL; undefined where Node has to look itself. */
function sourceOf(name, parent) {
  if (!name.endsWith('.js')) return undefined;
  const named = /^#(?:libs|services)\//.test(name);
  if (!named && !(name.startsWith('.') && parent?.endsWith('.ts'))) return undefined;
  const url = new URL(named ? name.slice(1) : name, named ? pathToFileURL(`${root}/`) : parent).href.replace(/\.js$/, '.ts');
  return existsSync(fileURLToPath(url)) ? url : undefined;
}

function compiled(url) {
  const path = fileURLToPath(url);
  const { code, sourceMapPath } = transformer.transform(path, modules, readFileSync(path, 'utf8'));
  if (sourceMapPath) for (const name of [path, url]) sourceMaps.set(name, sourceMapPath);
  return inspector.url() === undefined ? code.replace(inlineMap, '') : code;
}

function globalsSource() {
  return [
    `const globals = () => globalThis[Symbol.for('${key}')];`,
    'const of = (name) => new Proxy(function () {}, {',
    '  apply: (_, self, args) => globals()[name](...args),',
    '  get: (_, property) => globals()[name][property],',
    '});',
    ...names.map((name) => `export const ${name} = of('${name}');`),
  ].join('\n');
}
