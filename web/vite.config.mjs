import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

/** The pages, for `dist/web`: names hold a digest, nothing stands in the page itself, and nothing is asked of another origin. */
export default defineConfig({
  root,
  cacheDir: `${root}../.cache/vite`,
  resolve: { alias: { '#libs': `${root}../libs` } },
  build: {
    outDir: `${root}../dist/web`,
    emptyOutDir: true,
    target: 'es2024',
    // A picture in a style sheet would have to be allowed by the policy of every page.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // Whose packages are in it, and under which licences: these ask for it.
    license: { fileName: 'licences.md' },
    rolldownOptions: {
      // What draws a picture, or reads a text, for one page comes with that page.
      output: { codeSplitting: { groups: [{ name: 'packages', test: /node_modules\/(?!(uqr|marked)\/)/ }] } },
      checks: { pluginTimings: false },
      // "use client" is for servers that make pages; here there is none.
      onLog: (level, log, handle) => (log.code === 'MODULE_LEVEL_DIRECTIVE' ? undefined : handle(level, log)),
    },
  },
  server: { port: 5174, proxy: { '/v1': 'http://127.0.0.1:7414', '/auth': 'http://127.0.0.1:7414' } },
});
