import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { projectRoot } from '#libs/runtime/paths.js';
import { showsNothing } from './audit-hook.js';

const folder = join(projectRoot, 'services/console');
const controllers = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.controller.ts'))
  .map((name) => readFileSync(join(folder, name), 'utf8'));

/** As the router has them. */
const routes = controllers.flatMap((text) => {
  const prefix = /@Controller\('([^']*)'\)/.exec(text)?.[1] ?? '';
  return [...text.matchAll(/@(?:Get|Post|Patch|Put|Delete)\((?:'([^']*)')?\)/g)].map(([, path = '']) =>
    ['', prefix, path].filter((part, place) => place === 0 || part !== '').join('/'),
  );
});

it('every route that the audit writes down has a name on its page, in both languages', () => {
  const written = [...new Set(routes)].filter((route) => !showsNothing({ route, status: 200 }));
  expect(written.length).toBeGreaterThan(40);
  const text = readFileSync(join(projectRoot, 'web/src/pages/audit/audit-texts.ts'), 'utf8');
  const unnamed = written.filter((route) => text.split(`'${route}': '`).length !== 3);
  expect(unnamed).toEqual([]);
});
