import { builtPages, hasPages } from './built-pages.js';

/** The folder of the built pages. `npm test` looks for this name, and builds them first. Throws where they are not built. */
export function pagesForTests(): string {
  if (!hasPages()) throw new Error('the pages are not built: run this by npm test, or node scripts/build.mjs first');
  return builtPages;
}
