import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#libs/runtime/paths.js';

/** The blocks of a page of docs/shippers below a heading, `''` for those above the first; `isYaml` are Vigie's own. Throws where there is none. */
export function blocksOf(page: string, heading: string, isYaml = false): readonly string[] {
  const text = readFileSync(join(projectRoot, 'docs', 'shippers', `${page}.md`), 'utf8');
  const part = text.split(/^## /m).find((one, index) => (heading ? one.startsWith(`${heading}\n`) : index === 0));
  const found = [...(part ?? '').matchAll(/^```(\w*)\n([^]*?)^```$/gm)].filter(
    ([, language]) => (language === 'yaml') === isYaml,
  );
  if (!found.length)
    throw new Error(`docs/shippers/${page}.md has no block below "${heading}": the page and this test go together`);
  return found.map(([, , block]) => block ?? '');
}

/** Vigie's part of a page below a heading: what stands in the file of sources. */
export function sourcesOf(page: string, heading: string): string {
  return blocksOf(page, heading, true).join('\n');
}
