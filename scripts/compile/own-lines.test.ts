import { SourceMap } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import * as fc from 'fast-check';
import { type LineMap, ownLines } from './own-lines.mjs';

const isOwn = (source: string) => !source.includes('node_modules/');

describe('a map cut down to lines of our own', () => {
  it('says of each place of ours what the whole map says, and of all others nothing', async () => {
    const files = fc.array(fc.record({ isOurs: fc.boolean(), text: fc.array(statement, { maxLength: 4 }) }), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(files, fc.boolean(), async (given, minify) => {
        const { code, map } = await bundled(given, minify);
        const [whole, cut] = [readerOf(map), readerOf(ownLines(map, isOwn))];
        const places = code
          .split('\n')
          .flatMap((text, line) => Array.from({ length: text.length + 1 }, (_, column) => [line, column] as const));
        expect(places.map((at) => cut(...at))).toEqual(
          places.map((at) => (isOwn(whole(...at)?.[0] ?? 'node_modules/') ? whole(...at) : undefined)),
        );
      }),
      { numRuns: 40 },
    );
  });
});

const statement = fc.constantFrom(
  'var a = one(1);',
  'call(  one,   two  );',
  'for (const x of y) {\n  x();\n}',
  '/* nothing */',
  'if (a) b(); else c();',
);

/** Files one after another in a bundle, of ours and of packages. */
async function bundled(files: readonly { readonly isOurs: boolean; readonly text: readonly string[] }[], minify: boolean) {
  const paths = files.map(({ isOurs }, at) => `${isOurs ? '' : 'node_modules/'}${at}.js`);
  const { outputFiles } = await build({
    stdin: { contents: paths.map((path) => `import './${path}';`).join('\n'), resolveDir: '/' },
    bundle: true,
    write: false,
    minify,
    sourcemap: 'external',
    outfile: '/out.js',
    logLevel: 'error',
    plugins: [
      {
        name: 'files',
        setup: (bundler) => {
          bundler.onResolve({ filter: /./ }, ({ path }) => ({ path: `/${path}` }));
          bundler.onLoad({ filter: /./ }, ({ path }) => ({
            contents: files[Number(/\d+/.exec(path)?.[0])]?.text.join('\n') ?? '',
          }));
        },
      },
    ],
  });
  const [map, code] = outputFiles.map(({ text }) => text);
  return { code: code ?? '', map: JSON.parse(map ?? '') as LineMap };
}

/** Source, line and column of a place of the bundle, as Node finds them for a stack. */
function readerOf(map: LineMap): (line: number, column: number) => readonly [string, number, number] | undefined {
  const reader = new SourceMap({
    file: 'out.js',
    sourcesContent: [],
    sourceRoot: '',
    ...map,
    sources: [...map.sources],
    names: [...map.names],
  });
  return (line, column) => {
    const entry = reader.findEntry(line, column);
    return 'originalSource' in entry && entry.originalSource
      ? [entry.originalSource, entry.originalLine, entry.originalColumn]
      : undefined;
  };
}
