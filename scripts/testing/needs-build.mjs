/**
 * Which test files need dist/: those whose imports reach a file that names a compiled module (`compiledModule(...)` of
 * libs/runtime/paths.ts), because they start it in a process of its own; and the pages, those that reach `pagesForTests(...)` of
 * services/console/pages. All others are compiled by Jest as they are loaded.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from '../prepare.mjs';

const compiled = { call: 'compiledModule(', definition: 'libs/runtime/paths.ts' };
const paged = { call: 'pagesForTests(', definition: 'services/console/pages/pages.fixture.ts' };
const imports = /(?:from|import)\s*\(?\s*'([^']+)'/g;

/** True when at least one of these files (absolute paths) needs a build. */
export function needsBuild(files) {
  return reachesAny(files, compiled);
}

/** True when at least one of these files (absolute paths) needs the pages. */
export function needsPages(files) {
  return reachesAny(files, paged);
}

function reachesAny(files, what) {
  const seen = new Map();
  return files.some((file) => reaches(file, what, seen));
}

function reaches(file, what, seen) {
  const known = seen.get(file);
  if (known !== undefined) return known;
  seen.set(file, false);
  const text = readFileSync(file, 'utf8');
  const found =
    (text.includes(what.call) && relative(root, file) !== what.definition) ||
    [...text.matchAll(imports)].some(([, name]) => {
      const next = sourceOf(name, file);
      return next !== undefined && reaches(next, what, seen);
    });
  seen.set(file, found);
  return found;
}

function sourceOf(name, from) {
  const path = /^#(libs|services)\//.test(name)
    ? join(root, name.slice(1))
    : name.startsWith('.')
      ? join(dirname(from), name)
      : undefined;
  const source = path?.replace(/\.js$/, '.ts');
  return source && existsSync(source) ? source : undefined;
}
