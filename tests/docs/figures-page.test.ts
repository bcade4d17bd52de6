import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '#libs/runtime/paths.js';

const page = readFileSync(join(projectRoot, 'docs', 'figures.md'), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && line.includes('.test.ts'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

describe('the page of figures', () => {
  it('names for each figure a test that there is', () => {
    expect(rows.length).toBeGreaterThan(10);
    for (const [, figure, , , tests = ''] of rows) {
      const files = [...tests.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file);
      expect({ figure, missing: files.filter((file) => !existsSync(join(projectRoot, file))), none: files.length === 0 }).toEqual(
        { figure, missing: [], none: false },
      );
    }
  });

  it('names views that there are', () => {
    const views = readFileSync(join(projectRoot, 'libs/access-store/views/selection-views.ts'), 'utf8');
    for (const [name] of page.matchAll(/\b(incident|case)_(patients|ledger)(_of)?\b/g))
      expect({ name, is: views.includes(`${name}:`) || name === 'incident_patients' }).toEqual({ name, is: true });
  });
});
