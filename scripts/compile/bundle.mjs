/**
 * Makes of each process one file, beside which nothing must be looked up when it starts: finding and reading some six hundred modules is most
 * of what a start costs. What `tsc` has written is bundled in its place, so paths stay, and so do the metadata of decorators.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { root } from '../prepare.mjs';
import { keptApart } from './kept-apart.mjs';
import { ownLines } from './own-lines.mjs';

/** Packages whose files read others beside themselves, but not on any way that is taken here: transports of pino, `main` of commander, clients of Nest. */
const saidToBeHarmless = /^(pino|thread-stream|commander|libsodium|@nestjs\/(common|microservices))$/;

const besideItself = /\b__(?:dirname|filename)\b|\bimport\.meta\.(?:url|dirname|filename)\b/;

/** An empty map, so that those of packages are not even read; see own-lines.mjs. */
const noMap = '\n//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbIiJdLCJtYXBwaW5ncyI6IkEifQ==';

const dist = join(root, 'dist');
const services = readdirSync(join(dist, 'services')).map((name) => join(dist, 'services', name, 'main.js'));
const command = join(dist, 'cli', 'vigie.js');
// A service is one file, since code that is shared out between files runs in another order. A command loads what it needs and no more.
await Promise.all([
  build(optionsOf({ entryPoints: services })),
  build(optionsOf({ entryPoints: [command], splitting: true, chunkNames: 'cli/parts/[name]-[hash]' })),
])
  .then((built) => built.forEach(cutMaps))
  .catch(() => process.exit(1));

function cutMaps({ metafile }) {
  for (const name of Object.keys(metafile.outputs).filter((one) => one.endsWith('.map'))) {
    const path = join(root, name);
    writeFileSync(
      path,
      JSON.stringify(ownLines(JSON.parse(readFileSync(path, 'utf8')), (source) => !source.includes('node_modules/'))),
    );
  }
}

function optionsOf(options) {
  return {
    absWorkingDir: root,
    outdir: dist,
    outbase: dist,
    allowOverwrite: true,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    legalComments: 'none',
    logLevel: 'error',
    banner: {
      js: [
        `import { createRequire as requireOfBundle } from 'node:module';`,
        `const require = requireOfBundle(import.meta.url);`,
        `const distOfBundle = import.meta.url.slice(0, import.meta.url.lastIndexOf('/dist/') + 6);`,
      ].join(' '),
    },
    plugins: [packages(), modules()],
    ...options,
  };
}

/** What is not installed stays an import that fails when it is asked for, as it does without a bundle. */
function packages() {
  const asked = Symbol('asked');
  return {
    name: 'packages',
    setup(bundler) {
      bundler.onResolve({ filter: /^[^./#]/ }, async ({ path, pluginData, ...from }) => {
        if (pluginData === asked) return undefined;
        if (keptApart.some((name) => path === name || path.startsWith(`${name}/`))) return { path, external: true };
        const { errors, ...found } = await bundler.resolve(path, { ...from, pluginData: asked });
        return errors.length > 0 ? { path, external: true } : found;
      });
    },
  };
}

/** A module still finds what lies beside it, from the place where `tsc` has put it. */
function modules() {
  return {
    name: 'modules',
    setup(bundler) {
      bundler.onLoad({ filter: /\.[cm]?js$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
        if (name === undefined)
          return { contents: text.replaceAll('import.meta.url', `(distOfBundle + ${JSON.stringify(relative(dist, path))})`) };
        if (besideItself.test(text) && !saidToBeHarmless.test(name))
          return {
            errors: [
              { text: `${relative(root, path)} reads files beside itself: keep its package apart in scripts/compile/bundle.mjs` },
            ],
          };
        return { contents: text + noMap };
      });
    },
  };
}
