import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { canonicalIdentifier } from './canonical.js';

describe('the one spelling of an identifier', () => {
  it.each([
    ['filled up with zero bytes', '8001234\u0000\u0000'],
    ['with a line end behind', '8001234\r\n'],
    ['with a tab before and a mark that nobody sees', '\t\uFEFF8001234'],
  ])('is the same %s', (_how, text) => {
    expect(canonicalIdentifier(text)).toBe('8001234');
  });

  it('is nothing where nothing can be read, and keeps numbers apart that controls stand between', () => {
    expect(canonicalIdentifier('\u0000\u0001')).toBe('');
    expect(canonicalIdentifier('12\u000034')).toBe('12 34');
  });

  it('is its own spelling', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aE0 -\u0000\t\u0301\u200b\u00a0\u3000\u0085') }), (text) => {
        const once = canonicalIdentifier(text);
        expect(canonicalIdentifier(once)).toBe(once);
      }),
    );
  });
});
