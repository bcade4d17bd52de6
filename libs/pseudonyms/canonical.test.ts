import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { canonicalAuthority, canonicalIdentifier } from './canonical.js';

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

  it.each([
    ['in groups', '1 91 01 55 123 456 61'],
    ['in groups of blanks that break no line', '1\u00a091\u00a001\u00a055\u00a0123\u00a0456\u00a061'],
    ['with its key behind a hyphen', '1910155123456-61'],
    ['without its key', '1910155123456'],
    ['in wide digits', '１９１０１５５１２３４５６６１'],
  ])('of a national number is the same %s', (_how, text) => {
    expect(canonicalIdentifier(text)).toBe('191015512345661');
  });

  it('of a national number has the key of Corsica, and leaves one that is wrong as it is', () => {
    expect(canonicalIdentifier('2 80 07 2a 123 456')).toBe('280072A12345666');
    expect(canonicalIdentifier('2 80 07 2B 123 456')).toBe('280072B12345693');
    expect(canonicalIdentifier('1 91 01 55 123 456 99')).toBe('191015512345699');
    expect(canonicalIdentifier('9 91 01 55 123 456')).toBe('9 91 01 55 123 456');
  });

  it('is its own spelling', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aE0 -\u0000\t\u0301\u200b\u00a0\u3000\u0085\uff41\uff10') }), (text) => {
        const once = canonicalIdentifier(text);
        expect(canonicalIdentifier(once)).toBe(once);
      }),
    );
  });
});

describe('the one spelling of an authority', () => {
  it.each(['1.2.250.1.213.1.4.8', 'urn:oid:1.2.250.1.213.1.4.8', 'URN:OID:1.2.250.1.213.1.4.8', ' oid:1.2.250.1.213.1.4.8'])(
    'is a URN of an OID: %s',
    (text) => {
      expect(canonicalAuthority(text)).toBe('urn:oid:1.2.250.1.213.1.4.8');
    },
  );

  it.each(['IPP', 'http://hop.example/ipp', '3.1.2', '1', '1.02', 'urn:oid:', '2026.11.30.x'])(
    'is itself of anything else: %s',
    (text) => {
      expect(canonicalAuthority(text)).toBe(text);
    },
  );
});
