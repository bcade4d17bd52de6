import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '#libs/runtime/paths.js';

const page = readFileSync(join(projectRoot, 'docs', 'acceptance.md'), 'utf8');
/** A law of the page: the file, and how the name of the test, or the goal of the benchmark, begins or goes on. */
const laws = [...page.matchAll(/`((?:libs|services|tests|bench)\/[^`]+\.ts)`: ([^;|]+?) *(?=[;|])/g)].map(
  ([, file = '', law = '']) => [file, law] as const,
);

describe('the page of what proves cases and dossiers', () => {
  it('has every criterion', () => {
    const named = [...page.matchAll(/\*\*([AB]\d)\*\*/g)].map(([, name]) => name);
    expect(named).toEqual(['A1', 'A2', 'A3', 'A4', 'A5', 'A6', 'A7', 'B1', 'B2', 'B3', 'B4', 'B5', 'B6']);
    expect(laws.length).toBeGreaterThan(named.length);
  });

  it.each(laws)('names in %s a law that is there: %s', (file, law) => {
    expect(readFileSync(join(projectRoot, file), 'utf8')).toContain(law);
  });
}); // prettier-ignore
