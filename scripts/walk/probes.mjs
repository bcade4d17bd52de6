/**
 * Sources with a probe at the beginning of every function, so that a walk of one event through the services can be read as data: who was
 * entered, in which order, called by whom.
 */
import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transformSync } from '@swc/core';
import ts from 'typescript';
import { root } from '../prepare.mjs';
import { swcOptions } from '../compile/swc-options.mjs';

/** What is walked: what runs in production. */
const production = /^(?:libs|services)\/(?!testkit\/)(?!.*\.(?:test|fixture|suite)\.ts$)/;
/** Frames of a stack in which the calling file is looked for. */
const framesMax = 15;

/** Every function with a probe: its file below the root, and its name. */
export const functions = [];
let entries = [];

/** Forgets what was entered until now, and gives it: numbers of `functions`, and the file that called, where it is one of ours. */
export function takeEntries() {
  const taken = entries;
  entries = [];
  return taken;
}

globalThis.vigieWalk = (id) => {
  const { stackTraceLimit, prepareStackTrace } = Error;
  Error.stackTraceLimit = framesMax;
  Error.prepareStackTrace = (_, sites) => sites;
  const { stack } = new Error();
  Object.assign(Error, { stackTraceLimit, prepareStackTrace });
  const { file } = functions[id];
  const files = stack.map((site) => site.getFileName() ?? '').filter((name) => name.startsWith('file:') && name.endsWith('.ts'));
  // What a file hands out as a callback is entered through a function of that file.
  const caller = files.map((name) => relative(root, fileURLToPath(name))).find((name) => name !== file);
  entries.push({ id, caller });
};

registerHooks({
  resolve(name, context, next) {
    const url = sourceOf(name, context.parentURL);
    return url === undefined ? next(name, context) : { url, format: 'module', shortCircuit: true };
  },
  load(url, context, next) {
    if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
    const path = fileURLToPath(url);
    const file = relative(root, path);
    const text = readFileSync(path, 'utf8');
    const source = transformSync(production.test(file) ? withProbes(file, text) : text, { ...swcOptions, filename: path }).code;
    return { format: 'module', source, shortCircuit: true };
  },
});

function sourceOf(name, parent) {
  const ours = /^#(?:libs|services)\//.test(name);
  if (!name.endsWith('.js') || !(ours || (name.startsWith('.') && parent?.endsWith('.ts')))) return undefined;
  const url = new URL(ours ? name.slice(1) : name, ours ? pathToFileURL(`${root}/`) : parent).href.replace(/\.js$/, '.ts');
  return existsSync(fileURLToPath(url)) ? url : undefined;
}

function withProbes(file, text) {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const places = [];
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body) {
      const { body } = node;
      const probe = `globalThis.vigieWalk(${functions.length})`;
      functions.push({ file, name: nameOf(node) });
      if (ts.isBlock(body)) places.push([body.getStart() + 1, ` ${probe};`]);
      else places.push([body.getStart(), `(${probe}, `], [body.getEnd(), ')']);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  let made = text;
  for (const [at, put] of places.toSorted(([one], [other]) => other - one)) made = `${made.slice(0, at)}${put}${made.slice(at)}`;
  return made;
}

function nameOf(node) {
  const own = node.name?.getText() ?? (ts.isConstructorDeclaration(node) ? 'new' : undefined);
  return own ?? node.parent?.name?.getText() ?? '(callback)';
}
