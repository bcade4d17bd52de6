import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '#libs/runtime/paths.js';

const page = readFileSync(join(projectRoot, 'docs', 'acceptance.md'), 'utf8');
/** A law of the page: the file, and how the name of the test, or the goal of the benchmark, begins or goes on. */
const laws = [...page.matchAll(/`((?:libs|services|cli|tests|bench)\/[^`]+\.ts)`: ([^;|]+?) *(?=[;|])/g)].map(
  ([, file = '', law = '']) => [file, law] as const,
);

describe('the page of what proves cases, dossiers and the console', () => {
  it('has every criterion', () => {
    const named = [...page.matchAll(/\*\*([ABCD]\d+)\*\*/g)].map(([, name]) => name);
    expect(named).toEqual([
      'A1',
      'A2',
      'A3',
      'A4',
      'A5',
      'A6',
      'A7',
      'B1',
      'B2',
      'B3',
      'B4',
      'B5',
      'B6',
      'C1',
      'C2',
      'C3',
      'C4',
      'C5',
      'C6',
      'C7',
      'C8',
      'C9',
      'C10',
      'C11',
      'D1',
      'D2',
      'D3',
    ]);
    expect(laws.length).toBeGreaterThan(named.length);
  });

  it.each(laws)('names in %s a law that is there: %s', (file, law) => {
    expect(readFileSync(join(projectRoot, file), 'utf8')).toContain(law);
  });
});
