import { describe, expect, it } from '@jest/globals';
import { precedence } from './precedence.js';

describe('the precedence of a query', () => {
  it('is above that of every query that began in an earlier second', () => {
    const begun = [0, 1000, 5000, 86_400_000, 3e11].map((at) => precedence(at)['priority'] ?? 0);
    expect(begun.toSorted((a, b) => b - a)).toEqual(begun);
    expect(new Set(begun).size).toBe(begun.length);
  });

  it('is the same within a second, so that a page of short queries does not push itself about', () => {
    expect(precedence(7000)).toEqual(precedence(7999));
  });

  it('never becomes the number that means none', () => {
    expect(precedence(Number.MAX_SAFE_INTEGER)['priority']).toBe(1);
  });
});
