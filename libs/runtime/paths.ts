import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json, from the sources and from dist/ alike: where `rules/`, `docs/` and `deploy/` are. */
export const projectRoot: string = findRoot(dirname(fileURLToPath(import.meta.url)));

/** Path of a compiled module, `services/scorer/main` for one. Tests that start it in a process of its own need a build: `npm test` looks for this name. */
export function compiledModule(name: string): string {
  return join(projectRoot, 'dist', `${name}.js`);
}

/** What a process that is started with an environment of its own gets of ours all the same: it need not compile what others have compiled. */
export function compileCache(): Readonly<Record<string, string>> {
  const { NODE_COMPILE_CACHE: folder } = process.env;
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: folder };
}

function findRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : findRoot(dirname(folder));
}

/** The version that package.json says. */
export function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { readonly version: string };
  return version;
}
